/* SPDX-License-Identifier: Apache-2.0 */
/* Which values must stay the same over a series. */
#pragma once

#include "parameters.h"

#include <mrqart/plugin.h>

enum { STEADY_GROUP_BYTES = 128 };

/**
 * The group of orientation of a file: ImageOrientationPatient rounded to two decimals, "" where the
 * file has none.
 */
void steady_orientation(const struct mrq_file *file, char group[STEADY_GROUP_BYTES]);

/** A file among those of its series. */
struct steady_image {
    const struct mrq_file *file;
    const bool *chosen;        /* parameters that are watched */
    const double *tolerances;  /* of each */
    const char *orientation;   /* what steady_orientation() wrote for it */
    const char *const *expect; /* the template's values; NULL: there is none */
};

/**
 * Has the core watch the chosen values of a file, the shims, and the set of its TEs. Where the
 * template has several TRs or angles, images that have one of them each are alike.
 */
void steady_watch(const struct steady_image *image, struct mrq_verdict *verdict);
