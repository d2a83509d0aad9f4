/* SPDX-License-Identifier: Apache-2.0 */
/* CSA headers made in memory. */
#include "make_csa.h"

#include <string.h>

enum { ITEMS = 6 }; /* scanners write six values per element, most of them empty */

static void put(struct made *made, uint32_t number) {
    uint8_t bytes[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
                        (uint8_t)(number >> 24)};
    make_raw(made, bytes, sizeof(bytes));
}

static void put_name(struct made *made, const char *name, size_t room) {
    char bytes[64] = {0};
    memcpy(bytes, name, strlen(name));
    make_raw(made, bytes, room);
}

static void put_item(struct made *made, enum csa_form form, const char *text) {
    uint32_t length = text ? (uint32_t)strlen(text) + 1 : 0;
    put(made, form == CSA_OLDER ? length + ITEMS : length);
    put(made, length);
    put(made, 77);
    put(made, length);
    make_raw(made, text, length);
    make_raw(made, "\0\0\0", (4 - length % 4) % 4);
}

void make_csa(struct made *made, enum csa_form form, const struct csa_value *values, size_t count) {
    if (form == CSA_NEWER) {
        make_raw(made, "SV10\4\3\2\1", 8);
    }
    put(made, (uint32_t)count);
    put(made, 77);
    for (size_t i = 0; i < count; i++) {
        put_name(made, values[i].name, 64);
        put(made, 1);
        put_name(made, values[i].vr, 4);
        put(made, 0);
        put(made, ITEMS);
        put(made, 77);
        put_item(made, form, values[i].text);
        for (int item = 1; item < ITEMS; item++) {
            put_item(made, form, item < 3 ? values[i].more[item - 1] : NULL);
        }
    }
}
