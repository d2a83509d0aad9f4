/* SPDX-License-Identifier: Apache-2.0 */
/* File systems whose changes the kernel cannot report in full. */
#include "watch/mounts.h"
#include <errno.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/vfs.h>

/* kinds that <linux/magic.h> does not have */
#define CIFS_MAGIC 0xFF534D42U
#define SMB2_MAGIC 0xFE534D42U
#define SMB1_MAGIC 0x517BU
#define VBOXSF_MAGIC 0x786F4256U
#define LUSTRE_MAGIC 0x0BD00BD0U
#define GPFS_MAGIC 0x47504653U

static const struct mount_kind kinds[] = {
    {CIFS_MAGIC, MOUNT_REMOTE, "CIFS"},
    {SMB2_MAGIC, MOUNT_REMOTE, "CIFS"},
    {SMB1_MAGIC, MOUNT_REMOTE, "SMB"},
    {NFS_SUPER_MAGIC, MOUNT_REMOTE, "NFS"},
    {CEPH_SUPER_MAGIC, MOUNT_REMOTE, "Ceph"},
    {AFS_SUPER_MAGIC, MOUNT_REMOTE, "AFS"},
    {OCFS2_SUPER_MAGIC, MOUNT_REMOTE, "OCFS2"},
    {LUSTRE_MAGIC, MOUNT_REMOTE, "Lustre"},
    {GPFS_MAGIC, MOUNT_REMOTE, "GPFS"},
    {V9FS_MAGIC, MOUNT_REMOTE, "9P"},
    {VBOXSF_MAGIC, MOUNT_REMOTE, "a VirtualBox shared folder"},
    {FUSE_SUPER_MAGIC, MOUNT_BEHIND, "FUSE"},
    {OVERLAYFS_SUPER_MAGIC, MOUNT_BEHIND, "overlay"},
};

const struct mount_kind *mount_kind_of(const char *path) {
    struct statfs about;
    int result;
    do {
        result = statfs(path, &about);
    } while (result < 0 && errno == EINTR);
    for (size_t i = 0; result == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].magic == (unsigned)about.f_type) {
            return &kinds[i];
        }
    }
    return NULL;
}
