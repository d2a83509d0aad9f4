/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: the files of one folder, in an open-addressing table. */
#pragma once

#include "base/hash_table.h"
#include "seen.h"

#include <sys/queue.h>

enum { SEEN_CHUNK = 64 }; /* files per record of the state file: 4 KB, rewritten when one changes */

struct seen_folder {
    struct hash_link link; /* by hash of its path */
    TAILQ_ENTRY(seen_folder) touch;
    TAILQ_ENTRY(seen_folder) change; /* if changed */
    uint64_t root;
    int64_t newest_ns;       /* when its newest file was changed */
    int64_t touched_ns;      /* when something was last noted */
    struct seen_file *files; /* as they came; key 0: a hole */
    size_t end, room, count; /* count: without holes */
    size_t hole;             /* where to look for one next */
    uint32_t *slots;         /* open addressing: position + 1, 0: free */
    size_t slot_count;       /* a power of two */
    uint64_t *dirty;         /* a bit per chunk that is not in the state file */
    bool changed;            /* among those to be collected */
    bool stored;             /* something of it stands in the state file */
};

void seen_folder_free(struct seen_folder *folder);

/** Position of the file with this key, or -1. */
long seen_folder_find(const struct seen_folder *folder, uint64_t key);

/** Makes room for a new file with this key, in a hole or at the end (or at position at, if it is a
 * hole). */
size_t seen_folder_add(struct seen_folder *folder, uint64_t key);
bool seen_folder_add_at(struct seen_folder *folder, uint64_t key, size_t at);

/** Makes a hole. */
void seen_folder_remove(struct seen_folder *folder, size_t position);
