/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of files that were counted: by path, which file it was and which series it was
 * counted in. Only hashes are kept, no names. Bounded: when it is full, the folder that was
 * untouched for longest is forgotten.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen;

/** A place for a file: hashes of its watched folder, folder and path. */
struct seen_place {
    uint64_t root, folder, key;
};

/** What is known of a place. */
struct seen_file {
    uint64_t key;
    uint64_t identity; /* hash of it; 0: not known */
    uint64_t series;   /* counted in; SEEN_ERROR, SEEN_REFUSED: in none */
};

enum { SEEN_ERROR = 0, SEEN_REFUSED = 1 };

/** A folder is forgotten: files of its watched folder that are not newer count as seen. */
typedef void (*seen_forget)(void *self, uint64_t root, int64_t newest_ns);

/** most: files that are remembered. Destroy takes NULL. */
struct seen *seen_create(size_t most, seen_forget forget, void *self);
void seen_destroy(struct seen *seen);

/** What is known of a place; NULL: nothing. Valid until the record changes. */
const struct seen_file *seen_find(const struct seen *seen, const struct seen_place *place);

/** The same file is known somewhere. */
bool seen_anywhere(const struct seen *seen, uint64_t identity);

/** Takes file down at place; changed_ns: when its file was changed, 0: not known. */
void seen_note(struct seen *seen, const struct seen_place *place, const struct seen_file *file,
               int64_t changed_ns);

/** The file with this identity now is at place: its old place is forgotten. */
void seen_move(struct seen *seen, const struct seen_place *place, uint64_t identity,
               int64_t changed_ns);

size_t seen_count(const struct seen *seen);

/** One record of the state file; value is stolen, NULL: it is void. */
typedef void (*seen_put)(void *self, const char *key, json_t *value);

/** Gives what has changed since it was last asked, in records of some files each. */
void seen_collect(struct seen *seen, seen_put put, void *self);

/** Takes one such record back in. False: key or value are none. */
bool seen_restore(struct seen *seen, const char *key, const json_t *value);
