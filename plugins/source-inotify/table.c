/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by the number of their watch; those without one by parent and name. */
#include "table.h"
#include "base/memory.h"
#include "base/text.h"

enum { TABLE_ROOM = 64 }; /* to begin with; a power of two, as always */

static size_t watch_hash(int watch) {
    return (size_t)(((unsigned)watch * 0x9e3779b97f4a7c15ULL) >> 32);
}

static size_t name_hash(const struct folder *parent, const char *name) {
    uint64_t seed = text_hash(TEXT_HASH_SEED, &parent, sizeof(parent));
    return (size_t)text_hash(seed, name, strlen(name));
}

static const char *folder_name(const struct folder *folder) {
    return folder->path + folder->name_at;
}

static size_t folder_hash(const struct folder *folder) {
    return folder->watch >= 0 ? watch_hash(folder->watch)
                              : name_hash(folder->parent, folder_name(folder));
}

static void put(struct table *table, struct folder *folder) {
    size_t slot = folder_hash(folder) & (table->room - 1);
    while (table->slots[slot]) {
        slot = (slot + 1) & (table->room - 1);
    }
    table->slots[slot] = folder;
}

static void grow(struct table *table) {
    struct table larger = {.room = table->room ? table->room * 2 : TABLE_ROOM, .used = table->used};
    larger.slots = mem_zeroed(larger.room, sizeof(struct folder *));
    for (size_t slot = 0; slot < table->room; slot++) {
        if (table->slots[slot]) {
            put(&larger, table->slots[slot]);
        }
    }
    free(table->slots);
    *table = larger;
}

void table_add(struct table *table, struct folder *folder) {
    if (table->used + 1 > table->room / 3 * 2) {
        grow(table);
    }
    put(table, folder);
    table->used++;
    folder->flags |= FOLDER_HASHED;
}

void table_remove(struct table *table, struct folder *folder) {
    if (!(folder->flags & FOLDER_HASHED)) {
        return;
    }
    size_t mask = table->room - 1;
    size_t hole = folder_hash(folder) & mask;
    while (table->slots[hole] != folder) {
        hole = (hole + 1) & mask;
    }
    /* what was pushed past the hole moves back into it, so that no mark must stay there */
    for (size_t next = (hole + 1) & mask; table->slots[next]; next = (next + 1) & mask) {
        size_t home = folder_hash(table->slots[next]) & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            table->slots[hole] = table->slots[next];
            hole = next;
        }
    }
    table->slots[hole] = NULL;
    table->used--;
    folder->flags &= (uint8_t)~FOLDER_HASHED;
}

struct folder *table_watched(const struct table *table, int watch) {
    if (table->room == 0) {
        return NULL;
    }
    size_t slot = watch_hash(watch) & (table->room - 1);
    while (table->slots[slot] && table->slots[slot]->watch != watch) {
        slot = (slot + 1) & (table->room - 1);
    }
    return table->slots[slot];
}

static bool is_unwatched(const struct folder *folder, const struct folder *parent,
                         const char *name) {
    return folder->watch < 0 && folder->parent == parent && strcmp(folder_name(folder), name) == 0;
}

struct folder *table_unwatched(const struct table *table, const struct folder *parent,
                               const char *name) {
    if (table->room == 0) {
        return NULL;
    }
    size_t slot = name_hash(parent, name) & (table->room - 1);
    while (table->slots[slot] && !is_unwatched(table->slots[slot], parent, name)) {
        slot = (slot + 1) & (table->room - 1);
    }
    return table->slots[slot];
}
