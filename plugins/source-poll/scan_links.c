/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the scan: symbolic links, if they are followed. */
#include "base/memory.h"
#include "scan_parts.h"
#include "watch/paths.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** The tree that path is the root of, or lies in. */
static struct known_tree *tree_of(struct scan *scan, const char *path) {
    struct known_tree *tree;
    TAILQ_FOREACH(tree, &scan->table.trees, entry) {
        if (paths_is_within(path, tree->path)) {
            return tree;
        }
    }
    return NULL;
}

static struct known_file *add_link(struct scan *scan, struct known_folder *folder, const char *name,
                                   uint64_t inode) {
    struct known_file *file = table_add_file(&scan->table, folder, name);
    file->listed_inode = inode;
    file->read = folder->read;
    return file;
}

static void lead_to_folder(struct scan *scan, struct known_folder *folder, const char *name,
                           uint64_t inode, const char *real) {
    struct known_tree *tree = tree_of(scan, real);
    bool shared = tree && tree->links > 0 && folder->tree->links == 0 &&
                  strcmp(real, tree->path) == 0; /* not in a circle, which would hold itself */
    if (tree && !shared) {
        return; /* it is scanned already */
    }
    if (!tree && scan->world.follow(scan->world.self, real, FOLLOW_TREE)) {
        tree = table_add_tree(&scan->table, real);
        clock_gettime(CLOCK_REALTIME_COARSE, &tree->followed); /* the clock of file times */
    }
    if (tree) {
        add_link(scan, folder, name, inode)->target = tree;
        tree->links++;
    }
}

static void lead_to_file(struct scan *scan, struct known_folder *folder, const char *name,
                         uint64_t inode, const char *real, const struct stat *about) {
    char holder[PATH_MAX];
    strcpy(holder, real);
    *strrchr(holder, '/') = '\0';
    const char *root = *holder ? holder : "/";
    if (!tree_of(scan, real) && scan->world.follow(scan->world.self, root, FOLLOW_FILES)) {
        struct known_file *file = add_link(scan, folder, name, inode);
        file->flags |= FILE_LINK;
        scan_arrived(scan, file, about);
    }
}

static void tell_silent(struct scan *scan, const struct known_tree *tree, const char *path,
                        int error) {
    (error ? path_list_add : path_list_remove)(&scan->silent, path);
    errno = error;
    scan_tell_fault(scan, tree, FAULT_READ, path);
}

/** Whether what scan->path leads to can be looked at: a mount that hangs holds up no other. */
static bool leads(struct scan *scan, const struct known_folder *folder) {
    bool silent = !scan->world.leads(scan->world.self, scan->path);
    bool told = path_list_has(&scan->silent, scan->path);
    if (silent && !told && scan->silent.count < PATH_LIST_KEPT) {
        tell_silent(scan, folder->tree, scan->path, ETIMEDOUT);
    } else if (!silent && told) {
        tell_silent(scan, folder->tree, scan->path, 0);
    }
    return !silent;
}

void scan_silent(struct scan *scan) {
    struct scan_look look;
    for (size_t i = 0; i < PATH_LIST_KEPT; i++) {
        const struct known_tree *tree =
            scan->silent.paths[i] ? tree_of(scan, scan->silent.paths[i]) : NULL;
        if (tree && !scan_look(scan, scan->silent.paths[i], false, &look)) {
            AUTOFREE char *path = mem_dup(scan->silent.paths[i]);
            tell_silent(scan, tree, path, 0);
        }
    }
}

void scan_link(struct scan *scan, struct known_folder *folder, const char *name, uint64_t inode) {
    char real[PATH_MAX];
    struct scan_look look;
    if (!scan->options.follow_links || scan_is_full(scan, folder->tree)) {
        return;
    }
    if (!leads(scan, folder) || !realpath(scan->path, real) ||
        !scan_look(scan, real, false, &look)) {
        folder->unsure = true; /* what it leads to may come, which its folder does not show */
    } else if (S_ISDIR(look.about.st_mode)) {
        lead_to_folder(scan, folder, name, inode, real);
    } else if (S_ISREG(look.about.st_mode)) {
        lead_to_file(scan, folder, name, inode, real, &look.about);
    }
}
