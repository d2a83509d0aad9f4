/* SPDX-License-Identifier: Apache-2.0 */
/* Removing a file, and never another one than was looked at. */
#include "retention_aside.h"

#include "base/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

static bool is_same_inode(const struct stat *one, const struct stat *other) {
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* A rename changes the time of change, and nothing else. */
static bool is_same_file(const struct stat *one, const struct stat *other) {
    return is_same_inode(one, other) && one->st_mode == other->st_mode &&
           one->st_nlink == other->st_nlink && one->st_size == other->st_size &&
           one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
           one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

bool aside_in_place(const struct aside *aside) {
    struct stat here, there;
    int root = open(aside->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int folder =
        root >= 0 && *aside->below ? beneath_open(root, aside->below, O_PATH | O_DIRECTORY) : root;
    bool same = folder >= 0 && fstat(folder, &there) == 0 && fstat(aside->folder, &here) == 0 &&
                is_same_inode(&here, &there);
    if (folder >= 0 && folder != root) {
        close(folder);
    }
    if (root >= 0) {
        close(root);
    }
    return same;
}

static bool put_back(struct aside *aside, const char *name) {
    bool back = renameat2(aside->fd, name, aside->folder, name, RENAME_NOREPLACE) == 0;
    aside->stuck += !back && errno == EEXIST;
    return back;
}

/* What a pass that was killed has left; a name that was taken meanwhile is not taken from anybody.
 */
static bool put_all_back(struct aside *aside) {
    int copy = fcntl(aside->fd, F_DUPFD_CLOEXEC, 0);
    DIR *stream = copy >= 0 ? fdopendir(copy) : NULL;
    bool all = stream;
    const struct dirent *entry;
    while (stream && (entry = readdir(stream))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            all = put_back(aside, entry->d_name) && all;
        }
    }
    if (stream) {
        closedir(stream);
    } else if (copy >= 0) {
        close(copy);
    }
    return all;
}

bool aside_begin(struct aside *aside) {
    aside->fd = openat(aside->folder, ASIDE_NAME, folder_flags);
    return aside->fd < 0 ? errno == ENOENT : put_all_back(aside);
}

void aside_end(struct aside *aside) {
    if (aside->fd >= 0) {
        close(aside->fd);
        aside->fd = -1;
        unlinkat(aside->folder, ASIDE_NAME, AT_REMOVEDIR); /* where something is in it, it stays */
    }
}

static bool open_aside(struct aside *aside) {
    if (aside->fd >= 0) {
        return true;
    }
    if (mkdirat(aside->folder, ASIDE_NAME, S_IRWXU) < 0 && errno != EEXIST) {
        return false;
    }
    aside->fd = openat(aside->folder, ASIDE_NAME, folder_flags);
    return aside->fd >= 0;
}

static enum aside_outcome outcome_of(int error) {
    switch (error) {
    case ENOENT:
        return ASIDE_GONE;
    case EEXIST: /* one of that name had to stay aside */
        return ASIDE_LEFT;
    case EINVAL:
    case ENOSYS:
    case EOPNOTSUPP:
        return ASIDE_UNABLE;
    default:
        return ASIDE_DENIED;
    }
}

enum aside_outcome aside_remove(struct aside *aside, const char *name, const struct stat *status) {
    struct stat now;
    if (!aside_in_place(aside)) {
        return ASIDE_MOVED;
    }
    if (!open_aside(aside)) {
        return errno == ENOENT ? ASIDE_GONE : ASIDE_DENIED;
    }
    if (renameat2(aside->folder, name, aside->fd, name, RENAME_NOREPLACE) < 0) {
        return outcome_of(errno);
    }
    bool same =
        fstatat(aside->fd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && is_same_file(&now, status);
    bool in_place = aside_in_place(aside);
    if (same && in_place && unlinkat(aside->fd, name, 0) == 0) {
        return ASIDE_REMOVED;
    }
    int error = errno;
    put_back(aside, name);
    errno = error;
    return !in_place ? ASIDE_MOVED : same ? outcome_of(error) : ASIDE_LEFT;
}
