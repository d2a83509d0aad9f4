/* SPDX-License-Identifier: Apache-2.0 */
/* What the scanning child knows: the folders below its roots, and their files. */
#include "table.h"
#include "base/memory.h"
#include "base/times.h"
#include <stddef.h>
#include <string.h>

void table_init(struct table *table) {
    *table = (struct table){0};
    for (size_t list = 0; list < LISTS; list++) {
        TAILQ_INIT(&table->lists[list]);
    }
    TAILQ_INIT(&table->newest);
    TAILQ_INIT(&table->trees);
}

/* FNV-1a over the name, begun with the folder's address */
static uint64_t hash_of(const struct known_folder *folder, const char *name) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)(uintptr_t)folder;
    for (; *name; name++) {
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    }
    return hash ^ hash >> 29;
}

/* ---- files --------------------------------------------------------------------------------- */

struct known_file *table_find_file(const struct table *table, const struct known_folder *folder,
                                   const char *name) {
    struct hash_link *link = hash_table_first(&table->files, hash_of(folder, name));
    for (; link; link = hash_table_next(link)) {
        struct known_file *file = (struct known_file *)link;
        if (file->folder == folder && strcmp(file->name, name) == 0) {
            return file;
        }
    }
    return NULL;
}

struct known_file *table_add_file(struct table *table, struct known_folder *folder,
                                  const char *name) {
    size_t bytes = strlen(name) + 1;
    struct known_file *file = mem_zeroed(1, sizeof(*file) + bytes);
    memcpy(file->name, name, bytes);
    file->folder = folder;
    hash_table_add(&table->files, &file->link, hash_of(folder, name));
    TAILQ_INSERT_TAIL(&folder->files, file, sibling);
    return file;
}

static void take_out(struct table *table, struct known_file *file) {
    if (file->list != LIST_NONE) {
        TAILQ_REMOVE(&table->lists[file->list], file, waiting);
        table->counts[file->list]--;
        file->list = LIST_NONE;
    }
}

void table_put(struct table *table, struct known_file *file, enum file_list list) {
    take_out(table, file);
    if (list != LIST_NONE) {
        TAILQ_INSERT_TAIL(&table->lists[list], file, waiting);
        table->counts[list]++;
        file->list = (uint8_t)list;
    }
}

void table_settle(struct table *table, struct known_file *file, int64_t now_ms) {
    file->since_ms = now_ms;
    table_put(table, file, file->flags & FILE_BACKLOG ? LIST_BACKLOG : LIST_LIVE);
}

void table_drop_file(struct table *table, struct known_file *file) {
    if (file->target) {
        file->target->links--;
    }
    take_out(table, file);
    hash_table_remove(&table->files, &file->link);
    TAILQ_REMOVE(&file->folder->files, file, sibling);
    free(file);
}

/* ---- folders ------------------------------------------------------------------------------- */

struct known_folder *table_find_folder(const struct table *table, const struct known_folder *folder,
                                       const char *name) {
    struct hash_link *link = hash_table_first(&table->folders, hash_of(folder, name));
    for (; link; link = hash_table_next(link)) {
        struct known_folder *found = (struct known_folder *)link;
        if (found->parent == folder && strcmp(found->name, name) == 0) {
            return found;
        }
    }
    return NULL;
}

static struct known_folder *make_folder(struct table *table, struct known_folder *parent,
                                        const char *name) {
    size_t bytes = strlen(name) + 1;
    struct known_folder *folder = mem_zeroed(1, sizeof(*folder) + bytes);
    memcpy(folder->name, name, bytes);
    folder->parent = parent;
    folder->by_inode.folder = folder;
    TAILQ_INIT(&folder->folders);
    TAILQ_INIT(&folder->files);
    hash_table_add(&table->folders, &folder->link, hash_of(parent, name));
    return folder;
}

struct known_folder *table_add_folder(struct table *table, struct known_folder *parent,
                                      const char *name) {
    struct known_folder *folder = make_folder(table, parent, name);
    folder->tree = parent->tree;
    TAILQ_INSERT_TAIL(&parent->folders, folder, sibling);
    return folder;
}

void table_number(struct table *table, struct known_folder *folder) {
    struct hash_link *link = &folder->by_inode.link;
    if (folder->inode_in) {
        hash_table_remove(&table->inodes, link);
    }
    hash_table_add(&table->inodes, link, folder->form.inode);
    folder->inode_in = true;
}

bool table_has_number(const struct table *table, uint64_t inode) {
    if (hash_table_first(&table->inodes, inode)) {
        return true;
    }
    for (size_t i = 0; i < TABLE_LEFT; i++) {
        if (table->left[i] == inode) {
            return true;
        }
    }
    return false;
}

