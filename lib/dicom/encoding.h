/* SPDX-License-Identifier: Apache-2.0 */
/* How elements are encoded: value representations, and what bytes look like (PS3.5 7.1). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How an element's length is written in explicit VR. */
enum encoding { ENCODING_NONE, ENCODING_SHORT, ENCODING_LONG, ENCODING_SEQUENCE };

/** The encoding that a VR's two letters ask for; ENCODING_NONE: no VR of the standard. */
enum encoding encoding_of(const uint8_t *vr);

/** What stands where a file should begin. */
enum encoding_begin {
    BEGIN_FILE,    /* preamble and DICM (PS3.10 7.1) */
    BEGIN_SET,     /* file meta information, a command or a data set, without them */
    BEGIN_CUT,     /* too short to tell */
    BEGIN_STRANGE, /* no DICOM */
};

/** Judges by the first bytes of a file of size bytes, of which used are at hand. */
enum encoding_begin encoding_begin(const uint8_t *bytes, size_t used, uint64_t size);

enum {
    DICOM_PREAMBLE_BYTES = 132, /* 128 of anything, then DICM */
    ENCODING_PEEK_BYTES = 8,    /* tag, VR and length, or tag and length */
};
