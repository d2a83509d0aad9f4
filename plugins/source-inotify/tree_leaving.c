/* SPDX-License-Identifier: Apache-2.0 */
/* Folders that are no longer where they were: they may turn up elsewhere, or are forgotten. */
#include "base/memory.h"
#include "tree_parts.h"
#include <sys/inotify.h>
#include <unistd.h>

void tree_free(struct folder *folder) {
    if (folder) {
        free(folder->path);
        free(folder);
    }
}

static void unhash(struct tree *tree, struct folder *folder) {
    if (folder->flags & FOLDER_HASHED) {
        table_remove(&tree->table, folder);
        *(folder->watch >= 0 ? &tree->counts.watches : &tree->counts.polled) -= 1;
    }
}

/** folder has no children. */
static void folder_destroy(struct tree *tree, struct folder *folder) {
    unhash(tree, folder);
    faults_over_read(&tree->faults, folder);
    if (folder->watch >= 0) {
        inotify_rm_watch(tree->fd, folder->watch);
    }
    tree_detach(folder);
    tree_put(tree, folder, FOLDER_IDLE);
    tree->counts.folders--;
    tree_free(folder);
}

void tree_leave(struct tree *tree, struct folder *folder) {
    faults_over_read(&tree->faults, folder);
    if (folder->watch < 0) {
        unhash(tree, folder); /* nobody can meet it again */
    }
    if (folder->watch < 0 && LIST_EMPTY(&folder->children)) {
        folder_destroy(tree, folder);
        return;
    }
    tree_detach(folder);
    tree->moves++;
    folder->flags &= (uint8_t)~FOLDER_EXPIRED;
    tree_put(tree, folder, FOLDER_LEFT);
}

void tree_unwatched(struct tree *tree, struct folder *folder) {
    unhash(tree, folder);
    folder->watch = -1;
    tree_leave(tree, folder);
}

uint32_t tree_scan_begins(struct tree *tree) {
    return ++tree->scans;
}

void tree_sweep(struct tree *tree, struct folder *folder, uint32_t scan) {
    struct folder *next;
    for (struct folder *child = LIST_FIRST(&folder->children); child; child = next) {
        next = LIST_NEXT(child, sibling);
        if ((int32_t)(child->seen - scan) < 0) {
            tree_leave(tree, child);
        }
    }
}

void tree_round(struct tree *tree) {
    if (tree->counts.polled == 0) {
        faults_over(&tree->faults, tree->host);
    }
    struct folder *next;
    for (struct folder *folder = tree_first(tree, FOLDER_LEFT); folder; folder = next) {
        next = TAILQ_NEXT(folder, queued);
        if (folder->flags & FOLDER_EXPIRED) {
            tree_put(tree, folder, FOLDER_DEAD);
        }
        folder->flags |= FOLDER_EXPIRED;
    }
}

bool tree_bury(struct tree *tree) {
    struct folder *folder = tree_first(tree, FOLDER_DEAD);
    if (!folder) {
        return false;
    }
    while (!LIST_EMPTY(&folder->children)) {
        folder = LIST_FIRST(&folder->children);
    }
    folder_destroy(tree, folder);
    return true;
}
