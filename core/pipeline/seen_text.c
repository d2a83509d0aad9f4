/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the record of seen files: as it stands in the state file. */
#include "seen_text.h"
#include "base/json_text.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    HASH_DIGITS = TEXT_HEX_DIGITS,
    FILE_DIGITS = 3 * HASH_DIGITS, /* per file under "files" */
};

static const char quiet_tail[] = "/quiet";

void seen_text_key(const struct seen_folder *folder, size_t chunk, char key[SEEN_KEY_BYTES]) {
    snprintf(key, SEEN_KEY_BYTES, "%016" PRIx64 "/%zu", folder->link.hash, chunk);
}

bool seen_text_parse_key(const char *key, uint64_t *folder, size_t *chunk) {
    unsigned number;
    char end;
    if (!text_read_hex(key, folder) || sscanf(key + HASH_DIGITS, "/%9u%c", &number, &end) != 1) {
        return false;
    }
    *chunk = number;
    return true;
}

json_t *seen_text_chunk(const struct seen_folder *folder, size_t chunk) {
    char text[SEEN_CHUNK * FILE_DIGITS], proofs[SEEN_CHUNK * HASH_DIGITS], root[HASH_DIGITS];
    char births[SEEN_CHUNK * HASH_DIGITS];
    size_t begin = chunk * SEEN_CHUNK, count = 0;
    bool any = false;
    for (size_t i = begin; i < begin + SEEN_CHUNK && i < folder->end; i++) {
        const struct seen_file *file = &folder->files[i];
        any = any || file->key;
        text_write_hex(text + count * FILE_DIGITS, file->key);
        text_write_hex(text + count * FILE_DIGITS + HASH_DIGITS, file->identity);
        text_write_hex(text + count * FILE_DIGITS + 2 * (size_t)HASH_DIGITS, file->series);
        text_write_hex(proofs + count * HASH_DIGITS, (uint64_t)file->proof_ns);
        text_write_hex(births + count * HASH_DIGITS, file->born);
        count++;
    }
    if (!any) {
        return NULL;
    }
    text_write_hex(root, folder->root);
    return json_pack("{s:s%, s:I, s:s%, s:s%, s:s%}", "root", root, (size_t)HASH_DIGITS, "newest",
                     (json_int_t)folder->newest_ns, "files", text, count * FILE_DIGITS, "proofs",
                     proofs, count * HASH_DIGITS, "births", births, count * HASH_DIGITS);
}

/* proof, birth: NULL where a daemon of before has written it */
static bool read_file(const char *text, const char *proof, const char *birth,
                      struct seen_file *file) {
    uint64_t proof_ns = 0, born = 0;
    bool good =
        text_read_hex(text, &file->key) && text_read_hex(text + HASH_DIGITS, &file->identity) &&
        text_read_hex(text + 2 * (size_t)HASH_DIGITS, &file->series) &&
        (!proof || text_read_hex(proof, &proof_ns)) && (!birth || text_read_hex(birth, &born));
    file->proof_ns = proof_ns <= INT64_MAX ? (int64_t)proof_ns : 0;
    file->born = (uint32_t)born;
    return good;
}

bool seen_text_parse_chunk(const json_t *value, uint64_t *root, int64_t *newest_ns,
                           struct seen_file files[SEEN_CHUNK]) {
    const char *root_text = json_string_value(json_object_get(value, "root"));
    const json_t *text = json_object_get(value, "files"),
                 *proofs = json_object_get(value, "proofs"),
                 *births = json_object_get(value, "births");
    size_t length = json_string_length(text), count = length / FILE_DIGITS;
    if (!root_text || !text_read_hex(root_text, root) || !json_is_string(text) ||
        length % FILE_DIGITS != 0 || count > SEEN_CHUNK ||
        (proofs && json_string_length(proofs) != count * HASH_DIGITS) ||
        (births && json_string_length(births) != count * HASH_DIGITS)) {
        return false;
    }
    memset(files, 0, SEEN_CHUNK * sizeof(files[0]));
    *newest_ns = json_natural(json_object_get(value, "newest"));
    const char *proof = json_string_value(proofs), *birth = json_string_value(births);
    for (size_t i = 0; i < count; i++) {
        if (!read_file(json_string_value(text) + i * FILE_DIGITS,
                       proof ? proof + i * HASH_DIGITS : NULL,
                       birth ? birth + i * HASH_DIGITS : NULL, &files[i])) {
            return false;
        }
    }
    return true;
}

void seen_text_quiet_key(uint64_t folder, char key[SEEN_KEY_BYTES]) {
    snprintf(key, SEEN_KEY_BYTES, "%016" PRIx64 "%s", folder, quiet_tail);
}

bool seen_text_parse_quiet_key(const char *key, uint64_t *folder) {
    return text_read_hex(key, folder) && strcmp(key + HASH_DIGITS, quiet_tail) == 0;
}

json_t *seen_text_span(const struct seen_span *span) {
    char root[HASH_DIGITS];
    text_write_hex(root, span->root);
    return json_pack("{s:s%, s:I, s:I}", "root", root, (size_t)HASH_DIGITS, "from",
                     (json_int_t)span->from_ns, "to", (json_int_t)span->to_ns);
}

bool seen_text_parse_span(const json_t *value, struct seen_span *span) {
    const char *root = json_string_value(json_object_get(value, "root"));
    const json_t *from = json_object_get(value, "from"), *to = json_object_get(value, "to");
    span->from_ns = json_natural(from);
    span->to_ns = json_natural(to);
    return root && text_read_hex(root, &span->root) && json_is_integer(from) && json_is_integer(to);
}
