/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a watched file that may be anything: a link, a device, still being written, gone. */
#include "open_file.h"

#include "base/beneath.h"
#include "base/file_status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: should it become a FIFO after we looked */
static const int open_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

static void refuse(struct opened_file *opened, const char *why) {
    opened->outcome = PROTOCOL_REFUSED;
    snprintf(opened->message, sizeof(opened->message), "%s; left alone", why);
}

static const char *type_name(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return "is a folder";
    case S_IFLNK:
        return "is a symbolic link";
    case S_IFIFO:
        return "is a FIFO";
    case S_IFSOCK:
        return "is a socket";
    default:
        return "is a device";
    }
}

static void fail(struct opened_file *opened) {
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        opened->outcome = PROTOCOL_GONE;
        break;
    case ELOOP:
        refuse(opened, "is reached through a symbolic link");
        break;
    case EXDEV:
        refuse(opened, "lies outside the watched folder");
        break;
    case ENXIO:
    case ENODEV:
        refuse(opened, "is no regular file");
        break;
    case EACCES:
    case EPERM:
        opened->outcome = PROTOCOL_DENIED;
        snprintf(opened->message, sizeof(opened->message),
                 "cannot be opened: %m; the service's user needs the right to read it");
        break;
    case EMFILE:
    case ENFILE:
        opened->exhausted = true;
        __attribute__((fallthrough));
    default:
        opened->outcome = PROTOCOL_UNREADABLE;
        snprintf(opened->message, sizeof(opened->message), "cannot be opened: %m");
    }
}

static bool is_known(const struct opened_file *opened, const struct protocol_check *request) {
    bool same = request->known && request->known == protocol_identity_hash(&opened->identity);
    return same && protocol_same_birth(request->known_born, opened->born);
}

/* Takes down which file it is; false where that settles it. */
static bool examine(struct opened_file *opened, const struct file_status *status,
                    const struct protocol_check *request) {
    opened->identity = protocol_identity(&status->stat);
    opened->born = status->born;
    opened->links = (uint32_t)status->stat.st_nlink;
    if (is_known(opened, request)) {
        opened->outcome = PROTOCOL_SAME;
        return false;
    }
    if (!S_ISREG(status->stat.st_mode)) {
        refuse(opened, type_name(status->stat.st_mode));
        return false;
    }
    return true;
}

/* A read lease is granted only while nobody has the file open for writing. */
static bool maybe_open(struct opened_file *opened, const struct protocol_check *request) {
    if (fcntl(opened->fd, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(opened->fd, F_SETLEASE, F_UNLCK);
        return false;
    }
    /* EAGAIN: open by a writer. Else (not its owner, or a file system without leases) nobody can
     * know: a file that stays as it is counts as closed */
    return errno == EAGAIN || errno == EBUSY ||
           request->settled != protocol_identity_hash(&opened->identity);
}

static void open_below(int root, const char *path, const struct protocol_check *request,
                       struct opened_file *opened) {
    struct file_status status;
    if (!file_status(root, path, AT_SYMLINK_NOFOLLOW, &status)) {
        fail(opened);
        return;
    }
    if (!examine(opened, &status, request)) {
        return;
    }
    opened->fd = beneath_open(root, path, open_flags);
    if (opened->fd < 0 || !file_status(opened->fd, "", AT_EMPTY_PATH, &status)) {
        fail(opened);
        return;
    }
    if (!examine(opened, &status, request)) {
        return;
    }
    opened->outcome = (request->flags & PROTOCOL_MAYBE_OPEN) && maybe_open(opened, request)
                          ? PROTOCOL_OPEN
                          : PROTOCOL_DONE;
}

bool open_file(const char *root, const char *path, const struct protocol_check *request,
               struct opened_file *opened) {
    memset(opened, 0, offsetof(struct opened_file, message));
    opened->fd = -1;
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC); /* not kept: it would pin a mount */
    if (folder < 0) {
        fail(opened);
    } else {
        open_below(folder, path, request, opened);
        close(folder);
    }
    if (opened->outcome != PROTOCOL_DONE && opened->fd >= 0) {
        close(opened->fd);
        opened->fd = -1;
    }
    return !opened->exhausted;
}

void open_file_look_again(struct opened_file *opened) {
    struct stat status;
    uint64_t before = protocol_identity_hash(&opened->identity);
    if (fstat(opened->fd, &status) < 0) {
        return;
    }
    opened->identity = protocol_identity(&status);
    opened->links = (uint32_t)status.st_nlink;
    if (protocol_identity_hash(&opened->identity) != before) {
        opened->outcome = PROTOCOL_INCOMPLETE;
        snprintf(opened->message, sizeof(opened->message), "somebody is still writing it");
    }
}
