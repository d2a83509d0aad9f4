/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: where a file with a certain identity is. */
#include "seen_index.h"

#include "base/memory.h"

enum { FIRST_SIZE = 256 };

static uint64_t identity_of(const struct seen_slot *slot) {
    return slot->folder->files[slot->position].identity;
}

const struct seen_slot *seen_index_find(const struct seen_index *index, uint64_t identity) {
    size_t mask = index->size - 1;
    for (size_t at = identity & mask; index->size && identity; at = (at + 1) & mask) {
        const struct seen_slot *slot = &index->slots[at];
        if (!slot->folder) {
            return NULL;
        }
        if (identity_of(slot) == identity) {
            return slot;
        }
    }
    return NULL;
}

static void insert(struct seen_index *index, const struct seen_slot *slot) {
    size_t mask = index->size - 1, at = identity_of(slot) & mask;
    while (index->slots[at].folder) {
        at = (at + 1) & mask;
    }
    index->slots[at] = *slot;
}

static void grow(struct seen_index *index) {
    struct seen_index larger = {.size = index->size ? index->size * 2 : FIRST_SIZE,
                                .count = index->count};
    larger.slots = mem_zeroed(larger.size, sizeof(*larger.slots));
    for (size_t i = 0; i < index->size; i++) {
        if (index->slots[i].folder) {
            insert(&larger, &index->slots[i]);
        }
    }
    free(index->slots);
    *index = larger;
}

void seen_index_add(struct seen_index *index, struct seen_folder *folder, size_t position) {
    const struct seen_slot slot = {folder, position};
    if (!identity_of(&slot)) {
        return;
    }
    if ((index->count + 1) * 4 > index->size * 3) {
        grow(index);
    }
    insert(index, &slot);
    index->count++;
}

void seen_index_remove(struct seen_index *index, const struct seen_folder *folder,
                       size_t position) {
    uint64_t identity = folder->files[position].identity;
    if (!identity) {
        return;
    }
    size_t mask = index->size - 1, hole = identity & mask;
    while (index->slots[hole].folder != folder || index->slots[hole].position != position) {
        hole = (hole + 1) & mask;
    }
    index->slots[hole].folder = NULL;
    index->count--;
    /* close the gap, so that no search ends at it too early */
    for (size_t next = (hole + 1) & mask; index->slots[next].folder; next = (next + 1) & mask) {
        size_t home = identity_of(&index->slots[next]) & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            index->slots[hole] = index->slots[next];
            index->slots[next].folder = NULL;
            hole = next;
        }
    }
}
