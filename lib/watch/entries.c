/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one folder, read piece by piece. */
#include "watch/entries.h"
#include "base/companion.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void entries_init(struct entries *entries, size_t room) {
    *entries = (struct entries){.fd = -1, .room = (ssize_t)room, .buffer = mem_zeroed(1, room)};
}

void entries_finish(struct entries *entries) {
    entries_close(entries);
    free(entries->buffer);
    entries->buffer = NULL;
}

bool entries_open(struct entries *entries, int at, const char *path) {
    entries->at = entries->filled = 0;
    entries->fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (entries->fd >= 0 && faccessat(entries->fd, ".", X_OK, 0) < 0) {
        int error = errno; /* names alone are of no use */
        entries_close(entries);
        errno = error;
    }
    return entries->fd >= 0;
}

void entries_close(struct entries *entries) {
    if (entries->fd >= 0) {
        close(entries->fd);
        entries->fd = -1;
    }
}

static bool is_dots(const char *name) {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

enum entries_step entries_next(struct entries *entries, const struct dirent64 **entry) {
    while (entries->at < entries->filled) {
        *entry = (const struct dirent64 *)(entries->buffer + entries->at);
        entries->at += (*entry)->d_reclen;
        if (!is_dots((*entry)->d_name) && !companion_name((*entry)->d_name)) {
            return ENTRIES_ONE;
        }
    }
    entries->at = 0;
    entries->filled = getdents64(entries->fd, entries->buffer, (size_t)entries->room);
    if (entries->filled < 0) {
        entries->filled = 0;
        return ENTRIES_FAILED;
    }
    return entries->filled > 0 ? ENTRIES_MORE : ENTRIES_END;
}

enum entry_kind entries_kind(const struct entries *entries, const struct dirent64 *entry,
                             struct stat *about) {
    if (entry->d_type == DT_DIR) {
        return ENTRY_FOLDER;
    }
    if (fstatat(entries->fd, entry->d_name, about, AT_SYMLINK_NOFOLLOW) < 0) {
        return ENTRY_GONE;
    }
    return S_ISDIR(about->st_mode) ? ENTRY_FOLDER : ENTRY_OTHER; /* not all file systems tell */
}
