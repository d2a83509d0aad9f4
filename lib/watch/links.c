/* SPDX-License-Identifier: Apache-2.0 */
/* Where symbolic links below watched folders lead. */
#include "watch/links.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

static void follow_file(struct mrq_host *host, const struct found_at *at, char *path,
                        const struct stat *about) {
    char *slash = strrchr(path, '/');
    AUTOFREE char *folder = mem_dup_length(path, slash == path ? 1 : (size_t)(slash - path));
    struct root root = {.path = folder};
    const struct found_at there = {.root = &root, .lane = at->lane, .fresh = at->fresh};
    clock_gettime(CLOCK_REALTIME_COARSE, &root.followed); /* for the core this begins here */
    mrq_follow(host, folder);
    found_met(host, &there, path, about);
}

bool links_follow(struct mrq_host *host, struct roots *roots, const struct found_at *at,
                  const char *path) {
    if (!roots_follow_links(roots)) {
        return false;
    }
    AUTOFREE char *real = realpath(path, NULL);
    struct stat about;
    if (!real || lstat(real, &about) < 0) {
        return false;
    }
    if (S_ISDIR(about.st_mode)) {
        roots_add(roots, real, at->lane);
    } else if (!roots_of(roots, real)) { /* else it is met, or heard of, where it lies */
        follow_file(host, at, real, &about);
    }
    return true;
}
