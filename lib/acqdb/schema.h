/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the reference's database (reference.md 3), and what an older one lacks of them. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

enum { ACQDB_PARAMETERS = 17, ACQDB_ACQUISITION = 7 };

/** Columns of acq_param that hold header values: what makes two acquisitions the same protocol. */
extern const char *const acqdb_parameters[ACQDB_PARAMETERS];

/** Columns of acq that hold header values: what tells two acquisitions apart. */
extern const char *const acqdb_acquisition[ACQDB_ACQUISITION];

/** Which columns a database has; views and virtual tables are no tables. */
struct schema {
    bool acq, acq_param; /* the tables */
    bool parameter[ACQDB_PARAMETERS], acquisition[ACQDB_ACQUISITION];
    /* template_by_count and its columns */
    bool templates, n, first, last, param_id, multiecho_tes;
};

/** Looks at db; false when it cannot be read now (sqlite3_errmsg() says why). */
bool schema_read(sqlite3 *db, struct schema *schema);

/** Statements that make an empty database: acq and acq_param as the reference's, no template. */
extern const char schema_create[];

/**
 * A query that counts acquisitions and gives one row per Project and SequenceName: n, Project,
 * SequenceName, param_id, first, last, multiecho_tes. Needs acq and acq_param, and the function
 * te_set() (connect.h). Of equally frequent sets the template that is there stays, then the one
 * that was there first. An acquisition without a SequenceName has none. Free it.
 */
char *schema_count_query(const struct schema *schema);
