/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the folders are that events tell of: a bounded cache from handles to paths. The kernel is
 * asked once for each (some 10 µs), and again when any folder has been renamed.
 */
#pragma once

#include "anchors.h"

/** Where a folder is. */
struct place {
    const struct root *root; /* NULL: below no watched folder, or nowhere any more */
    const char *path;        /* absolute, below root; valid until the next call */
    size_t length;
};

struct places;

/** limit: how many are remembered; the longest unused is forgotten. Destroy takes NULL. */
struct places *places_create(const struct anchors *anchors, size_t limit);
void places_destroy(struct places *places);

struct place places_find(struct places *places, const struct identity *identity);

/** A folder has been renamed, or a root or mount has come or gone: all must be asked for anew. */
void places_forget(struct places *places);

/** No more questions for now: lets go of what would keep a file system from being unmounted. */
void places_rest(struct places *places);

/** True, once, when a root or mount was not where it should be: have them looked at. */
bool places_missed(struct places *places);

size_t places_count(const struct places *places);
