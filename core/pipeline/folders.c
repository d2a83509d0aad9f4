/* SPDX-License-Identifier: Apache-2.0 */
/* Watched folders, the folders below them, and the files on their way. */
#include "folders.h"

#include "base/companion.h"
#include "base/memory.h"
#include "base/text.h"
#include "trusted_names.h"

/* folders without a file on its way that are kept, for what was said of them: two months of
 * sessions */
enum { IDLE_FOLDERS = 4096 };

struct folders {
    TAILQ_HEAD(root_list, root) roots;
    TAILQ_HEAD(idle_list, folder) idle; /* longest idle first */
    struct hash_table table, files;
    struct folder *last; /* the one asked for last: files come in runs */
    size_t idle_count;
};

struct folders *folders_create(void) {
    struct folders *folders = mem_new(struct folders);
    TAILQ_INIT(&folders->roots);
    TAILQ_INIT(&folders->idle);
    return folders;
}

static void free_file(void *self, struct hash_link *link) {
    (void)self;
    struct queued_file *file = (struct queued_file *)link;
    free(file->held);
    free(file);
}

static void free_folder(void *self, struct hash_link *link) {
    (void)self;
    struct folder *folder = (struct folder *)link;
    trusted_names_destroy(folder->trusted);
    free(folder);
}

void folders_destroy(struct folders *folders) {
    if (!folders) {
        return;
    }
    hash_table_each(&folders->files, free_file, NULL);
    hash_table_each(&folders->table, free_folder, NULL);
    for (struct root *root; (root = TAILQ_FIRST(&folders->roots));) {
        TAILQ_REMOVE(&folders->roots, root, entry);
        free(root->path);
        free(root->source);
        free(root);
    }
    hash_table_finish(&folders->files);
    hash_table_finish(&folders->table);
    free(folders);
}

struct root *folders_root(struct folders *folders, const char *path) {
    struct root *root;
    TAILQ_FOREACH(root, &folders->roots, entry) {
        if (strcmp(root->path, path) == 0) {
            return root;
        }
    }
    root = mem_new(struct root);
    root->path = mem_dup(path);
    root->length = strlen(path);
    root->hash = text_hash(TEXT_HASH_SEED, path, root->length);
    TAILQ_INSERT_TAIL(&folders->roots, root, entry);
    return root;
}

struct root *folders_first_root(const struct folders *folders) {
    return TAILQ_FIRST(&folders->roots);
}

static void forget_oldest(struct folders *folders) {
    struct folder *folder = TAILQ_FIRST(&folders->idle);
    TAILQ_REMOVE(&folders->idle, folder, idle);
    folders->idle_count--;
    hash_table_remove(&folders->table, &folder->link);
    if (folders->last == folder) {
        folders->last = NULL;
    }
    free_folder(NULL, &folder->link);
}

static void let_idle(struct folders *folders, struct folder *folder) {
    TAILQ_INSERT_TAIL(&folders->idle, folder, idle);
    if (++folders->idle_count > IDLE_FOLDERS) {
        forget_oldest(folders);
    }
}

static bool is_folder(const struct folder *folder, const struct root *root, const char *path,
                      size_t length) {
    return folder->root == root && strncmp(folder->path, path, length) == 0 &&
           folder->path[length] == '\0';
}

static struct folder *make_folder(struct folders *folders, struct root *root, const char *path,
                                  size_t length) {
    struct folder *folder = mem_zeroed(1, sizeof(*folder) + length + 1);
    memcpy(folder->path, path, length);
    folder->root = root;
    folder->below = folder->path + root->length;
    folder->below += *folder->below == '/';
    folder->companion = companion_within(folder->below);
    for (size_t lane = 0; lane < LANES; lane++) {
        TAILQ_INIT(&folder->waiting[lane]);
        TAILQ_INIT(&folder->turns[lane]);
    }
    let_idle(folders, folder);
    return folder;
}

static bool lies_below(const struct root *root, const char *path) {
    return strncmp(path, root->path, root->length) == 0 &&
           (path[root->length] == '/' || root->path[root->length - 1] == '/');
}

struct folder *folders_of(struct folders *folders, const char *root_path, const char *path,
                          const char **name) {
    struct root *root = folders_root(folders, root_path);
    const char *slash = strrchr(path, '/');
    if (!slash || !lies_below(root, path) || strlen(path) >= PROTOCOL_PATH_BYTES || !slash[1]) {
        return NULL;
    }
    *name = slash + 1;
    size_t length = (size_t)(slash - path);
    if (length == 0) {
        length = 1; /* a file of / */
    }
    if (folders->last && is_folder(folders->last, root, path, length)) {
        return folders->last;
    }
    uint64_t hash = text_hash(TEXT_HASH_SEED, path, length);
    struct hash_link *link = hash_table_first(&folders->table, hash);
    while (link && !is_folder((struct folder *)link, root, path, length)) {
        link = hash_table_next(link);
    }
    struct folder *folder = (struct folder *)link;
    if (!folder) {
        folder = make_folder(folders, root, path, length);
        hash_table_add(&folders->table, &folder->link, hash);
    }
    folders->last = folder;
    return folder;
}

uint64_t folders_key_in(uint64_t folder, const char *name) {
    uint64_t key = text_hash(text_hash(folder, "/", 1), name, strlen(name));
    return key ? key : 1;
}

uint64_t folders_key(const struct folder *folder, const char *name) {
    return folders_key_in(folder->link.hash, name);
}

struct queued_file *folders_find(const struct folders *folders, const struct folder *folder,
                                 const char *name, uint64_t key) {
    for (struct hash_link *link = hash_table_first(&folders->files, key); link;
         link = hash_table_next(link)) {
        struct queued_file *file = (struct queued_file *)link;
        if (file->folder == folder && strcmp(file->name, name) == 0) {
            return file;
        }
    }
    return NULL;
}

struct queued_file *folders_add(struct folders *folders, struct folder *folder, const char *name,
                                uint64_t key) {
    size_t length = strlen(name);
    struct queued_file *file = mem_zeroed(1, sizeof(*file) + length + 1);
    memcpy(file->name, name, length);
    file->folder = folder;
    if (folder->files++ == 0) {
        TAILQ_REMOVE(&folders->idle, folder, idle);
        folders->idle_count--;
    }
    hash_table_add(&folders->files, &file->link, key);
    return file;
}

void folders_drop(struct folders *folders, struct queued_file *file) {
    struct folder *folder = file->folder;
    hash_table_remove(&folders->files, &file->link);
    free_file(NULL, &file->link);
    if (--folder->files == 0) {
        let_idle(folders, folder);
    }
}

size_t folders_count(const struct folders *folders) {
    return folders->table.count;
}

bool folders_busy(const struct folders *folders, uint64_t hash) {
    for (struct hash_link *link = hash_table_first(&folders->table, hash); link;
         link = hash_table_next(link)) {
        if (((struct folder *)link)->files > 0) {
            return true;
        }
    }
    return false;
}
