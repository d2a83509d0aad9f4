/* SPDX-License-Identifier: Apache-2.0 */
/* File systems whose changes the kernel cannot report in full. */
#include "mounts.h"
#include <errno.h>
#include <linux/magic.h>
#include <sys/vfs.h>

/* kinds that <linux/magic.h> does not have */
#define CIFS_MAGIC 0xFF534D42U
#define SMB2_MAGIC 0xFE534D42U
#define SMB1_MAGIC 0x517BU
#define VBOXSF_MAGIC 0x786F4256U
#define LUSTRE_MAGIC 0x0BD00BD0U
#define GPFS_MAGIC 0x47504653U

#define REMOTE                                                                                     \
    "what other hosts write there is not reported by the kernel; run mrqartd on the server that "  \
    "holds the files, or set poll = true"
#define BEHIND                                                                                     \
    "what is written there past it is not reported by the kernel; watch the folder behind it, or " \
    "set poll = true"

static const struct {
    uint32_t magic;
    const char *name, *effect;
} kinds[] = {
    {CIFS_MAGIC, "CIFS", REMOTE},
    {SMB2_MAGIC, "CIFS", REMOTE},
    {SMB1_MAGIC, "SMB", REMOTE},
    {NFS_SUPER_MAGIC, "NFS", REMOTE},
    {CEPH_SUPER_MAGIC, "Ceph", REMOTE},
    {AFS_SUPER_MAGIC, "AFS", REMOTE},
    {OCFS2_SUPER_MAGIC, "OCFS2", REMOTE},
    {LUSTRE_MAGIC, "Lustre", REMOTE},
    {GPFS_MAGIC, "GPFS", REMOTE},
    {V9FS_MAGIC, "9P", REMOTE},
    {VBOXSF_MAGIC, "a VirtualBox shared folder", REMOTE},
    {FUSE_SUPER_MAGIC, "FUSE", BEHIND},
    {OVERLAYFS_SUPER_MAGIC, "overlay", BEHIND},
};

void mounts_tell(struct mrq_host *host, const char *path) {
    struct statfs about;
    int result;
    do {
        result = statfs(path, &about);
    } while (result < 0 && errno == EINTR);
    if (result < 0) {
        return;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].magic == (uint32_t)about.f_type) {
            mrq_warning(host, "%s lies on %s: %s", path, kinds[i].name, kinds[i].effect);
            return;
        }
    }
}
