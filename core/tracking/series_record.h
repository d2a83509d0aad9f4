/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A series in the state file: "KEY" has all of it, "KEY/count" what changes with every file and is
 * always put behind it; "KEY/images/N" have its images, so many in each (instances.h), and stand
 * before the counts that include them. KEY is the series' key of /state.
 */
#pragma once

#include "station.h"
#include <jansson.h>
#include <stdbool.h>

/** "0123456789abcdef-0" or the same with "/count". Free it. */
char *series_record_key(const struct series *series, bool counts);

json_t *series_record(const struct series *series);
json_t *series_record_counts(struct series *series);

/** "0123456789abcdef-0/images/2". Free it. */
char *series_record_instances_key(const struct series *series, size_t chunk);
bool series_record_is_instances(const char *key);

/**
 * Takes one of the other records back in; false: it makes no sense, and is passed over. *series:
 * the one whose counts it has; NULL: none.
 */
bool series_record_restore(struct stations *stations, const char *key, const json_t *value,
                           struct series **series);
