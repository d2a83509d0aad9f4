/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by the number of their watch; those without one by parent and name. */
#pragma once

#include "folder.h"
#include <stddef.h>

/** Open addressing, at most two thirds full. Zero it to begin; free slots at the end. */
struct table {
    struct folder **slots;
    size_t room, used;
};

/** A folder's key (watch, or parent and name) must not change while it is in the table. */
void table_add(struct table *table, struct folder *folder);
void table_remove(struct table *table, struct folder *folder);

struct folder *table_watched(const struct table *table, int watch);
struct folder *table_unwatched(const struct table *table, const struct folder *parent,
                               const char *name);
