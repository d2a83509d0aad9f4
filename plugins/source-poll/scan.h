/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan of one watched folder, again and again, at a cost that what has changed decides:
 *
 * A folder is read when its times or number have changed, and again until they have been the same
 * for SCAN_RACY_MS, since a file system may not tell two changes within 2 s apart. Where its times
 * cannot be trusted it is read in each round.
 * A file has to keep its form for the time of "settle" before it is reported. For SCAN_RECENT_MS
 * after its last change it is looked at in each round, since a file that is rewritten in place does
 * not change its folder; after that every SCAN_FULL_MS, or more rarely where a tree is so large
 * that this would hold up the rounds (SCAN_BUDGET).
 * A round may take long, the first above all. So that new files need not wait for its end, the
 * folders that have changed last are looked at meanwhile, once per interval.
 */
#pragma once

#include "record.h"
#include <time.h>

enum {
    SCAN_RACY_MS = 3000,      /* FAT keeps times in steps of 2 s */
    SCAN_RECENT_MS = 600000,  /* a scanner rewrites a file within its session, if at all */
    SCAN_FULL_MS = 600000,    /* the same pace: a file that is old is missed no longer */
    SCAN_BUDGET = 2000,       /* entries looked at again in one round: 1 s at 0.5 ms each */
    SCAN_BREATH_ENTRIES = 64, /* then the clock is looked at */
    SCAN_BUFFER = 32 * 1024,  /* bytes of entries read at once, some 1,000 */
};

struct scan_look {
    struct stat about;
    bool mount; /* it is the root of a mount */
};

enum follow_what {
    FOLLOW_TREE,  /* all below it */
    FOLLOW_FILES, /* only some of its files, which links lead to */
};

/** What a scan needs of the world; a test has a world of its own. */
struct scan_world {
    void *self;
    int64_t (*now_ms)(void *self); /* grows steadily */
    /** Like lstat(), fresh from the server if fresh. False: see errno. */
    bool (*look)(void *self, const char *path, bool fresh, struct scan_look *look);
    /** Whether it can be looked at where the link path leads: no mount on the way there hangs. */
    bool (*leads)(void *self, const char *path);
    void (*tell)(void *self, const struct record *head, const char *path);
    /** May path be followed? True: it is, from now on. */
    bool (*follow)(void *self, const char *path, enum follow_what what);
    /** No more files of the backlog are to be told for now. */
    bool (*held)(void *self);
};

struct scan_options {
    unsigned interval_ms, settle_ms, alive_ms;
    bool trust_folder_times, follow_links;
    bool again; /* an earlier scan of this folder came to its end: nothing is backlog */
    unsigned max_depth;
    uint64_t max_folders, max_files;
    struct timespec followed; /* since when the folder is watched, by the clock of file times */
};

struct scan;

/** path: of the folder, absolute. Copies world and options. Destroy takes NULL. */
struct scan *scan_create(const struct scan_world *world, const struct scan_options *options,
                         const char *path);
void scan_destroy(struct scan *scan);

/**
 * Does what is due: a round, files that have settled, a sign of life. Returns in how many
 * milliseconds something will be due.
 */
unsigned scan_work(struct scan *scan);

/** The root is missing: its path may lead elsewhere when it is back. */
bool scan_is_missing(const struct scan *scan);
