/* SPDX-License-Identifier: Apache-2.0 */
/* Reading all templates of an open database. */
#pragma once

#include "acqdb/templates.h"

enum load_outcome {
    LOAD_DONE,     /* from template_by_count */
    LOAD_COUNTED,  /* there is no such table: counted from the acquisitions */
    LOAD_NO_TABLE, /* there is none, and counting was not asked for or has nothing to count */
    LOAD_FAILED,   /* SQLite says why */
};

enum load_counting { LOAD_TABLE_ONLY, LOAD_COUNT_IF_MISSING };

/** Adds the templates of db to templates, columns that an older database lacks being absent. */
enum load_outcome load_templates(sqlite3 *db, enum load_counting counting,
                                 struct templates *templates);
