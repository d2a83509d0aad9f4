/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the scan: what its files share. */
#pragma once

#include "base/path_list.h"
#include "scan.h"
#include "table.h"
#include <errno.h>
#include <limits.h>

/** A file that a reading has met first, to be put in the order in which it was written. */
struct arrival {
    struct known_file *file;
    struct timespec modified;
};

struct scan {
    struct scan_world world;
    struct scan_options options;
    struct table table;
    enum scan_state state;
    int error;
    uint32_t rounds, round_ms, reading;
    int64_t next_round_ms, next_newest_ms, next_alive_ms;
    unsigned breath, budget;
    bool newest; /* only the newest folders are looked at: none is forgotten meanwhile */
    bool cut;    /* the root has gone in the middle of a round */
    bool told[FAULTS];
    struct path_list silent; /* links that lead to mounts that do not answer */
    struct arrival *arrivals;
    size_t arrival_count, arrival_room;
    size_t length; /* of path */
    char path[PATH_MAX];
};

static inline int64_t scan_now(const struct scan *scan) {
    return scan->world.now_ms(scan->world.self);
}

/** Like scan_world.look, of path. */
static inline bool scan_look(const struct scan *scan, const char *path, bool fresh,
                             struct scan_look *look) {
    return scan->world.look(scan->world.self, path, fresh, look);
}

struct known_form scan_form(const struct known_tree *tree, const struct stat *about);
bool scan_same(const struct known_form *one, const struct known_form *other);

/** path is no longer what it was; there is no such thing any more. */
static inline bool scan_is_absence(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/** The root of tree is still what it was: else nothing that seems to have gone may be forgotten. */
bool scan_root_stands(struct scan *scan, const struct known_tree *tree);

/** To be called often in a round: what else is due meanwhile. */
void scan_breathe(struct scan *scan);

/** Tells a fault of path, once of its kind or, of FAULT_READ, as often as it is called. */
void scan_tell_fault(struct scan *scan, const struct known_tree *tree, enum scan_fault fault,
                     const char *path);

/* scan_files.c */

/** Looks at file, which is at path, and has it settle if it has changed. False: it is gone. */
bool scan_file(struct scan *scan, struct known_file *file, const char *path, bool forgiving);
/** Reports files that have kept their form for long enough: live ones, and some of the backlog. */
void scan_settled(struct scan *scan);
/** When one is due to be. */
int64_t scan_settled_ms(const struct scan *scan);
/** Looks at those that have changed lately. */
void scan_recent(struct scan *scan);
/** A reading has met file first, as about says. */
void scan_arrived(struct scan *scan, struct known_file *file, const struct stat *about);
/** The reading has come to its end: the arrivals from first on settle in the order in which they
 * were written. */
void scan_arrivals(struct scan *scan, size_t first);

/* scan_links.c */

/** scan->path is a symbolic link in folder, which is named name: sees to what it leads to. */
void scan_link(struct scan *scan, struct known_folder *folder, const char *name, uint64_t inode);

/** Forgets links that led to mounts that do not answer, and are gone. */
void scan_silent(struct scan *scan);

/* scan_folder.c */

/** Looks at folder, whose path is scan->path, and at all below it. False: there is none. */
bool scan_folder(struct scan *scan, struct known_folder *folder, unsigned depth);
/** Looks at the newest folders, in the middle of whatever is looked at. */
void scan_newest(struct scan *scan);
/** How many files are known at most is reached; told. */
bool scan_is_full(struct scan *scan, const struct known_tree *tree);
/** Whether what a reading of folder meets first has come under our eyes. */
bool scan_is_fresh(const struct known_folder *folder);
