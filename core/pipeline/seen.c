/* SPDX-License-Identifier: Apache-2.0 */
/* The record of files that were counted. */
#include "seen.h"

#include "base/memory.h"
#include "seen_folder.h"
#include "seen_index.h"
#include "seen_quiet.h"
#include "seen_text.h"

enum {
    STRETCH = 4, /* times the bound: files of folders that must not be remembered as a whole */
    LOOKS = 16,  /* at folders, to find one that may be, per file */
    RESTORED = 1 << 21, /* files of one folder that a state file may hold, should it be damaged */
};

struct seen {
    struct hash_table folders;
    struct seen_index index;
    TAILQ_HEAD(touch_list, seen_folder) touched;  /* longest untouched first */
    TAILQ_HEAD(change_list, seen_folder) changed; /* not yet in the state file */
    struct seen_quiet quiet;
    struct seen_bounds bounds;
    struct seen_owner owner;
    size_t count, crowded;
};

struct seen *seen_create(const struct seen_bounds *bounds, const struct seen_owner *owner) {
    struct seen *seen = mem_new(struct seen);
    seen->bounds = *bounds;
    seen->owner = *owner;
    seen_quiet_init(&seen->quiet);
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
    seen_quiet_finish(&seen->quiet);
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

const struct seen_file *seen_anywhere(const struct seen *seen, uint64_t identity) {
    const struct seen_slot *slot = seen_index_find(&seen->index, identity);
    return slot ? &slot->folder->files[slot->position] : NULL;
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

bool seen_covers(const struct seen *seen, uint64_t folder, int64_t changed_ns) {
    return seen_quiet_covers(&seen->quiet, folder, changed_ns);
}

/* ---- bounds ------------------------------------------------------------------------------ */

/* From now on it is remembered as a whole. */
static void condense(struct seen *seen, struct seen_folder *folder) {
    if (seen->owner.need(seen->owner.self, folder->root, folder->link.hash) == SEEN_WANTED) {
        seen->crowded += folder->count;
    }
    const struct seen_span span = {.root = folder->root,
                                   .from_ns = seen->owner.since(seen->owner.self, folder->root),
                                   .to_ns = folder->newest_ns};
    struct seen_span gone;
    seen_quiet_add(&seen->quiet, folder->link.hash, &span);
    forget_files(seen, folder);
    if (seen_quiet_count(seen) > seen->bounds.folders && seen_quiet_pop(&seen->quiet, &gone)) {
        seen->owner.forget(seen->owner.self, gone.root, gone.to_ns);
    }
}

static bool may_condense(const struct seen *seen, const struct seen_folder *folder, int64_t now_ns,
                         bool must) {
    enum seen_need need = seen->owner.need(seen->owner.self, folder->root, folder->link.hash);
    return must ? need != SEEN_BUSY
                : need == SEEN_FREE && now_ns - folder->touched_ns >= seen->bounds.quiet_ns;
}

/* The first folder that may be condensed; those before it that may not get another turn. */
static struct seen_folder *find_quiet(struct seen *seen, int64_t now_ns, bool must) {
    for (unsigned looks = 0; looks < LOOKS; looks++) {
        struct seen_folder *folder = TAILQ_FIRST(&seen->touched);
        if (!folder || (!must && now_ns - folder->touched_ns < seen->bounds.quiet_ns)) {
            return NULL;
        }
        if (folder->count > 0 && may_condense(seen, folder, now_ns, must)) {
            return folder;
        }
        touch(seen, folder);
    }
    return must ? TAILQ_FIRST(&seen->touched) : NULL;
}

static void make_room(struct seen *seen, int64_t now_ns) {
    bool must = seen->count >= seen->bounds.files * STRETCH;
    struct seen_folder *folder = find_quiet(seen, now_ns, must);
    if (folder) {
        condense(seen, folder);
    }
}

void seen_configure(struct seen *seen, const struct seen_bounds *bounds, int64_t now_ns) {
    size_t before = seen->count + 1;
    seen->bounds = *bounds;
    while (seen->count > bounds->files && seen->count < before) {
        before = seen->count;
        make_room(seen, now_ns);
    }
}

/* ---- taken down -------------------------------------------------------------------------- */

void seen_note(struct seen *seen, const struct seen_place *place, const struct seen_file *file,
               const struct seen_times *times) {
    if (seen->count >= seen->bounds.files && !seen_find(seen, place)) {
        make_room(seen, times->now_ns);
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
    folder->files[position].born = file->born;
    folder->files[position].proof_ns = file->proof_ns;
    seen_index_add(&seen->index, folder, position);
    if (times->changed_ns > folder->newest_ns) {
        folder->newest_ns = times->changed_ns;
    }
    folder->touched_ns = times->now_ns;
    touch(seen, folder);
    mark_file(seen, folder, position);
}

static struct seen_file take_file(struct seen *seen, struct seen_folder *folder, size_t position) {
    struct seen_file file = folder->files[position];
    seen_index_remove(&seen->index, folder, position);
    mark_file(seen, folder, position);
    seen_folder_remove(folder, position);
    seen->count--;
    return file;
}

void seen_move(struct seen *seen, const struct seen_place *place, uint64_t identity,
               const struct seen_times *times) {
    const struct seen_slot *slot = seen_index_find(&seen->index, identity);
    if (slot) {
        struct seen_file file = take_file(seen, slot->folder, slot->position);
        if (file.proof_ns) { /* a rename changes its time of change and nothing else */
            file.proof_ns = times->changed_ns;
        }
        seen_note(seen, place, &file, times);
    }
}

bool seen_identify(struct seen *seen, uint64_t once, uint64_t identity) {
    const struct seen_slot *slot;
    bool any = false;
    while (once != identity && (slot = seen_index_find(&seen->index, once))) {
        struct seen_folder *folder = slot->folder;
        size_t position = slot->position;
        seen_index_remove(&seen->index, folder, position);
        folder->files[position].identity = identity;
        seen_index_add(&seen->index, folder, position);
        mark_file(seen, folder, position);
        any = true;
    }
    return any;
}

void seen_remove(struct seen *seen, const struct seen_place *place, uint64_t identity) {
    struct seen_folder *folder = folder_at(seen, place->folder);
    long position = folder ? seen_folder_find(folder, place->key) : -1;
    if (position >= 0 && folder->files[position].identity == identity) {
        take_file(seen, folder, (size_t)position);
    }
}

void seen_remove_folder(struct seen *seen, uint64_t folder) {
    seen_quiet_remove(&seen->quiet, folder);
}

size_t seen_count(const struct seen *seen) {
    return seen->count;
}

size_t seen_quiet_count(const struct seen *seen) {
    return seen->quiet.table.count;
}

int64_t seen_oldest(const struct seen *seen, uint64_t root, int64_t most_ns) {
    const struct seen_folder *folder;
    TAILQ_FOREACH(folder, &seen->touched, touch) {
        for (size_t i = 0; folder->root == root && i < folder->end; i++) {
            int64_t proof_ns = folder->files[i].proof_ns;
            most_ns = proof_ns && proof_ns < most_ns ? proof_ns : most_ns;
        }
    }
    return most_ns;
}

size_t seen_crowded(const struct seen *seen) {
    return seen->crowded;
}

/* ---- the state file ---------------------------------------------------------------------- */

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
    seen_quiet_collect(&seen->quiet, put, self);
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

static void restore_files(struct seen *seen, struct seen_folder *folder, size_t chunk,
                          const struct seen_file files[SEEN_CHUNK]) {
    for (size_t i = 0; i < SEEN_CHUNK; i++) {
        size_t position = chunk * SEEN_CHUNK + i;
        if (files[i].key && seen_folder_add_at(folder, files[i].key, position)) {
            folder->files[position] = files[i];
            seen_index_add(&seen->index, folder, position);
            seen->count++;
        }
    }
}

bool seen_restore(struct seen *seen, const char *key, const json_t *value) {
    uint64_t hash, root;
    size_t chunk;
    struct seen_file files[SEEN_CHUNK];
    int64_t newest_ns;
    bool bad;
    if (seen_quiet_restore(&seen->quiet, key, value, &bad)) {
        return !bad;
    }
    size_t most = seen->bounds.files * STRETCH > RESTORED ? seen->bounds.files * STRETCH : RESTORED;
    if (!seen_text_parse_key(key, &hash, &chunk) || chunk >= most / SEEN_CHUNK ||
        !seen_text_parse_chunk(value, &root, &newest_ns, files)) {
        return false;
    }
    struct seen_folder *folder = folder_made(seen, hash, root);
    folder->stored = true;
    folder->newest_ns = newest_ns > folder->newest_ns ? newest_ns : folder->newest_ns;
    folder->touched_ns = folder->newest_ns; /* about then */
    restore_files(seen, folder, chunk, files);
    touch(seen, folder);
    return true;
}
