/* SPDX-License-Identifier: Apache-2.0 */
/* Header values by name. */
#include "check/lookup.h"
#include "base/memory.h"
#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

enum { FREE = UINT16_MAX };

struct lookup {
    const struct dicom_reader *reader;
    size_t mask;
    uint16_t slots[]; /* places in the reader's list; at most a quarter are taken */
};

static size_t slot_of(const char *name) {
    size_t hash = 0;
    for (; *name; name++) {
        hash = hash * 31 + (unsigned char)*name;
    }
    return hash ^ (hash >> 7);
}

static void add(struct lookup *lookup, const char *name, size_t place) {
    size_t at = slot_of(name);
    while (lookup->slots[at & lookup->mask] != FREE) {
        at++;
    }
    lookup->slots[at & lookup->mask] = (uint16_t)place;
}

struct lookup *lookup_create(const struct dicom_reader *reader) {
    size_t count = dicom_value_count(reader), room = 64;
    while (room < count * 4) {
        room *= 2;
    }
    struct lookup *lookup = mem_zeroed(1, sizeof(*lookup) + room * sizeof(lookup->slots[0]));
    lookup->reader = reader;
    lookup->mask = room - 1;
    memset(lookup->slots, 0xff, room * sizeof(lookup->slots[0]));
    for (size_t i = 0; i < count && i < FREE; i++) {
        add(lookup, dicom_value_at(reader, i)->name, i);
    }
    return lookup;
}

void lookup_destroy(struct lookup *lookup) {
    free(lookup);
}

const struct dicom_value *lookup_value(const struct lookup *lookup, const char *name) {
    for (size_t at = slot_of(name);; at++) {
        uint16_t place = lookup->slots[at & lookup->mask];
        if (place == FREE) {
            return NULL;
        }
        const struct dicom_value *value = dicom_value_at(lookup->reader, place);
        if (strcmp(value->name, name) == 0) {
            return value;
        }
    }
}

const char *lookup_nearest(const struct lookup *lookup, const char *name) {
    size_t count = dicom_value_count(lookup->reader);
    const char **names = mem_zeroed(count + 1, sizeof(*names));
    for (size_t i = 0; i < count; i++) {
        names[i] = dicom_value_at(lookup->reader, i)->name;
    }
    const char *nearest = text_nearest(name, names);
    free(names);
    return nearest;
}

const char *lookup_text(const struct lookup *lookup, const char *name) {
    const struct dicom_value *value = lookup_value(lookup, name);
    return value ? value->text : NULL;
}

const char *lookup_present(const struct lookup *lookup, const char *name) {
    const char *text = lookup_text(lookup, name);
    return text && *text && strcmp(text, "null") != 0 ? text : NULL;
}
