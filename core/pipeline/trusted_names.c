/* SPDX-License-Identifier: Apache-2.0 */
/* Names that tell a file's series. */
#include "trusted_names.h"

#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <stdbool.h>

enum { SERIES = 16 }; /* that interleave in one folder; more only cost a reading */

struct trusted_names {
    struct {
        uint64_t beginning, series_key;
    } known[SERIES]; /* latest first */
};

void trusted_names_destroy(struct trusted_names *trusted) {
    free(trusted);
}

static size_t digits_before(const char *name, size_t end) {
    size_t begin = end;
    while (begin > 0 && isdigit((unsigned char)name[begin - 1])) {
        begin--;
    }
    return end - begin;
}

/* A hash of "<protocol>_<series>_"; 0 where the name has not that form. */
static uint64_t beginning_of(const char *name) {
    const char *dot = strrchr(name, '.');
    size_t end = dot ? (size_t)(dot - name) : strlen(name);
    size_t image = digits_before(name, end);
    if (image == 0 || image == end || name[end - image - 1] != '_') {
        return 0;
    }
    size_t length = end - image; /* the underscore included */
    if (digits_before(name, length - 1) == 0) {
        return 0;
    }
    uint64_t hash = text_hash(TEXT_HASH_SEED, name, length);
    return hash ? hash : 1;
}

uint64_t trusted_names_find(const struct trusted_names *trusted, const char *name) {
    uint64_t beginning = trusted ? beginning_of(name) : 0;
    for (size_t i = 0; beginning && i < SERIES; i++) {
        if (trusted->known[i].beginning == beginning) {
            return trusted->known[i].series_key;
        }
    }
    return 0;
}

void trusted_names_note(struct trusted_names **trusted, const char *name, uint64_t series_key) {
    uint64_t beginning = beginning_of(name);
    if (!beginning) {
        return;
    }
    if (!*trusted) {
        *trusted = mem_new(struct trusted_names);
    }
    size_t at = 0;
    while (at < SERIES - 1 && (*trusted)->known[at].beginning != beginning) {
        at++;
    }
    memmove((*trusted)->known + 1, (*trusted)->known, at * sizeof((*trusted)->known[0]));
    (*trusted)->known[0].beginning = beginning;
    (*trusted)->known[0].series_key = series_key;
}
