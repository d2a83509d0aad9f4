/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the record of seen files: folders that nothing was written to for long, remembered as a
 * whole. A file in one that was changed between its two times counts as seen; nothing is known of
 * it by itself. In the state file one line each, key "<folder>/quiet".
 */
#pragma once

#include "base/hash_table.h"
#include "seen.h"

#include <sys/queue.h>

struct quiet_folder;

/** Zero it and init before use. */
struct seen_quiet {
    struct hash_table table;
    TAILQ_HEAD(quiet_list, quiet_folder) list; /* longest quiet first */
    struct quiet_list changed;                 /* not yet in the state file */
};

/** The times that cover the files of a folder: changed from … to. */
struct seen_span {
    uint64_t root;
    int64_t from_ns, to_ns;
};

void seen_quiet_init(struct seen_quiet *quiet);
void seen_quiet_finish(struct seen_quiet *quiet);

/** What was changed in the folder within span is seen, beside what was before. */
void seen_quiet_add(struct seen_quiet *quiet, uint64_t folder, const struct seen_span *span);

bool seen_quiet_covers(const struct seen_quiet *quiet, uint64_t folder, int64_t changed_ns);

/** Takes out the folder that is quiet for longest; false: there is none. */
bool seen_quiet_pop(struct seen_quiet *quiet, struct seen_span *span);

/** The folder is there no more. */
void seen_quiet_remove(struct seen_quiet *quiet, uint64_t folder);

void seen_quiet_collect(struct seen_quiet *quiet, seen_put put, void *self);

/** True if key is that of such a folder; it is taken in if value fits it, else *bad is set. */
bool seen_quiet_restore(struct seen_quiet *quiet, const char *key, const json_t *value, bool *bad);
