/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: as it stands in the state file. */
#include "seen_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HASH_DIGITS = 16, FILE_DIGITS = 3 * HASH_DIGITS };

static const char digits[] = "0123456789abcdef";

static void write_hash(char *text, uint64_t hash) {
    for (size_t i = HASH_DIGITS; i-- > 0; hash >>= 4) {
        text[i] = digits[hash & 15];
    }
}

static bool read_hash(const char *text, uint64_t *hash) {
    *hash = 0;
    for (size_t i = 0; i < HASH_DIGITS; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit) {
            return false;
        }
        *hash = *hash << 4 | (uint64_t)(digit - digits);
    }
    return true;
}

void seen_text_key(const struct seen_folder *folder, size_t chunk, char key[SEEN_KEY_BYTES]) {
    snprintf(key, SEEN_KEY_BYTES, "%016" PRIx64 "/%zu", folder->link.hash, chunk);
}

bool seen_text_parse_key(const char *key, uint64_t *folder, size_t *chunk) {
    unsigned number;
    char end;
    if (!read_hash(key, folder) || sscanf(key + HASH_DIGITS, "/%9u%c", &number, &end) != 1) {
        return false;
    }
    *chunk = number;
    return true;
}

json_t *seen_text_chunk(const struct seen_folder *folder, size_t chunk) {
    char text[SEEN_CHUNK * FILE_DIGITS], root[HASH_DIGITS];
    size_t begin = chunk * SEEN_CHUNK, length = 0;
    bool any = false;
    for (size_t i = begin; i < begin + SEEN_CHUNK && i < folder->end; i++) {
        const struct seen_file *file = &folder->files[i];
        any = any || file->key;
        write_hash(text + length, file->key);
        write_hash(text + length + HASH_DIGITS, file->identity);
        write_hash(text + length + 2 * (size_t)HASH_DIGITS, file->series);
        length += FILE_DIGITS;
    }
    if (!any) {
        return NULL;
    }
    write_hash(root, folder->root);
    return json_pack("{s:s%, s:I, s:s%}", "root", root, (size_t)HASH_DIGITS, "newest",
                     (json_int_t)folder->newest_ns, "files", text, length);
}

static bool read_file(const char *text, struct seen_file *file) {
    return read_hash(text, &file->key) && read_hash(text + HASH_DIGITS, &file->identity) &&
           read_hash(text + 2 * (size_t)HASH_DIGITS, &file->series);
}

bool seen_text_parse_chunk(const json_t *value, uint64_t *root, int64_t *newest_ns,
                           struct seen_file files[SEEN_CHUNK]) {
    const char *root_text = json_string_value(json_object_get(value, "root"));
    const json_t *text = json_object_get(value, "files");
    size_t length = json_string_length(text);
    if (!root_text || !read_hash(root_text, root) || length % FILE_DIGITS != 0 ||
        length / FILE_DIGITS > SEEN_CHUNK) {
        return false;
    }
    memset(files, 0, SEEN_CHUNK * sizeof(files[0]));
    *newest_ns = json_integer_value(json_object_get(value, "newest"));
    for (size_t i = 0; i < length / FILE_DIGITS; i++) {
        if (!read_file(json_string_value(text) + i * FILE_DIGITS, &files[i])) {
            return false;
        }
    }
    return true;
}
