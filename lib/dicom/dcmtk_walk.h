/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the header of any file that DCMTK can read, tag by tag, behind a C interface. */
#pragma once

#include "collect.h"
#include "input.h"
#include "walk.h"

struct dcmtk_walk; /* the values that were collected, and what was wrong */

struct dcmtk_walk *dcmtk_walk_create(void);
void dcmtk_walk_destroy(struct dcmtk_walk *walk);

/**
 * Reads the header of input from the offset start (of the file meta information or of a data set)
 * and shows each element that may be wanted to collector; all others are stepped over and never
 * kept. What is collected has offsets in dcmtk_walk_bytes(), which keep input's limit.
 *
 * Any transfer syntax that DCMTK knows. A data set that is encoded otherwise than the file says is
 * read as it is encoded: explicit or implicit VR, in either byte order; items that differ from what
 * they stand in; UN as implicit VR little endian (PS3.5 6.2.2). What is damaged within an element
 * or item of defined length costs no more than that.
 */
void dcmtk_walk_read(struct dcmtk_walk *walk, struct input *input, uint64_t start,
                     struct collector *collector, struct header *header);
const uint8_t *dcmtk_walk_bytes(const struct dcmtk_walk *walk);
