/* SPDX-License-Identifier: Apache-2.0 */
/* What stat() tells of a file, and what only statx(2) does. */
#include "file_status.h"

#include "text.h"

#include <linux/stat.h>
#include <sys/sysmacros.h>

static struct timespec time_of(const struct statx_timestamp *stamp) {
    return (struct timespec){.tv_sec = stamp->tv_sec, .tv_nsec = stamp->tv_nsec};
}

static uint32_t birth(const struct statx *about) {
    const int64_t parts[] = {about->stx_btime.tv_sec, about->stx_btime.tv_nsec};
    uint64_t hash = text_hash(TEXT_HASH_SEED, parts, sizeof(parts));
    uint32_t folded = (uint32_t)(hash ^ hash >> 32);
    return !(about->stx_mask & STATX_BTIME) ? 0 : folded ? folded : 1;
}

bool file_status(int at, const char *path, int flags, struct file_status *status) {
    struct statx about;
    if (statx(at, path, flags, STATX_BASIC_STATS | STATX_BTIME, &about) < 0) {
        return false;
    }
    *status = (struct file_status){
        .stat = {.st_dev = makedev(about.stx_dev_major, about.stx_dev_minor),
                 .st_ino = about.stx_ino,
                 .st_mode = about.stx_mode,
                 .st_nlink = about.stx_nlink,
                 .st_uid = about.stx_uid,
                 .st_gid = about.stx_gid,
                 .st_size = (off_t)about.stx_size,
                 .st_blocks = (blkcnt_t)about.stx_blocks,
                 .st_atim = time_of(&about.stx_atime),
                 .st_mtim = time_of(&about.stx_mtime),
                 .st_ctim = time_of(&about.stx_ctime)},
        .born = birth(&about),
        .mount = (about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0,
    };
    return true;
}
