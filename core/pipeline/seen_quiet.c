/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: folders remembered as a whole. */
#include "seen_quiet.h"

#include "base/memory.h"
#include "seen_text.h"

struct quiet_folder {
    struct hash_link link; /* by hash of its path */
    TAILQ_ENTRY(quiet_folder) entry;
    TAILQ_ENTRY(quiet_folder) change; /* if changed */
    struct seen_span span;
    bool changed, stored, removed; /* removed: only its line in the state file is left */
};

void seen_quiet_init(struct seen_quiet *quiet) {
    TAILQ_INIT(&quiet->list);
    TAILQ_INIT(&quiet->changed);
}

static void free_link(void *self, struct hash_link *link) {
    (void)self;
    free(link);
}

void seen_quiet_finish(struct seen_quiet *quiet) {
    for (struct quiet_folder *folder; (folder = TAILQ_FIRST(&quiet->changed));) {
        TAILQ_REMOVE(&quiet->changed, folder, change);
        if (folder->removed) {
            free(folder);
        }
    }
    hash_table_each(&quiet->table, free_link, NULL);
    hash_table_finish(&quiet->table);
}

static struct quiet_folder *find(const struct seen_quiet *quiet, uint64_t folder) {
    return (struct quiet_folder *)hash_table_first(&quiet->table, folder);
}

static void mark(struct seen_quiet *quiet, struct quiet_folder *folder) {
    if (!folder->changed) {
        folder->changed = true;
        TAILQ_INSERT_TAIL(&quiet->changed, folder, change);
    }
}

static struct quiet_folder *widen(struct seen_quiet *quiet, uint64_t hash,
                                  const struct seen_span *span) {
    struct quiet_folder *folder = find(quiet, hash);
    if (!folder) {
        folder = mem_new(struct quiet_folder);
        folder->span = *span;
        hash_table_add(&quiet->table, &folder->link, hash);
        TAILQ_INSERT_TAIL(&quiet->list, folder, entry);
        return folder;
    }
    if (span->from_ns < folder->span.from_ns) {
        folder->span.from_ns = span->from_ns;
    }
    if (span->to_ns > folder->span.to_ns) {
        folder->span.to_ns = span->to_ns;
    }
    TAILQ_REMOVE(&quiet->list, folder, entry);
    TAILQ_INSERT_TAIL(&quiet->list, folder, entry);
    return folder;
}

void seen_quiet_add(struct seen_quiet *quiet, uint64_t hash, const struct seen_span *span) {
    mark(quiet, widen(quiet, hash, span));
}

bool seen_quiet_covers(const struct seen_quiet *quiet, uint64_t hash, int64_t changed_ns) {
    const struct quiet_folder *folder = find(quiet, hash);
    return folder && changed_ns >= folder->span.from_ns && changed_ns <= folder->span.to_ns;
}

static void take_out(struct seen_quiet *quiet, struct quiet_folder *folder) {
    hash_table_remove(&quiet->table, &folder->link);
    TAILQ_REMOVE(&quiet->list, folder, entry);
    if (folder->stored) {
        folder->removed = true;
        mark(quiet, folder);
        return;
    }
    if (folder->changed) {
        TAILQ_REMOVE(&quiet->changed, folder, change);
    }
    free(folder);
}

bool seen_quiet_pop(struct seen_quiet *quiet, struct seen_span *span) {
    struct quiet_folder *folder = TAILQ_FIRST(&quiet->list);
    if (folder) {
        *span = folder->span;
        take_out(quiet, folder);
    }
    return folder;
}

void seen_quiet_remove(struct seen_quiet *quiet, uint64_t hash) {
    struct quiet_folder *folder = find(quiet, hash);
    if (folder) {
        take_out(quiet, folder);
    }
}

void seen_quiet_collect(struct seen_quiet *quiet, seen_put put, void *self) {
    for (struct quiet_folder *folder; (folder = TAILQ_FIRST(&quiet->changed));) {
        TAILQ_REMOVE(&quiet->changed, folder, change);
        folder->changed = false;
        folder->stored = true;
        char key[SEEN_KEY_BYTES];
        seen_text_quiet_key(folder->link.hash, key);
        put(self, key, folder->removed ? NULL : seen_text_span(&folder->span));
        if (folder->removed) {
            free(folder);
        }
    }
}

bool seen_quiet_restore(struct seen_quiet *quiet, const char *key, const json_t *value, bool *bad) {
    uint64_t hash;
    struct seen_span span;
    if (!seen_text_parse_quiet_key(key, &hash)) {
        return false;
    }
    *bad = !seen_text_parse_span(value, &span);
    if (!*bad) {
        widen(quiet, hash, &span)->stored = true;
    }
    return true;
}
