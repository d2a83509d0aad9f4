/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: where a file with a certain identity is. */
#pragma once

#include "seen_folder.h"

struct seen_slot {
    struct seen_folder *folder; /* NULL: free */
    size_t position;
};

/** An open-addressing table; zero it to begin. */
struct seen_index {
    struct seen_slot *slots;
    size_t size, count;
};

/** One place with this identity, or NULL. */
const struct seen_slot *seen_index_find(const struct seen_index *index, uint64_t identity);

/** The file at position has its identity from now on; before it loses it. Identity 0 is no one's.
 */
void seen_index_add(struct seen_index *index, struct seen_folder *folder, size_t position);
void seen_index_remove(struct seen_index *index, const struct seen_folder *folder, size_t position);
