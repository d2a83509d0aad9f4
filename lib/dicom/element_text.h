/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an element as the text that the database keeps. */
#pragma once

#include "charset.h"
#include "phrase.h"
#include "taglist.h"

#include <stdbool.h>
#include <stdint.h>

/** A value as it stands in a file, little-endian, with the VR that counts (element_vr()). */
struct element_value {
    const uint8_t *bytes;
    size_t length;
    uint16_t vr;
    uint8_t values; /* how many decimal strings the dictionary allows; 0: not known */
};

/**
 * Writes the value into out: one as it stands, several as a Python list. False if a value of this
 * VR is no text and no number.
 */
bool element_text(struct phrase *out, const struct element_value *value,
                  const struct charset *charset);

/**
 * The VR that counts of an element that has VR said in its file and known in the dictionary ("UN":
 * the dictionary does not know it). Texts and bytes are what the dictionary says: UT for a DS hides
 * that it has several values. Of numbers in binary the file knows the form.
 */
uint16_t element_vr(const char *known, uint16_t said);

/** The one number that the value is, a decimal comma mended; false if it is none or several. */
bool element_number(uint16_t vr, const uint8_t *bytes, size_t length, double *number);

/** True if DICOM gives values of this VR as numbers. */
bool element_is_number(uint16_t vr);

/** True if values of this VR are characters. */
bool element_is_text(uint16_t vr);

/**
 * Appends length bytes as UTF-8: tabs, line ends and escapes become spaces, and what is no
 * character U+FFFD.
 */
void element_add_valid(struct phrase *out, const char *bytes, size_t length);
