/* SPDX-License-Identifier: Apache-2.0 */
/* Siemens CSA2 headers and protocol text, as a scanner of software VE11 writes them. */
#pragma once

#include "image.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The image header (0029,1010): phase encoding polarity and parallel imaging. Free it. */
unsigned char *csa_image_header(const struct image *image, size_t *length);

/** The series header (0029,1020) with the protocol text: shims and sequence file. Free it. */
unsigned char *csa_series_header(const struct image *image, size_t *length);

#ifdef __cplusplus
}
#endif
