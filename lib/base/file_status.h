/* SPDX-License-Identifier: Apache-2.0 */
/* What stat() tells of a file, and what only statx(2) does. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct file_status {
    struct stat stat;
    uint32_t born; /* a hash of when it was made: tells it from one that has its inode later; 0: the
                      file system does not know */
    bool mount;    /* it is the root of a mount */
};

/** As fstatat(at, path, …, flags); flags may have those of statx() too. False: see errno. */
bool file_status(int at, const char *path, int flags, struct file_status *status);
