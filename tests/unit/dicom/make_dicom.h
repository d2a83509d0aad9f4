/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM files made in memory, element by element, in any transfer syntax. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPLICIT_LITTLE "1.2.840.10008.1.2.1"
#define IMPLICIT_LITTLE "1.2.840.10008.1.2"
#define EXPLICIT_BIG "1.2.840.10008.1.2.2"
#define DEFLATED "1.2.840.10008.1.2.1.99"
#define JPEG_LOSSLESS "1.2.840.10008.1.2.4.70"

#define MR_IMAGE "1.2.840.10008.5.1.4.1.1.4"
#define ENHANCED_MR "1.2.840.10008.5.1.4.1.1.4.1"
#define TEXT_REPORT "1.2.840.10008.5.1.4.1.1.88.11"

struct made {
    uint8_t *bytes;
    size_t size, room;
    size_t set; /* where the data set begins */
    bool implicit, big;
};

/** Preamble, file meta information, and the two UIDs that each object has. */
struct made make_file(const char *syntax, const char *sop_class);
void make_free(struct made *made);

/** Appends bytes as they are. */
void make_raw(struct made *made, const void *bytes, size_t length);

/** Appends an element; the value is not changed, save a pad byte behind an odd length. */
void make_element(struct made *made, uint32_t tag, const char *vr, const void *value,
                  size_t length);
void make_text(struct made *made, uint32_t tag, const char *vr, const char *text);
void make_double(struct made *made, uint32_t tag, double value);
void make_short(struct made *made, uint32_t tag, uint16_t value);

/** Begins and ends sequences and items of undefined length. */
void make_sequence(struct made *made, uint32_t tag);
void make_item(struct made *made);
void make_item_end(struct made *made);
void make_sequence_end(struct made *made);

/** Native pixel data of length bytes. */
void make_pixels(struct made *made, size_t length);

/** A file in memory that has the bytes. */
int make_fd(const struct made *made);
