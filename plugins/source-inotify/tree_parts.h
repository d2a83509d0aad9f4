/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the tree share, and nobody else. */
#pragma once

#include "faults.h"
#include "table.h"
#include "tree.h"
#include <limits.h>

TAILQ_HEAD(folder_queue, folder);

struct tree {
    struct mrq_host *host;
    struct reach *reach;
    struct tree_limits limits;
    struct faults faults;
    int fd;
    struct table table;
    struct folder_queue lists[FOLDER_LISTS];
    struct tree_counts counts;
    uint32_t moves, scans;
    char file[PATH_MAX + NAME_MAX + 2];
};

/** Somewhere a folder may be. */
struct place {
    struct folder *parent; /* NULL: it is the folder of root */
    struct root *root;
    const char *path;
    uint16_t length, name_at, depth;
};

/* ---- tree_place.c: where a folder is ---- */

/** Brings path, root and depth up to date after a rename above; false: nobody knows where it is. */
bool tree_locate(struct tree *tree, struct folder *folder);

bool tree_is_at(const struct folder *folder, const struct place *place);
bool tree_is_within(const struct folder *inner, const struct folder *outer);
void tree_detach(struct folder *folder);
void tree_join(struct tree *tree, struct folder *folder, const struct place *place);

/* ---- tree_leaving.c: how a folder goes ---- */

void tree_free(struct folder *folder); /* takes NULL */
