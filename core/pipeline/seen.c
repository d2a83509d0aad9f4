/* SPDX-License-Identifier: Apache-2.0 */
/* The record of files that were counted. */
#include "seen.h"

#include "base/memory.h"
#include "seen_folder.h"
#include "seen_index.h"
#include "seen_text.h"

struct seen {
    struct hash_table folders;
    struct seen_index index;
    TAILQ_HEAD(touch_list, seen_folder) touched;  /* longest untouched first */
    TAILQ_HEAD(change_list, seen_folder) changed; /* not yet in the state file */
    size_t most, count;
    seen_forget forget;
    void *self;
};

struct seen *seen_create(size_t most, seen_forget forget, void *self) {
    struct seen *seen = mem_new(struct seen);
    seen->most = most;
    seen->forget = forget;
    seen->self = self;
    TAILQ_INIT(&seen->touched);
    TAILQ_INIT(&seen->changed);
    return seen;
}

static void free_link(void *self, struct hash_link *link) {
    (void)self;
    seen_folder_free((struct seen_folder *)link);
}

void seen_destroy(struct seen *seen) {
    if (!seen) {
        return;
    }
    hash_table_each(&seen->folders, free_link, NULL);
    hash_table_finish(&seen->folders);
    free(seen->index.slots);
    free(seen);
}

static struct seen_folder *folder_at(const struct seen *seen, uint64_t hash) {
    return (struct seen_folder *)hash_table_first(&seen->folders, hash);
}

static void mark(struct seen *seen, struct seen_folder *folder) {
    if (!folder->changed) {
        folder->changed = true;
        TAILQ_INSERT_TAIL(&seen->changed, folder, change);
    }
}

static void mark_file(struct seen *seen, struct seen_folder *folder, size_t position) {
    size_t chunk = position / SEEN_CHUNK;
    folder->dirty[chunk / 64] |= (uint64_t)1 << (chunk % 64);
    mark(seen, folder);
}

static void touch(struct seen *seen, struct seen_folder *folder) {
    TAILQ_REMOVE(&seen->touched, folder, touch);
    TAILQ_INSERT_TAIL(&seen->touched, folder, touch);
}

static struct seen_folder *folder_made(struct seen *seen, uint64_t hash, uint64_t root) {
    struct seen_folder *folder = folder_at(seen, hash);
    if (!folder) {
        folder = mem_new(struct seen_folder);
        folder->root = root;
        hash_table_add(&seen->folders, &folder->link, hash);
        TAILQ_INSERT_TAIL(&seen->touched, folder, touch);
    }
    return folder;
}

const struct seen_file *seen_find(const struct seen *seen, const struct seen_place *place) {
    const struct seen_folder *folder = folder_at(seen, place->folder);
    long position = folder ? seen_folder_find(folder, place->key) : -1;
    return position < 0 ? NULL : &folder->files[position];
}

bool seen_anywhere(const struct seen *seen, uint64_t identity) {
    return seen_index_find(&seen->index, identity) != NULL;
}

static void drop(struct seen *seen, struct seen_folder *folder) {
    if (folder->changed) {
        TAILQ_REMOVE(&seen->changed, folder, change);
    }
    TAILQ_REMOVE(&seen->touched, folder, touch);
    hash_table_remove(&seen->folders, &folder->link);
    seen_folder_free(folder);
}

/* Its files are gone from the record; what stands of it in the state file goes when collected. */
static void forget_files(struct seen *seen, struct seen_folder *folder) {
    for (size_t i = 0; i < folder->end; i++) {
        if (folder->files[i].key) {
            seen_index_remove(&seen->index, folder, i);
            mark_file(seen, folder, i);
            seen_folder_remove(folder, i);
            seen->count--;
        }
    }
    if (!folder->stored) {
        drop(seen, folder);
    }
}

static void forget_oldest(struct seen *seen) {
    struct seen_folder *folder = TAILQ_FIRST(&seen->touched);
    while (folder && folder->count == 0) { /* forgotten, and not collected yet */
        folder = TAILQ_NEXT(folder, touch);
    }
    if (folder) {
        seen->forget(seen->self, folder->root, folder->newest_ns);
        forget_files(seen, folder);
    }
}

void seen_note(struct seen *seen, const struct seen_place *place, const struct seen_file *file,
               int64_t changed_ns) {
    if (seen->count >= seen->most && !seen_find(seen, place)) {
        forget_oldest(seen);
    }
    struct seen_folder *folder = folder_made(seen, place->folder, place->root);
    long found = seen_folder_find(folder, place->key);
    if (found < 0) {
        found = (long)seen_folder_add(folder, place->key);
        seen->count++;
    }
    size_t position = (size_t)found;
    seen_index_remove(&seen->index, folder, position);
    folder->files[position].identity = file->identity;
    folder->files[position].series = file->series;
    seen_index_add(&seen->index, folder, position);
    if (changed_ns > folder->newest_ns) {
        folder->newest_ns = changed_ns;
    }
    touch(seen, folder);
    mark_file(seen, folder, position);
}

void seen_move(struct seen *seen, const struct seen_place *place, uint64_t identity,
               int64_t changed_ns) {
    const struct seen_slot *slot = seen_index_find(&seen->index, identity);
    if (!slot) {
        return;
    }
    struct seen_folder *folder = slot->folder;
    size_t position = slot->position;
    struct seen_file file = folder->files[position];
    seen_index_remove(&seen->index, folder, position);
    mark_file(seen, folder, position);
    seen_folder_remove(folder, position);
    seen->count--;
    seen_note(seen, place, &file, changed_ns);
}

size_t seen_count(const struct seen *seen) {
    return seen->count;
}

static void collect_folder(struct seen_folder *folder, seen_put put, void *self) {
    for (size_t chunk = 0; chunk * SEEN_CHUNK < folder->end; chunk++) {
        uint64_t bit = (uint64_t)1 << (chunk % 64);
        if (folder->dirty[chunk / 64] & bit) {
            folder->dirty[chunk / 64] &= ~bit;
            char key[SEEN_KEY_BYTES];
            seen_text_key(folder, chunk, key);
            put(self, key, seen_text_chunk(folder, chunk));
        }
    }
}

void seen_collect(struct seen *seen, seen_put put, void *self) {
    for (struct seen_folder *folder; (folder = TAILQ_FIRST(&seen->changed));) {
        TAILQ_REMOVE(&seen->changed, folder, change);
        folder->changed = false;
        collect_folder(folder, put, self);
        folder->stored = true;
        if (folder->count == 0) {
            drop(seen, folder);
        }
    }
}

bool seen_restore(struct seen *seen, const char *key, const json_t *value) {
    uint64_t hash, root;
    size_t chunk;
    struct seen_file files[SEEN_CHUNK];
    int64_t newest_ns;
    if (!seen_text_parse_key(key, &hash, &chunk) || chunk >= seen->most / SEEN_CHUNK + 1 ||
        !seen_text_parse_chunk(value, &root, &newest_ns, files)) {
        return false;
    }
    struct seen_folder *folder = folder_made(seen, hash, root);
    folder->stored = true;
    for (size_t i = 0; i < SEEN_CHUNK; i++) {
        size_t position = chunk * SEEN_CHUNK + i;
        if (!files[i].key || seen->count >= seen->most ||
            !seen_folder_add_at(folder, files[i].key, position)) {
            continue;
        }
        folder->files[position] = files[i];
        seen_index_add(&seen->index, folder, position);
        seen->count++;
    }
    folder->newest_ns = newest_ns > folder->newest_ns ? newest_ns : folder->newest_ns;
    touch(seen, folder);
    return true;
}
