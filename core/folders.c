/* SPDX-License-Identifier: Apache-2.0 */
/* The folders that files come from. */
#include "folders.h"
#include "base/memory.h"
#include "base/text.h"

enum { BUCKETS = 1024 };

TAILQ_HEAD(folder_list, folder);
LIST_HEAD(bucket, folder);

struct folders {
    struct bucket buckets[BUCKETS];
    struct folder_list by_use; /* last used first */
    size_t count;
    uint64_t last_id;
    void (*forget)(void *self, struct folder *folder);
    void *self;
};

struct folders *folders_create(void (*forget)(void *self, struct folder *folder), void *self) {
    struct folders *folders = mem_new(struct folders);
    TAILQ_INIT(&folders->by_use);
    folders->forget = forget;
    folders->self = self;
    return folders;
}

static void destroy(struct folders *folders, struct folder *folder) {
    TAILQ_REMOVE(&folders->by_use, folder, used);
    LIST_REMOVE(folder, bucket);
    folders->count--;
    free(folder->path);
    free(folder->file);
    free(folder->message);
    free(folder);
}

void folders_destroy(struct folders *folders) {
    if (!folders) {
        return;
    }
    struct folder *folder;
    while ((folder = TAILQ_FIRST(&folders->by_use))) {
        destroy(folders, folder);
    }
    free(folders);
}

static struct folder *add(struct folders *folders, struct bucket *bucket, const char *path) {
    if (folders->count >= FOLDERS) {
        struct folder *oldest = TAILQ_LAST(&folders->by_use, folder_list);
        folders->forget(folders->self, oldest);
        destroy(folders, oldest);
    }
    struct folder *folder = mem_new(struct folder);
    folder->path = mem_dup(path);
    folder->id = ++folders->last_id;
    LIST_INSERT_HEAD(bucket, folder, bucket);
    TAILQ_INSERT_HEAD(&folders->by_use, folder, used);
    folders->count++;
    return folder;
}

struct folder *folders_get(struct folders *folders, const char *path) {
    struct folder *folder = TAILQ_FIRST(&folders->by_use);
    if (folder && strcmp(folder->path, path) == 0) {
        return folder;
    }
    uint64_t hash = text_hash(TEXT_HASH_SEED, path, strlen(path));
    struct bucket *bucket = &folders->buckets[hash % BUCKETS];
    LIST_FOREACH(folder, bucket, bucket) {
        if (strcmp(folder->path, path) == 0) {
            TAILQ_REMOVE(&folders->by_use, folder, used);
            TAILQ_INSERT_HEAD(&folders->by_use, folder, used);
            return folder;
        }
    }
    return add(folders, bucket, path);
}
