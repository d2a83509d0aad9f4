/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that something is wrong with: how many, and the first of them by name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { PATH_LIST_KEPT = 5 }; /* enough to see what they have in common */

/** Zero it to begin. */
struct path_list {
    size_t count;
    char *paths[PATH_LIST_KEPT];
};

void path_list_finish(struct path_list *list);

/** Counts path, unless it is one of those that are kept. */
void path_list_add(struct path_list *list, const char *path);

/** path is in order again; it was added before. */
void path_list_remove(struct path_list *list, const char *path);

/** path is one of those that are kept. */
bool path_list_has(const struct path_list *list, const char *path);

/** Those that are kept, for a sentence: "a, b and 3 more". Free it. */
char *path_list_text(const struct path_list *list);
