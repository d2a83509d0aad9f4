/* SPDX-License-Identifier: Apache-2.0 */
/* Where a folder is: its parent at once, its path when it is asked for. */
#include "base/memory.h"
#include "tree_parts.h"

static void set_path(struct folder *folder, const char *path, size_t length) {
    free(folder->path);
    folder->path = mem_dup_length(path, length);
    folder->length = (uint16_t)length;
}

bool tree_locate(struct tree *tree, struct folder *folder) {
    struct folder *parent = folder->parent;
    if (folder->moves == tree->moves || !parent) {
        return folder->root != NULL;
    }
    folder->moves = tree->moves;
    folder->root = tree_locate(tree, parent) ? parent->root : NULL;
    size_t name_length = (size_t)(folder->length - folder->name_at);
    size_t length = parent->length + 1U + name_length;
    if (!folder->root || length >= PATH_MAX) { /* longer ones cannot be opened by anybody */
        folder->root = NULL;
        return false;
    }
    folder->depth = (uint16_t)(parent->depth + 1);
    if (folder->name_at != parent->length + 1 ||
        memcmp(folder->path, parent->path, parent->length) != 0) {
        char path[PATH_MAX];
        memcpy(path, parent->path, parent->length);
        path[parent->length] = '/';
        memcpy(path + parent->length + 1, folder->path + folder->name_at, name_length);
        set_path(folder, path, length);
        folder->name_at = (uint16_t)(parent->length + 1);
    }
    return true;
}

const char *tree_path(struct tree *tree, struct folder *folder) {
    return tree_locate(tree, folder) ? folder->path : NULL;
}

const char *tree_file(struct tree *tree, struct folder *folder, const char *name) {
    size_t name_length = strlen(name);
    if (!tree_locate(tree, folder) || name_length > NAME_MAX) {
        return NULL;
    }
    memcpy(tree->file, folder->path, folder->length);
    tree->file[folder->length] = '/';
    memcpy(tree->file + folder->length + 1, name, name_length + 1);
    return tree->file;
}

bool tree_is_at(const struct folder *folder, const struct place *place) {
    if (place->parent) {
        return folder->parent == place->parent &&
               strcmp(folder->path + folder->name_at, place->path + place->name_at) == 0;
    }
    return place->root->folder == folder;
}

bool tree_is_within(const struct folder *inner, const struct folder *outer) {
    while (inner && inner != outer) {
        inner = inner->parent;
    }
    return inner == outer;
}

void tree_detach(struct folder *folder) {
    if (folder->parent) {
        LIST_REMOVE(folder, sibling);
    } else if (folder->root && folder->root->folder == folder) {
        folder->root->folder = NULL;
    }
    folder->parent = NULL;
    folder->root = NULL;
}

void tree_join(struct tree *tree, struct folder *folder, const struct place *place) {
    folder->parent = place->parent;
    folder->root = place->root;
    folder->depth = place->depth;
    folder->moves = tree->moves;
    folder->name_at = place->name_at;
    set_path(folder, place->path, place->length);
    if (place->parent) {
        LIST_INSERT_HEAD(&place->parent->children, folder, sibling);
    } else {
        place->root->folder = folder;
    }
}
