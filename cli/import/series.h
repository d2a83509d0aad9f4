/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder of files holds: one acquisition for each of its series. */
#pragma once

#include "dicom/dicom.h"

#include <jansson.h>

/** How many series a folder may hold. */
enum series_mode {
    SERIES_ONE = 's',  /* all files are one series; reading ends when its echoes repeat */
    SERIES_MANY = 'm', /* the headers tell series apart */
};

/**
 * Reads the wanted files of folder in the order of their names: the first of a series represents
 * it, and the TEs of the following ones are joined to its own until one repeats.
 * Returns {"rows": [{"file", "parameters": […], "acquisition": […]}], "skipped": [[path, why]]};
 * values are database strings in the order of acqdb_parameters and acqdb_acquisition.
 */
json_t *series_read(struct dicom_reader *reader, const char *folder, enum series_mode mode);
