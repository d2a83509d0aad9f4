/* SPDX-License-Identifier: Apache-2.0 */
/* Which station and which series a file belongs to (design.md 1, "Series tracking"). */
#pragma once

#include "check/check.h"
#include "check/writer.h"
#include "dicom/dicom.h"

/** Where the name of the station is taken from. */
enum station_source { STATION_NAME, STATION_SERIAL };

/** Fills in station, series_key and split. */
void identity_find(const struct dicom_reader *reader, enum station_source source, const char *path,
                   struct check_answer *answer);

/** The object json.series of check.h. */
void identity_write(const struct dicom_reader *reader, struct writer *writer);

/** The text of a header value, or NULL where it is absent or the list lacks it. */
const char *identity_text(const struct dicom_reader *reader, const char *name);
