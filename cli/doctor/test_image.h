/* SPDX-License-Identifier: Apache-2.0 */
/* A small valid DICOM file that says of itself that it is a test. */
#pragma once

#include <stddef.h>

/** What the file calls its station; the daemon announces such a file as a test and forgets it. */
#define TEST_IMAGE_STATION "MRQART-DOCTOR"

/** The file's bytes, *length of them; number makes its UIDs. Free it. */
unsigned char *test_image_make(unsigned long long number, size_t *length);
