/* SPDX-License-Identifier: Apache-2.0 */
/* Names that tell a file's series. */
#include "trusted_names.h"

#include "base/memory.h"
#include "tracking/name_field.h"

#include <string.h>

enum { SERIES = 16 }; /* that interleave in one folder; more only cost a reading */

struct trusted_names {
    struct {
        uint64_t beginning, series_key;
    } known[SERIES]; /* latest first */
};

void trusted_names_destroy(struct trusted_names *trusted) {
    free(trusted);
}

uint64_t trusted_names_find(const struct trusted_names *trusted, const char *name) {
    uint64_t beginning = trusted ? name_field_of(name).beginning : 0;
    for (size_t i = 0; beginning && i < SERIES; i++) {
        if (trusted->known[i].beginning == beginning) {
            return trusted->known[i].series_key;
        }
    }
    return 0;
}

void trusted_names_note(struct trusted_names **trusted, const char *name, uint64_t series_key) {
    uint64_t beginning = name_field_of(name).beginning;
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
