/* SPDX-License-Identifier: Apache-2.0 */
/* Which station and which series a file belongs to (design.md 1, "Series tracking"). */
#pragma once

#include "check/check.h"
#include "check/lookup.h"
#include "check/writer.h"

/** Where the name of the station is taken from. */
enum station_source { STATION_NAME, STATION_SERIAL };

/** Fills in station, series_key, study, instance and split. */
void identity_find(const struct lookup *lookup, enum station_source source, const char *path,
                   struct check_answer *answer);

/**
 * The same of a header that was cut off. Elements come in the order of their tags (PS3.5 7.1), and
 * of those that tell series apart (0020,0011) is the last: without it only the station is told.
 */
void identity_of_torn(const struct lookup *lookup, enum station_source source, const char *path,
                      struct check_answer *answer);

/** The object json.series of check.h. */
void identity_write(const struct lookup *lookup, struct writer *writer);
