/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time, as file systems give them. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

static inline bool times_is_older(const struct timespec *time, const struct timespec *than) {
    return time->tv_sec != than->tv_sec ? time->tv_sec < than->tv_sec
                                        : time->tv_nsec < than->tv_nsec;
}

/** A folder has got its place since then: a rename changes its status and not its content. */
static inline bool times_was_moved(const struct stat *folder, const struct timespec *since) {
    return !times_is_older(&folder->st_ctim, since) && times_is_older(&folder->st_mtim, since);
}
