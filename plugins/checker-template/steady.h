/* SPDX-License-Identifier: Apache-2.0 */
/* Which values must stay the same over a series. */
#pragma once

#include "parameters.h"

#include <mrqart/plugin.h>

/** Has the core watch the values of a file that chosen names, the shims, and the set of its TEs. */
void steady_watch(const struct mrq_file *file, const bool chosen[PARAMETERS],
                  struct mrq_verdict *verdict);
