/* SPDX-License-Identifier: Apache-2.0 */
/* Is all of a file there? Judged by its pixel data, or by the end of its data set. */
#pragma once

#include "walk.h"

enum extent {
    EXTENT_WHOLE,
    EXTENT_SHORT,  /* the file ends inside the pixel data */
    EXTENT_BROKEN, /* what should be a fragment is none */
};

/** Checks the pixel data that header found in input; they are not read, save fragments' lengths. */
enum extent pixels_extent(const struct input *input, const struct header *header);
