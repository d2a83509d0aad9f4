/* SPDX-License-Identifier: Apache-2.0 */
/* From collected elements to the values of the tag list. */
#pragma once

#include "charset.h"
#include "collect.h"
#include "dicom.h"
#include "phrase.h"

/** An entry whose value has a name in the CSA headers. */
struct named {
    size_t entry;
    const char *key; /* NULL: the shims, which have several */
};

enum named_place { NAMED_CSA, NAMED_PROTOCOL, NAMED_COUNT };

struct named_list {
    struct named *items;
    size_t count;
};

/** The values of one tag list, and the buffers of their texts. */
struct values {
    const struct taglist *list;
    struct dicom_value *values; /* list->count of them */
    struct phrase *phrases;     /* one each */
    struct named_list named[NAMED_COUNT];
};

void values_init(struct values *values, const struct taglist *list);
void values_finish(struct values *values);

/** All absent. */
void values_clear(struct values *values);

/** True if one of them is there. */
bool values_any(const struct values *values);

/** Fills in what collector has found; bytes is what its offsets count from. */
void values_make(struct values *values, const struct collector *collector, const uint8_t *bytes,
                 struct charset_converter *converter);
