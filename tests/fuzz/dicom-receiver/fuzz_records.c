/* SPDX-License-Identifier: Apache-2.0 */
/* One record of the receiver. Whatever is taken is in range, and no path leads out of the spool. */
#include "records.h"
#include "uid.h"

#include <stdlib.h>
#include <string.h>

static void require(bool promise) {
    if (!promise) {
        abort();
    }
}

static void check_path(const char *path) {
    unsigned slashes = 0;
    for (const char *at = path; *at; at++) {
        slashes += *at == '/';
        require(at[0] != '.' || at[1] != '.');
    }
    require(*path >= '0' && *path <= '9' && slashes == 2);
    require(strlen(path) <= 3 * UID_BYTES + sizeof("//.dcm") - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct record *record = malloc(sizeof(*record)); /* on the heap: what goes past it is found */
    require(record);
    if (record_read(record, data, size)) {
        require(strlen(record->text) < RECORD_TEXT_BYTES);
        require(record->kind >= RECORD_LISTENING && record->kind <= RECORD_UNUSABLE);
        if (record->kind == RECORD_STORED) {
            check_path(record->text);
        } else if (record->kind == RECORD_ASSOCIATIONS) {
            require(record->number <= RECORD_ASSOCIATIONS_MOST);
        }
    }
    free(record);
    return 0;
}