static void note_no_more(struct table *table, struct known_folder *folder) {
    if (folder->newest) {
        TAILQ_REMOVE(&table->newest, folder, newer);
        table->newest_count--;
        folder->newest = false;
    }
}

void table_note(struct table *table, struct known_folder *folder) {
    const struct timespec *changed = &folder->form.modified;
    note_no_more(table, folder);
    if (table->newest_count == TABLE_NEWEST) {
        struct known_folder *oldest = TAILQ_LAST(&table->newest, known_folders);
        if (!times_is_older(&oldest->form.modified, changed)) {
            return;
        }
        note_no_more(table, oldest);
    }
    struct known_folder *at = TAILQ_FIRST(&table->newest);
    while (at && times_is_older(changed, &at->form.modified)) {
        at = TAILQ_NEXT(at, newer);
    }
    if (at) {
        TAILQ_INSERT_BEFORE(at, folder, newer);
    } else {
        TAILQ_INSERT_TAIL(&table->newest, folder, newer);
    }
    folder->newest = true;
    table->newest_count++;
}

static void drop_one(struct table *table, struct known_folder *folder) {
    struct known_file *file;
    while ((file = TAILQ_FIRST(&folder->files)) != NULL) {
        table_drop_file(table, file);
    }
    if (folder->inode_in) {
        hash_table_remove(&table->inodes, &folder->by_inode.link);
        table->left[table->left_at++ % TABLE_LEFT] = folder->form.inode;
    }
    note_no_more(table, folder);
    if (folder->parent) {
        TAILQ_REMOVE(&folder->parent->folders, folder, sibling);
    }
    hash_table_remove(&table->folders, &folder->link);
    free(folder);
}

/* from the leaves upward, without recursion: folders may lie deep */
void table_drop_folder(struct table *table, struct known_folder *folder) {
    for (struct known_folder *at = folder;;) {
        struct known_folder *below = TAILQ_FIRST(&at->folders);
        if (below) {
            at = below;
            continue;
        }
        struct known_folder *parent = at->parent;
        bool last = at == folder;
        drop_one(table, at);
        if (last) {
            return;
        }
        at = parent;
    }
}

/* ---- trees --------------------------------------------------------------------------------- */

struct known_tree *table_add_tree(struct table *table, const char *path) {
    size_t bytes = strlen(path) + 1;
    struct known_tree *tree = mem_zeroed(1, sizeof(*tree) + bytes);
    memcpy(tree->path, path, bytes);
    tree->top = make_folder(table, NULL, path);
    tree->top->tree = tree;
    TAILQ_INSERT_TAIL(&table->trees, tree, entry);
    return tree;
}

void table_drop_tree(struct table *table, struct known_tree *tree) {
    TAILQ_REMOVE(&table->trees, tree, entry);
    table_drop_folder(table, tree->top);
    free(tree);
}

struct known_tree *table_unlinked(const struct table *table) {
    struct known_tree *tree = TAILQ_FIRST(&table->trees);
    while ((tree = TAILQ_NEXT(tree, entry)) != NULL && tree->links > 0) {
    }
    return tree;
}

void table_finish(struct table *table) {
    struct known_tree *tree;
    while ((tree = TAILQ_FIRST(&table->trees)) != NULL) {
        table_drop_tree(table, tree);
    }
    hash_table_finish(&table->files);
    hash_table_finish(&table->folders);
    hash_table_finish(&table->inodes);
}

/* ---- paths --------------------------------------------------------------------------------- */

/** Writes part, with a slash before it, in front of at; NULL: there is no room. */
static char *prepend(char *start, char *at, const char *part) {
    size_t length = strlen(part);
    if ((size_t)(at - start) < length + 1) {
        return NULL;
    }
    at -= length;
    memcpy(at, part, length);
    *--at = '/';
    return at;
}

bool table_path(const struct known_folder *folder, const char *name, char *path, size_t room) {
    char *at = path + room - 1;
    *at = '\0';
    at = name ? prepend(path, at, name) : at;
    for (; at && folder->parent; folder = folder->parent) {
        at = prepend(path, at, folder->name);
    }
    const char *root = folder->tree->path;
    size_t length = root[1] ? strlen(root) : 0; /* "/" is not put before a slash */
    if (!at || (size_t)(at - path) < length) {
        return false;
    }
    at -= length;
    memcpy(at, root, length);
    memmove(path, at, (size_t)(path + room - at));
    if (!*path) {
        memcpy(path, "/", 2);
    }
    return true;
}
