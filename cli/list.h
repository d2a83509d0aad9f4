/* SPDX-License-Identifier: Apache-2.0 */
/* The templates of a database, listed. */
#pragma once

#include "acqdb/acqdb.h"

enum list_form {
    LIST_NAMES,  /* how often and when last seen, project and sequence */
    LIST_VALUES, /* all values */
    LIST_JSON,   /* the same, an object per line */
};

/**
 * Prints count templates on standard output: as a table of tabs whose first line names the columns,
 * or fit for its lines where that is a terminal.
 */
void list_templates(const struct acqdb_template *const *list, size_t count, enum list_form form);
