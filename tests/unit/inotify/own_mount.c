/* SPDX-License-Identifier: Apache-2.0 */
/* Linked into a test, it gives it a file system of its own for its files, or skips the test. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SKIP = 77 };

/* in the build folder: mounted over /tmp it would hide a build tree that lies there */
static const char place[] = "own-mount";

static int may_mark(void) {
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_REPORT_DFID_NAME, O_RDONLY);
    int marked =
        fd < 0 ? -1
               : fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_RENAME, AT_FDCWD, place);
    close(fd);
    return marked;
}

__attribute__((constructor)) static void enter(void) {
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        (mkdir(place, 0700) < 0 && errno != EEXIST) ||
        mount("tmpfs", place, "tmpfs", 0, NULL) < 0 || may_mark() < 0) {
        printf("SKIP: no own file system to mark: %s\n", strerror(errno));
        exit(SKIP);
    }
    char *path = realpath(place, NULL);
    setenv("TMPDIR", path, 1);
    free(path);
}
