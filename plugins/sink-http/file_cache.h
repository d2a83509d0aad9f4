/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of the dashboard's files, so that each is read and compressed once and not per request. A
 * copy is good as long as the file has the same stat: a changed file shows at once.
 */
#pragma once

#include "reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct file_cache;
struct file_copy;

struct file_cache *file_cache_create(void);
void file_cache_destroy(
    struct file_cache *cache); /* takes NULL; copies may still be on their way */

/** The copy of the file name that has that stat; NULL: there is none. */
struct file_copy *file_cache_find(struct file_cache *cache, const char *name,
                                  const struct stat *stat);

/** True if a copy of that many bytes may be made; makes room for it by what is not on its way. */
bool file_cache_room(struct file_cache *cache, size_t bytes);

/** Keeps bytes (stat->st_size of them, from malloc, its own from now on) as the copy of name. */
struct file_copy *file_cache_add(struct file_cache *cache, const char *name,
                                 const struct stat *stat, char *bytes);

/** The copy as an answer: as it is, or compressed (gzip, RFC 1952). */
enum file_coding { FILE_PLAIN, FILE_GZIP };
void file_copy_lend(struct file_copy *copy, enum file_coding coding, struct reply_body *body);

/** What the copies take, those on their way that are good no more as well. */
size_t file_cache_bytes(const struct file_cache *cache);

/** How often a file has been compressed. */
uint64_t file_cache_zipped(const struct file_cache *cache);
