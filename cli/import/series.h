/* SPDX-License-Identifier: Apache-2.0 */
/* What a folder of files holds: one acquisition for each of its series. */
#pragma once

#include "dicom/dicom.h"
#include "scan.h"

#include <jansson.h>

/** A folder that is to be read. */
struct series_job {
    const char *path;
    enum series_mode mode;
    const struct scan_names *wanted;
};

/**
 * Reads files of a folder in the order of their names: the first of a series represents it, the TEs
 * of the following ones are joined to its own until one repeats, and where files
 * from all over it have several TRs or flip angles these are joined, ascending.
 * Returns {"rows": [{"file", "study", "parameters": […], "acquisition": […]}], "skipped": [[path,
 * why]]}; values are database strings in the order of acqdb_parameters and acqdb_acquisition.
 */
json_t *series_read(struct dicom_reader *reader, const struct series_job *job);
