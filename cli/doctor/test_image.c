/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explicit VR little endian (PS3.5 7.1.2). It is a secondary capture and no MR image, so that
 * checkers do not compare it.
 */
#include "test_image.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { IMAGE_BYTES = 4096, PREAMBLE = 128, SIDE = 8 };

#define SECONDARY_CAPTURE "1.2.840.10008.5.1.4.1.1.7"
#define EXPLICIT_LITTLE "1.2.840.10008.1.2.1"

/* one element; value NULL: one of those that are made for the file, or a number */
static const struct row {
    uint16_t group, element;
    char vr[3];
    const char *value;
    uint16_t number; /* of US */
} rows[] = {
    {0x0008, 0x0008, "CS", "DERIVED\\SECONDARY\\OTHER", 0},
    {0x0008, 0x0016, "UI", SECONDARY_CAPTURE, 0},
    {0x0008, 0x0018, "UI", NULL, 3},
    {0x0008, 0x0060, "CS", "OT", 0},
    {0x0008, 0x0064, "CS", "SYN", 0},
    {0x0008, 0x0070, "LO", "MRQART", 0},
    {0x0008, 0x1010, "SH", TEST_IMAGE_STATION, 0},
    {0x0008, 0x1030, "LO", "MRQART doctor", 0},
    {0x0008, 0x103e, "LO", "MRQART doctor", 0},
    {0x0010, 0x0010, "PN", "MRQART^DOCTOR", 0},
    {0x0010, 0x0020, "LO", "MRQART-DOCTOR", 0},
    {0x0018, 0x1000, "LO", TEST_IMAGE_STATION, 0},
    {0x0018, 0x1030, "LO", "MRQART doctor", 0},
    {0x0020, 0x000d, "UI", NULL, 1},
    {0x0020, 0x000e, "UI", NULL, 2},
    {0x0020, 0x0011, "IS", "1", 0},
    {0x0020, 0x0013, "IS", "1", 0},
    {0x0020, 0x4000, "LT", "A test of mrqart doctor; it may be removed.", 0},
    {0x0028, 0x0002, "US", NULL, 1},
    {0x0028, 0x0004, "CS", "MONOCHROME2", 0},
    {0x0028, 0x0010, "US", NULL, SIDE},
    {0x0028, 0x0011, "US", NULL, SIDE},
    {0x0028, 0x0100, "US", NULL, 16},
    {0x0028, 0x0101, "US", NULL, 16},
    {0x0028, 0x0102, "US", NULL, 15},
    {0x0028, 0x0103, "US", NULL, 0},
};

struct image {
    unsigned char *bytes;
    size_t length;
};

static void add_number(struct image *image, uint32_t number, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        image->bytes[image->length++] = (unsigned char)(number >> 8 * i);
    }
}

static void add_head(struct image *image, const struct row *row, size_t length) {
    add_number(image, row->group, 2);
    add_number(image, row->element, 2);
    memcpy(image->bytes + image->length, row->vr, 2);
    image->length += 2;
    if (row->vr[0] == 'O') { /* OB, OW: two bytes nobody uses, and a longer length */
        add_number(image, 0, 2);
        add_number(image, (uint32_t)length, 4);
    } else {
        add_number(image, (uint32_t)length, 2);
    }
}

static void add_text(struct image *image, const struct row *row, const char *text) {
    size_t length = strlen(text), even = length + length % 2;
    add_head(image, row, even);
    memcpy(image->bytes + image->length, text, length);
    if (even > length) {
        image->bytes[image->length + length] = strcmp(row->vr, "UI") == 0 ? '\0' : ' ';
    }
    image->length += even;
}

/* UIDs below 2.25 need no registration (PS3.5 B.2) */
static void add_row(struct image *image, const struct row *row, unsigned long long number) {
    if (row->value) {
        add_text(image, row, row->value);
    } else if (strcmp(row->vr, "UI") == 0) {
        AUTOFREE char *uid = mem_printf("2.25.%llu.%u", number, row->number);
        add_text(image, row, uid);
    } else {
        add_head(image, row, 2);
        add_number(image, row->number, 2);
    }
}

/* group 2, which must say first how long it is */
static void add_meta(struct image *image, unsigned long long number) {
    static const struct row length = {0x0002, 0x0000, "UL", NULL, 0},
                            version = {0x0002, 0x0001, "OB", NULL, 0},
                            class_uid = {0x0002, 0x0002, "UI", NULL, 0},
                            instance = {0x0002, 0x0003, "UI", NULL, 3},
                            syntax = {0x0002, 0x0010, "UI", NULL, 0},
                            writer = {0x0002, 0x0012, "UI", NULL, 0};
    add_head(image, &length, 4);
    size_t at = image->length;
    add_number(image, 0, 4);
    add_head(image, &version, 2);
    add_number(image, 0x0100, 2);
    add_text(image, &class_uid, SECONDARY_CAPTURE);
    add_row(image, &instance, number);
    add_text(image, &syntax, EXPLICIT_LITTLE);
    add_text(image, &writer, "2.25.77827665");
    struct image back = {.bytes = image->bytes, .length = at};
    add_number(&back, (uint32_t)(image->length - at - 4), 4);
}

unsigned char *test_image_make(unsigned long long number, size_t *length) {
    static const struct row pixels = {0x7fe0, 0x0010, "OW", NULL, 0};
    struct image image = {.bytes = mem_zeroed(IMAGE_BYTES, 1), .length = PREAMBLE};
    memcpy(image.bytes + image.length, "DICM", 4);
    image.length += 4;
    add_meta(&image, number);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        add_row(&image, &rows[i], number);
    }
    add_head(&image, &pixels, 2L * SIDE * SIDE);
    image.length += 2L * SIDE * SIDE; /* black */
    *length = image.length;
    return image.bytes;
}
