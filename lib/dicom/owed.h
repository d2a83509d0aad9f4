/* SPDX-License-Identifier: Apache-2.0 */
/* What an object owes by its SOP class: pixel data, spectra, a document, or nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** Elements of a data set that an object may owe, or have in place of its pixel data. */
enum owed_part {
    OWED_PIXELS = 1,    /* Pixel Data (7fe0,0010) */
    OWED_FLOAT = 2,     /* Float Pixel Data (7fe0,0008) */
    OWED_DOUBLE = 4,    /* Double Float Pixel Data (7fe0,0009) */
    OWED_URL = 8,       /* Pixel Data Provider URL (0028,7fe0) */
    OWED_SPECTRA = 16,  /* Spectroscopy Data (5600,0020) */
    OWED_WAVEFORM = 32, /* Waveform Sequence (5400,0100) */
    OWED_DOCUMENT = 64, /* Encapsulated Document (0042,0011) */
};

enum { OWED_FIRST = 0x00287fe0 }; /* the least tag of a part */

/** The part that an element of the file's own data set is; 0: none. */
unsigned owed_part(uint32_t tag);

/** True if the header is whole before the element's value: nothing else is wanted behind it. */
bool owed_is_bulk(uint32_t tag);

/**
 * What an object lacks that has the parts of seen and no pixel data, in words ("pixel data");
 * NULL: nothing, it is whole. uid: its SOP class, NULL where it has none; rows: it has Rows
 * (0028,0010). Of classes that are not known, such as vendors' own, nothing is asked.
 * PS3.4 B.5, and for each class the modules that PS3.3 annex A makes mandatory.
 */
const char *owed_lack(const char *uid, bool rows, unsigned seen);
