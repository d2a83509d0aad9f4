/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in the character sets of DICOM (PS3.3 C.12.1.1.2) as UTF-8. */
#pragma once

#include <stddef.h>

struct charset_converter;

struct charset_converter *charset_create(void);
void charset_destroy(struct charset_converter *converter);

/** Which character sets the texts of a file are in: its Specific Character Set. */
struct charset {
    struct charset_converter *converter;
    const char *text; /* NULL: it does not say */
    size_t length;
};

/**
 * The text of *length bytes as UTF-8, without its escape sequences (PS3.5 6.1.2.5); *length becomes
 * its length. A set that an escape sequence designates ends at a control character and at one of
 * delimiters (PS3.5 6.1.2.5.3). Sets count though Specific Character Set does not announce them; an
 * absent or unknown one is Latin 1, and misspelt ones are known, as pydicom has it, whose texts the
 * reference's database keeps. Bytes that are no character become U+FFFD, in UTF-8 they stay. Lives
 * until the next call.
 */
const char *charset_utf8(const struct charset *charset, const char *delimiters, const char *bytes,
                         size_t *length);
