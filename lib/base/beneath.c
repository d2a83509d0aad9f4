/* SPDX-License-Identifier: Apache-2.0 */
/* Opening what lies below a folder, and nothing else. */
#include "beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void close_quietly(int fd) {
    int kept = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = kept;
}

/* Where the kernel has no openat2 (before 5.6, or filtered): the same, step by step. */
static int open_by_steps(int root, const char *path, int flags) {
    char step[NAME_MAX + 1];
    int folder = dup(root);
    for (;;) {
        size_t length = strcspn(path, "/");
        bool last = path[length] == '\0';
        if (folder < 0 || length >= sizeof(step) || length == 0) {
            errno = folder < 0 ? errno : ENOENT;
            break;
        }
        memcpy(step, path, length);
        step[length] = '\0';
        if (strcmp(step, "..") == 0) {
            errno = EXDEV;
            break;
        }
        int way = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        int next = openat(folder, step, last ? flags : way);
        close_quietly(folder);
        if (last || next < 0) {
            return next;
        }
        folder = next;
        path += length + 1;
    }
    close_quietly(folder);
    return -1;
}

int beneath_open(int root, const char *path, int flags) {
    flags |= O_NOFOLLOW | O_CLOEXEC;
    struct open_how how = {.flags = (unsigned)flags,
                           .resolve =
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
    /* EPERM: what older container engines say of calls they do not know */
    return fd < 0 && (errno == ENOSYS || errno == EPERM) ? open_by_steps(root, path, flags) : fd;
}
