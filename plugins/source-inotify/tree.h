/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The folders below the watched ones, each with its watch, and where they are now.
 *
 * All that is heard of a folder (made, moved in, met by a scan, moved itself) ends in one question
 * to the kernel: which folder is at this path now? inotify_add_watch() answers it with a number
 * that stays with the folder wherever it goes. So the tree never has to pair the halves of a
 * rename, and whatever order things are heard in, it ends up as the disk is.
 */
#pragma once

#include "faults.h"
#include "folder.h"
#include <mrqart/plugin.h>
#include <stddef.h>

struct reach;
struct tree;

struct tree_limits {
    size_t folders;
    unsigned depth; /* below a root */
};

/** What attaching a folder has changed. */
enum tree_change {
    TREE_NONE,  /* there is no such folder, it is no one's (companion.h), or out of bounds */
    TREE_KNOWN, /* it was known to be there */
    TREE_NEW,   /* it was not known */
    TREE_MOVED, /* it was known elsewhere, and came with all below it */
};

struct tree_counts {
    size_t folders, watches, polled;
};

/** Says why and returns NULL when there is no inotify to be had. Destroy takes NULL. */
struct tree *tree_create(struct mrq_host *host, struct reach *reach,
                         const struct tree_limits *limits);
void tree_destroy(struct tree *tree);

/** The inotify descriptor: not blocking; the tree's own. */
int tree_descriptor(const struct tree *tree);
struct tree_counts tree_counts(const struct tree *tree);

/** What is wrong with folders, in the log and for /healthz. */
struct faults *tree_faults(struct tree *tree);

/** True while the kernel has no more watches to give. */
bool tree_is_full(const struct tree *tree);

/**
 * Watches the folder name in parent (or the folder of a root) and puts it where it is. A folder
 * that cannot be watched is attached all the same, with watch -1. *out: the folder, unless
 * TREE_NONE.
 */
enum tree_change tree_attach(struct tree *tree, struct folder *parent, const char *name,
                             struct folder **out);
enum tree_change tree_attach_root(struct tree *tree, struct root *root, struct folder **out);

/** Asks again for the place where a folder was last: TREE_KNOWN if it is there still. */
enum tree_change tree_attach_again(struct tree *tree, struct folder *folder, struct folder **out);

/** Tries to watch a folder that has no watch. */
void tree_watch(struct tree *tree, struct folder *folder);

struct folder *tree_find(const struct tree *tree, int watch);

/** Where folder is now; NULL when nobody knows. Valid until the next call for it. */
const char *tree_path(struct tree *tree, struct folder *folder);

/** The same for a file in it; valid until the next call. */
const char *tree_file(struct tree *tree, struct folder *folder, const char *name);

/** Whether what is in folder can be looked at now (watch/reach.h). */
bool tree_answers(struct tree *tree, struct folder *folder);

/** folder is no longer where it was, and may turn up elsewhere: its watches stay for a while. */
void tree_leave(struct tree *tree, struct folder *folder);

/** The kernel has dropped the watch of folder, since it is deleted or its disk is gone. */
void tree_unwatched(struct tree *tree, struct folder *folder);

/** A new scan begins: all that is met or attached from now on is seen by it. */
uint32_t tree_scan_begins(struct tree *tree);

/** Has all folders in folder that were not seen since scan leave. */
void tree_sweep(struct tree *tree, struct folder *folder, uint32_t scan);

/** Once per round: what left before the last one will not come back. */
void tree_round(struct tree *tree);

/** Forgets one folder that is dead; false when there is none. */
bool tree_bury(struct tree *tree);

/** The lists: see enum folder_list. */
void tree_put(struct tree *tree, struct folder *folder, enum folder_list list);
struct folder *tree_first(const struct tree *tree, enum folder_list list);
