/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that are the same everywhere for the same seed. */
#pragma once

#include "image.h"

#include <stdint.h>

/** The next number; random moves on. */
uint64_t random_next(uint64_t *random);

/** A new UID below 2.25 (DICOM PS3.5 B.2). */
void random_uid(char uid[IMAGE_UID_BYTES], uint64_t *random);
