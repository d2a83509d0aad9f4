/* SPDX-License-Identifier: Apache-2.0 */
/* Watched folders, the folders below them, and the files on their way. */
#pragma once

#include "queued_file.h"

struct folders;

struct folders *folders_create(void);
void folders_destroy(struct folders *folders); /* takes NULL; frees files too */

/** The watched folder at path, made when it is new. */
struct root *folders_root(struct folders *folders, const char *path);

/** The first watched folder; the next by TAILQ_NEXT(root, entry). */
struct root *folders_first_root(const struct folders *folders);

/**
 * The folder that holds path, made when it is new; *name becomes the file's name, within path.
 * NULL: path does not lie below root, or is too long.
 */
struct folder *folders_of(struct folders *folders, const char *root, const char *path,
                          const char **name);

/** What a file of this name in folder is known by, on its way and in the record. */
uint64_t folders_key(const struct folder *folder, const char *name);
/** The same by the hash of the folder's path. */
uint64_t folders_key_in(uint64_t folder, const char *name);

/** The file on its way, or NULL. */
struct queued_file *folders_find(const struct folders *folders, const struct folder *folder,
                                 const char *name, uint64_t key);
struct queued_file *folders_add(struct folders *folders, struct folder *folder, const char *name,
                                uint64_t key);
/** The file has come to the end of its way: frees it. It must be in no list any more. */
void folders_drop(struct folders *folders, struct queued_file *file);

size_t folders_count(const struct folders *folders);

/** Files are on their way in the folder whose path has this hash. */
bool folders_busy(const struct folders *folders, uint64_t hash);
