/* SPDX-License-Identifier: Apache-2.0 */
/* What DCMTK does for us, behind a C interface. */
#pragma once

#include "collect.h"
#include "input.h"
#include "walk.h"

#include <stddef.h>

struct toolkit; /* the values that were read whole */

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
 * What the dictionary (PS3.6) says of a public element: its VR, "UN" where it has none or several,
 * and in *values how many it has, 0 where that differs. The text lives for ever.
 */
const char *dcmtk_vr(uint32_t tag, uint8_t *values);

/** True if objects of the SOP class uid have pixel data. */
bool dcmtk_is_image(const char *uid);
