/* SPDX-License-Identifier: Apache-2.0 */
/* Files and folders on disk, made as a test needs them. */
#include "disk.h"
#include "base/memory.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { DISK_PATHS = 16, DISK_OPEN = 32 };

char *disk_create(void) {
    const char *base = getenv("TMPDIR");
    AUTOFREE char *name = mem_printf("%s/mrqart-inotify-XXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(name));
    char *path = realpath(name, NULL);
    assert_non_null(path);
    return path;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *unused) {
    (void)about, (void)type, (void)unused;
    return remove(path);
}

void disk_remove(const char *path) {
    assert_int_equal(nftw(path, remove_one, DISK_OPEN, FTW_DEPTH | FTW_PHYS), 0);
}

void disk_destroy(char *path) {
    if (path) {
        disk_remove(path);
        free(path);
    }
}

const char *disk_path(const char *format, ...) {
    static _Thread_local char paths[DISK_PATHS][PATH_MAX];
    static _Thread_local unsigned turn;
    char *path = paths[turn++ % DISK_PATHS];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(path, PATH_MAX, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, PATH_MAX - 1);
    return path;
}

void disk_folder(const char *path) {
    AUTOFREE char *copy = mem_dup(path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(copy, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    assert_true(mkdir(copy, 0755) == 0 || errno == EEXIST);
}

int disk_open(const char *path) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "DICM", 4), 4);
    return fd;
}

void disk_write(const char *path) {
    assert_int_equal(close(disk_open(path)), 0);
}

void disk_rename(const char *from, const char *to) {
    assert_int_equal(rename(from, to), 0);
}

void disk_age(const char *path) {
    struct stat about;
    struct timespec now;
    assert_int_equal(lstat(path, &about), 0);
    do {
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
    } while (now.tv_sec < about.st_ctim.tv_sec ||
             (now.tv_sec == about.st_ctim.tv_sec && now.tv_nsec <= about.st_ctim.tv_nsec));
}
