/* SPDX-License-Identifier: Apache-2.0 */
/* A table of structs that carry their own link, found by a 64-bit hash. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Goes into the struct, as its first member. */
struct hash_link {
    struct hash_link *next;
    uint64_t hash;
};

/** Zero it to begin. The structs stay their owner's. */
struct hash_table {
    struct hash_link **buckets;
    size_t size, count;
};

void hash_table_finish(struct hash_table *table);

void hash_table_add(struct hash_table *table, struct hash_link *link, uint64_t hash);
void hash_table_remove(struct hash_table *table, struct hash_link *link);

/** The first of those with this hash, and the next one after link; NULL at the end. */
struct hash_link *hash_table_first(const struct hash_table *table, uint64_t hash);
struct hash_link *hash_table_next(const struct hash_link *link);

/** Calls visit for each; visit may free what it is given. */
void hash_table_each(struct hash_table *table, void (*visit)(void *self, struct hash_link *link),
                     void *self);
