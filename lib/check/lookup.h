/* SPDX-License-Identifier: Apache-2.0 */
/* Header values by name: asked some sixty times per file, so that a walk over the list shows. */
#pragma once

#include "dicom/dicom.h"

struct lookup;

/** For the values of reader, whose list never changes. Both must live as long. */
struct lookup *lookup_create(const struct dicom_reader *reader);
void lookup_destroy(struct lookup *lookup);

/** The value called name of the reader's last file; NULL where the list has no such name. */
const struct dicom_value *lookup_value(const struct lookup *lookup, const char *name);

/** The name that name may be a slip of; NULL: it is like none. */
const char *lookup_nearest(const struct lookup *lookup, const char *name);

/** Its text, NULL also where it is absent. */
const char *lookup_text(const struct lookup *lookup, const char *name);

/** Its text, where that says anything: NULL for "" and for the database's "null" too. */
const char *lookup_present(const struct lookup *lookup, const char *name);
