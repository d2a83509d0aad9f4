/* SPDX-License-Identifier: Apache-2.0 */
/* Which files are none to be compared. */
#pragma once

#include <mrqart/plugin.h>

enum { REASON_BYTES = 160 };

/**
 * True, and the reason written, where the file holds no MR image, or an image of a kind that is
 * excluded: one of the parts of its ImageType is one of excluded, in any case.
 */
bool kinds_not_compared(const struct mrq_file *file, char *const *excluded, size_t count,
                        char reason[REASON_BYTES]);
