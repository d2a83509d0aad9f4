/* SPDX-License-Identifier: Apache-2.0 */
/* What DCMTK's dictionaries know, behind a C interface. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * What the dictionary (PS3.6) says of a public element: its VR, "UN" where it has none or several,
 * and in *values how many it has, 0 where that differs. The text lives for ever.
 */
const char *dcmtk_vr(uint32_t tag, uint8_t *values);

/** True if objects of the SOP class uid have pixel data. */
bool dcmtk_is_image(const char *uid);
