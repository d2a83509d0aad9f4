/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the record of seen files: as it stands in the state file. A chunk of files of one folder
 * is one record, key "<folder>/<chunk>", value {"root", "newest", "files", "proofs", …}: in
 * hexadecimal, per file three hashes, the time of its change, and a hash of that of its birth
 * ("births"). A daemon of before knows no proofs or births: it neither writes nor misses them.
 */
#pragma once

#include "seen_folder.h"
#include "seen_quiet.h"

enum { SEEN_KEY_BYTES = 48 };

void seen_text_key(const struct seen_folder *folder, size_t chunk, char key[SEEN_KEY_BYTES]);

/** NULL: the chunk holds no file any more. */
json_t *seen_text_chunk(const struct seen_folder *folder, size_t chunk);

bool seen_text_parse_key(const char *key, uint64_t *folder, size_t *chunk);

/** Fills all of files, what is not there with zeroes. False: value is no chunk. */
bool seen_text_parse_chunk(const json_t *value, uint64_t *root, int64_t *newest_ns,
                           struct seen_file files[SEEN_CHUNK]);

/** The same for a folder that is remembered as a whole. */
void seen_text_quiet_key(uint64_t folder, char key[SEEN_KEY_BYTES]);
bool seen_text_parse_quiet_key(const char *key, uint64_t *folder);
json_t *seen_text_span(const struct seen_span *span);
bool seen_text_parse_span(const json_t *value, struct seen_span *span);
