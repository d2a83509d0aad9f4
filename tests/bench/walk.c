/* SPDX-License-Identifier: Apache-2.0 */
/* bench-walk: a bare walk over a folder that watches all folders below it. */
#include "base/memory.h"
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <time.h>

enum { WATCHED = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW };

static double now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static size_t walk(int inotify, const char *path) {
    if (inotify_add_watch(inotify, path, WATCHED) < 0) {
        err(1, "bench-walk: %s", path);
    }
    DIR *folder = opendir(path);
    if (!folder) {
        err(1, "bench-walk: %s", path);
    }
    size_t count = 1;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            AUTOFREE char *child = mem_printf("%s/%s", path, entry->d_name);
            count += walk(inotify, child);
        }
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: bench-walk FOLDER\n\nPrints milliseconds and how many folders there are.\n",
              stderr);
        return 2;
    }
    int inotify = inotify_init1(IN_CLOEXEC);
    double start = now_ms();
    size_t count = walk(inotify, argv[1]);
    printf("%.2f %zu\n", now_ms() - start, count);
    return 0;
}
