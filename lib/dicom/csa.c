/* SPDX-License-Identifier: Apache-2.0 */
/* The CSA headers of Siemens scanners. Every length is checked before it is used. */
#include "csa.h"
#include "input.h"

#include <string.h>

enum {
    NAME_BYTES = 64,
    ELEMENT_BYTES = NAME_BYTES + 20, /* name, vm, vr, syngo type, items, a marker */
    ITEM_BYTES = 16,                 /* four numbers before each value */
    MOST_ELEMENTS = 1000,            /* real headers have about 100 */
    MOST_ITEMS = 1000,               /* and up to some dozens of values */
};

/* the length of a text that ends at a NUL or after room bytes */
static size_t text_length(const uint8_t *bytes, size_t room) {
    const uint8_t *end = memchr(bytes, '\0', room);
    return end ? (size_t)(end - bytes) : room;
}

static bool has(const struct csa *csa, size_t length) {
    return length <= csa->length - csa->at;
}

static bool damaged(struct csa *csa) {
    csa->damaged = true;
    csa->left = 0;
    return false;
}

bool csa_begin(struct csa *csa, const uint8_t *bytes, size_t length) {
    *csa = (struct csa){.bytes = bytes, .length = length, .first = true};
    csa->newer = length >= 8 && memcmp(bytes, "SV10", 4) == 0;
    csa->at = csa->newer ? 8 : 0;
    if (!has(csa, 8)) {
        return false;
    }
    csa->left = little32(bytes + csa->at);
    csa->at += 8;
    return csa->left > 0 && csa->left <= MOST_ELEMENTS;
}

/* how many bytes the value has whose item header stands at csa->at; -1: the values end here */
static int64_t item_length(const struct csa *csa) {
    const uint8_t *item = csa->bytes + csa->at;
    if (csa->newer) {
        return little32(item + 4);
    }
    int64_t length = (int64_t)(int32_t)little32(item) - csa->first_items;
    return length < 0 || (uint64_t)length > csa->length - csa->at - ITEM_BYTES ? -1 : length;
}

/* one value, with what follows its NUL; false where the values end, or the header makes no sense */
static bool read_item(struct csa *csa, struct csa_text *text) {
    if (!has(csa, ITEM_BYTES)) {
        return damaged(csa);
    }
    int64_t length = item_length(csa);
    csa->at += ITEM_BYTES;
    if (length < 0) {
        return false;
    }
#ifndef PLANTED_FAULT
    if (!has(csa, (size_t)length)) {
        return damaged(csa);
    }
#endif
    *text = (struct csa_text){(const char *)csa->bytes + csa->at, (size_t)length};
    size_t padded = ((size_t)length + 3) & ~(size_t)3;
    csa->at += has(csa, padded) ? padded : csa->length - csa->at;
    return true;
}

bool csa_next(struct csa *csa, struct csa_element *element) {
    if (csa->left == 0) {
        return false;
    }
    if (!has(csa, ELEMENT_BYTES)) {
        return damaged(csa);
    }
    const uint8_t *bytes = csa->bytes + csa->at;
    int32_t items = (int32_t)little32(bytes + NAME_BYTES + 12);
    *element = (struct csa_element){.name = (const char *)bytes,
                                    .name_length = text_length(bytes, NAME_BYTES)};
    memcpy(element->vr, bytes + NAME_BYTES + 4, 2);
    if (csa->first) {
        csa->first = false;
        csa->first_items = items;
    }
    if (items > MOST_ITEMS) {
        return damaged(csa);
    }
    csa->left--;
    csa->at += ELEMENT_BYTES;
    element->at = csa->at;
    element->items = items;
    struct csa_text text;
    for (int32_t i = 0; i < items && read_item(csa, &text); i++) {
    }
    return !csa->damaged;
}

size_t csa_texts(const struct csa *csa, const struct csa_element *element, struct csa_text *texts,
                 size_t room) {
    struct csa place = *csa;
    place.at = element->at;
    size_t count = 0;
    for (int32_t i = 0; i < element->items && count < room; i++) {
        if (!read_item(&place, &texts[count])) {
            break;
        }
        texts[count].length = strnlen(texts[count].text, texts[count].length);
        count += texts[count].length > 0;
    }
    return count;
}
