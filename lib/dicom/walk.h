/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over the elements of a file in explicit VR little endian, and finds the wanted ones. */
#pragma once

#include "collect.h"
#include "input.h"

/** How reading a header came to its end. */
enum header_end {
    HEADER_PIXELS, /* the pixel data begin */
    HEADER_ENDS,   /* the data set ends, with the file, and has no pixel data */
    HEADER_SHORT,  /* the file ends inside an element or item */
    HEADER_ODD,    /* of the walk: not a plain file, DCMTK has to read it; else: damaged */
    HEADER_LARGE,  /* more has to be kept than the input's limit */
};

struct header {
    enum header_end end;
    uint32_t tag;    /* where it ended; 0: not known */
    uint64_t pixels; /* HEADER_PIXELS: offset of the first byte of the value */
    uint64_t pixel_bytes;
    bool fragments;  /* of undefined length: in items */
    bool verified;   /* the pixel data have been read too, to their end */
    unsigned seen;   /* what the object has of what it may owe, see owed.h */
    bool bulk;       /* HEADER_SHORT: within a value behind which no other is wanted */
    const char *why; /* HEADER_ODD: what is damaged and where, or NULL */
};

/**
 * Reads the header of input, a file with DICM at its place, and shows each element that may be
 * wanted to collector; what nobody wants is stepped over, sequences of defined length too. What is
 * collected has offsets in input's bytes. It gives up (HEADER_ODD) at anything that is not
 * exactly as the standard has it, so that it never sees anything else than DCMTK.
 */
void walk(struct input *input, struct collector *collector, struct header *header);
