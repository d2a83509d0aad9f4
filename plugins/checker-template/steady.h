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

/**
 * Has the core watch the values of a file that chosen names, the shims, and the set of its TEs.
 * orientation: what steady_orientation() wrote for the file.
 */
void steady_watch(const struct mrq_file *file, const bool chosen[PARAMETERS],
                  const char *orientation, struct mrq_verdict *verdict);
