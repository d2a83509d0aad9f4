/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an element as the text that the database keeps. */
#pragma once

#include "dcmtk.h"
#include "phrase.h"

/** Which character sets the texts of a file are in; text NULL: it does not say. */
struct charset {
    struct toolkit *toolkit;
    const char *text;
    size_t length;
};

/**
 * Writes the value of length bytes (little-endian) into out: one value as it stands, several as a
 * Python list. False if a value of this VR is no text and no number.
 */
bool element_text(struct phrase *out, uint16_t vr, const uint8_t *bytes, size_t length,
                  const struct charset *charset);

/** True if DICOM gives values of this VR as numbers. */
bool element_is_number(uint16_t vr);

/**
 * Appends length bytes as UTF-8: tabs and line ends become spaces, and what is no character U+FFFD.
 */
void element_add_valid(struct phrase *out, const char *bytes, size_t length);
