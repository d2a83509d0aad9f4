/* SPDX-License-Identifier: Apache-2.0 */
/* The folders that files come from. */
#include "tracking_folders.h"
#include "base/memory.h"
#include "base/text.h"

enum { BUCKETS = 1024 };

TAILQ_HEAD(tracking_folder_list, tracking_folder);
LIST_HEAD(tracking_bucket, tracking_folder);

struct tracking_folders {
    struct tracking_bucket buckets[BUCKETS];
    struct tracking_folder_list by_use; /* last used first */
    size_t count;
    void (*forget)(void *self, struct tracking_folder *folder);
    void *self;
};

struct tracking_folders *
tracking_folders_create(void (*forget)(void *self, struct tracking_folder *folder), void *self) {
    struct tracking_folders *folders = mem_new(struct tracking_folders);
    TAILQ_INIT(&folders->by_use);
    folders->forget = forget;
    folders->self = self;
    return folders;
}

static void destroy(struct tracking_folders *folders, struct tracking_folder *folder) {
    TAILQ_REMOVE(&folders->by_use, folder, used);
    LIST_REMOVE(folder, bucket);
    folders->count--;
    free(folder->path);
    free(folder->file);
    free(folder->message);
    free(folder);
}

void tracking_folders_destroy(struct tracking_folders *folders) {
    if (!folders) {
        return;
    }
    struct tracking_folder *folder;
    while ((folder = TAILQ_FIRST(&folders->by_use))) {
        destroy(folders, folder);
    }
    free(folders);
}

static struct tracking_folder *add(struct tracking_folders *folders, const char *path,
                                   uint64_t hash) {
    if (folders->count >= FOLDERS) {
        struct tracking_folder *oldest = TAILQ_LAST(&folders->by_use, tracking_folder_list);
        folders->forget(folders->self, oldest);
        destroy(folders, oldest);
    }
    struct tracking_folder *folder = mem_new(struct tracking_folder);
    folder->path = mem_dup(path);
    folder->hash = hash;
    LIST_INSERT_HEAD(&folders->buckets[hash % BUCKETS], folder, bucket);
    TAILQ_INSERT_HEAD(&folders->by_use, folder, used);
    folders->count++;
    return folder;
}

struct tracking_folder *tracking_folders_get(struct tracking_folders *folders, const char *path) {
    struct tracking_folder *folder = TAILQ_FIRST(&folders->by_use);
    if (folder && strcmp(folder->path, path) == 0) {
        return folder;
    }
    uint64_t hash = text_hash(TEXT_HASH_SEED, path, strlen(path));
    struct tracking_bucket *bucket = &folders->buckets[hash % BUCKETS];
    LIST_FOREACH(folder, bucket, bucket) {
        if (strcmp(folder->path, path) == 0) {
            TAILQ_REMOVE(&folders->by_use, folder, used);
            TAILQ_INSERT_HEAD(&folders->by_use, folder, used);
            return folder;
        }
    }
    return add(folders, path, hash);
}
