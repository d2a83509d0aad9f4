/* SPDX-License-Identifier: Apache-2.0 */
/* A table of structs that carry their own link, found by a 64-bit hash. */
#include "hash_table.h"

#include "memory.h"

enum { FIRST_SIZE = 64 };

void hash_table_finish(struct hash_table *table) {
    free(table->buckets);
    *table = (struct hash_table){0};
}

static struct hash_link **bucket_of(const struct hash_table *table, uint64_t hash) {
    return &table->buckets[hash & (table->size - 1)];
}

static void insert(struct hash_table *table, struct hash_link *link) {
    struct hash_link **bucket = bucket_of(table, link->hash);
    link->next = *bucket;
    *bucket = link;
}

static void grow(struct hash_table *table) {
    struct hash_table larger = {.size = table->size ? table->size * 2 : FIRST_SIZE};
    larger.buckets = mem_zeroed(larger.size, sizeof(*larger.buckets));
    for (size_t i = 0; i < table->size; i++) {
        for (struct hash_link *link = table->buckets[i], *next; link; link = next) {
            next = link->next;
            insert(&larger, link);
        }
    }
    larger.count = table->count;
    free(table->buckets);
    *table = larger;
}

void hash_table_add(struct hash_table *table, struct hash_link *link, uint64_t hash) {
    if (table->count >= table->size) {
        grow(table);
    }
    link->hash = hash;
    insert(table, link);
    table->count++;
}

void hash_table_remove(struct hash_table *table, struct hash_link *link) {
    struct hash_link **place = bucket_of(table, link->hash);
    while (*place != link) {
        place = &(*place)->next;
    }
    *place = link->next;
    table->count--;
}

static struct hash_link *same(struct hash_link *link, uint64_t hash) {
    while (link && link->hash != hash) {
        link = link->next;
    }
    return link;
}

struct hash_link *hash_table_first(const struct hash_table *table, uint64_t hash) {
    return table->size ? same(*bucket_of(table, hash), hash) : NULL;
}

struct hash_link *hash_table_next(const struct hash_link *link) {
    return same(link->next, link->hash);
}

void hash_table_each(struct hash_table *table, void (*visit)(void *self, struct hash_link *link),
                     void *self) {
    for (size_t i = 0; i < table->size; i++) {
        for (struct hash_link *link = table->buckets[i], *next; link; link = next) {
            next = link->next;
            visit(self, link);
        }
    }
}
