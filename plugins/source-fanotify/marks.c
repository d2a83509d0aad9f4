/* SPDX-License-Identifier: Apache-2.0 */
/* The fanotify group: which file systems are marked, and what is to be heard of them. */
#include "marks.h"
#include "base/memory.h"
#include "rights.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <unistd.h>

/* FAN_CREATE for hard links, which are never closed; FAN_RENAME tells, unlike FAN_MOVED_TO, where
 * from: a folder that comes from outside has new files, whatever their age */
static const uint64_t volume_events = FAN_CLOSE_WRITE | FAN_RENAME | FAN_CREATE | FAN_ONDIR;
static const uint64_t self_events = FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_ONDIR;

struct marks {
    int fd;
    size_t count; /* of file systems, when one was last added */
};

int marks_descriptor(const struct marks *marks) {
    return marks->fd;
}

/** The kernel forgets a mark with its file system: it alone knows how many there are. */
static size_t count_now(const struct marks *marks) {
    AUTOFREE char *path = mem_printf("/proc/self/fdinfo/%d", marks->fd);
    AUTOFREE char *line = NULL;
    size_t room = 0, count = 0;
    FILE *file = fopen(path, "re");
    while (file && getline(&line, &room, file) > 0) {
        count += strncmp(line, "fanotify sdev:", sizeof("fanotify sdev:") - 1) == 0;
    }
    if (file) {
        fclose(file);
    }
    return count;
}

bool marks_add(struct marks *marks, const char *path) {
    if (fanotify_mark(marks->fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM | FAN_MARK_ONLYDIR,
                      volume_events, AT_FDCWD, path) < 0) {
        return false;
    }
    marks->count = count_now(marks);
    return true;
}

void marks_add_self(struct marks *marks, const char *path) {
    fanotify_mark(marks->fd, FAN_MARK_ADD | FAN_MARK_ONLYDIR | FAN_MARK_DONT_FOLLOW, self_events,
                  AT_FDCWD, path);
}

size_t marks_count(const struct marks *marks) {
    return marks->count;
}

bool marks_lost(struct marks *marks) {
    size_t count = count_now(marks);
    bool lost = count < marks->count;
    marks->count = count;
    return lost;
}

struct marks *marks_create(struct mrq_host *host) {
    int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME,
                           O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == EPERM) {
        rights_tell_refused(host, "start fanotify");
    } else if (fd < 0) {
        mrq_error(host, "cannot start fanotify: %m; %s",
                  errno == EINVAL || errno == ENOSYS
                      ? "it needs Linux 5.17 or later; use source-inotify"
                      : "raise fs.fanotify.max_user_groups (sysctl), or use source-inotify");
    }
    if (fd < 0) {
        return NULL;
    }
    struct marks *marks = mem_new(struct marks);
    marks->fd = fd;
    return marks;
}

void marks_destroy(struct marks *marks) {
    if (marks) {
        close(marks->fd); /* which drops all marks */
        free(marks);
    }
}
