/* SPDX-License-Identifier: Apache-2.0 */
/* What DCMTK does for us, behind a C interface. */
#pragma once

#include "collect.h"
#include "input.h"
#include "walk.h"

#include <stddef.h>

struct toolkit; /* a character set converter, and the values that were read whole */

struct toolkit *dcmtk_create(void);
void dcmtk_destroy(struct toolkit *toolkit);

/**
 * Reads the whole header of input with DCMTK, and shows each element to collector. What is
 * collected has offsets in dcmtk_bytes(). header->why is DCMTK's word on a damaged file.
 */
void dcmtk_read(struct toolkit *toolkit, struct input *input, struct collector *collector,
                struct header *header);
const uint8_t *dcmtk_bytes(const struct toolkit *toolkit);

/**
 * The text of length bytes in the character sets that charset, a Specific Character Set of
 * charset_length bytes, names, as UTF-8; NULL where they are no such text. Lives until the next
 * call. An absent or unknown character set is taken as Latin 1, as the reference does.
 */
const char *dcmtk_utf8(struct toolkit *toolkit, const char *charset, size_t charset_length,
                       const char *bytes, size_t length, size_t *out_length);

/** True if objects of the SOP class uid have pixel data. */
bool dcmtk_is_image(const char *uid);
