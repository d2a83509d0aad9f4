/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one folder, read piece by piece: it may have many, and the loop must go on. */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/** Some entries at once. A caller does a few of them, and the rest in a later turn of the loop. */
struct entries {
    int fd; /* of the folder; -1: none is open */
    ssize_t at, filled, room;
    char *buffer;
};

/** room: bytes read at once; an entry takes 24 and its name. Nothing is open at first. */
void entries_init(struct entries *entries, size_t room);
void entries_finish(struct entries *entries);

/** Opens path, relative to the folder at, or AT_FDCWD, where its files can be looked at as well.
 * Never a link; false: see errno. */
bool entries_open(struct entries *entries, int at, const char *path);

/** Takes nothing to be open. */
void entries_close(struct entries *entries);

enum entries_step {
    ENTRIES_ONE,  /* *entry is the next: valid until the next call */
    ENTRIES_MORE, /* nothing was at hand: more has been read */
    ENTRIES_END,
    ENTRIES_FAILED, /* see errno */
};

/** Does one small thing: takes an entry or reads more of them; never "." and "..", nor what systems
 * put beside the files for themselves (companion.h). */
enum entries_step entries_next(struct entries *entries, const struct dirent64 **entry);

enum entry_kind {
    ENTRY_GONE,
    ENTRY_FOLDER,
    ENTRY_OTHER, /* a file, a link or what else there is; *about is filled in */
};

/** What entry is. A folder is not asked for more than the file system says by itself. */
enum entry_kind entries_kind(const struct entries *entries, const struct dirent64 *entry,
                             struct stat *about);
