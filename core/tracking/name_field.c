/* SPDX-License-Identifier: Apache-2.0 */
/* What a file's name tells of its series. */
#include "name_field.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static size_t digits_before(const char *name, size_t end) {
    size_t begin = end;
    while (begin > 0 && isdigit((unsigned char)name[begin - 1])) {
        begin--;
    }
    return end - begin;
}

struct name_field name_field_of(const char *name) {
    struct name_field field = {0};
    const char *dot = strrchr(name, '.');
    size_t end = dot ? (size_t)(dot - name) : strlen(name);
    size_t image = digits_before(name, end);
    if (image == 0 || image == end || name[end - image - 1] != '_') {
        return field;
    }
    size_t length = end - image; /* the underscore included */
    size_t digits = digits_before(name, length - 1);
    if (digits > 0) {
        uint64_t hash = text_hash(TEXT_HASH_SEED, name, length);
        field.beginning = hash ? hash : 1;
        field.number = strtoull(name + length - 1 - digits, NULL, 10);
    }
    return field;
}
