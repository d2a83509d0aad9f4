/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a header says of the images still to come. A wrong number is a false alarm in front of a
 * subject: whatever a header does not tell for certain is not known.
 */
#pragma once

#include "check/lookup.h"

/** Files due in the series of this file; 0: not known. */
long long expected_images(const struct lookup *lookup);

/** ms between two files of the series, where each is a volume; 0: not known. */
long long expected_period_ms(const struct lookup *lookup);
