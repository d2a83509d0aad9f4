/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the writer share; of no use to others. */
#pragma once

#include "acqdb/writer.h"

/* what is looked for once per acquisition: the reference's tables have no index, and get none */
enum { FIND_KNOWN, ADD_KNOWN, FIND_SET, ADD_SET, ADD_PARAMETERS, ADD_ACQUISITION, STATEMENTS };

struct acqdb_writer {
    char *path;
    sqlite3 *db;
    struct schema schema;
    sqlite3_stmt *statements[STATEMENTS];
    long long version; /* of the database when the keys were gathered */
};

/** Says what cannot be done, SQLite's reason and the remedy; false. */
bool writer_failed(struct acqdb_writer *writer, const char *what);

/** Runs statements; false, having said that it cannot do what. */
bool writer_run(struct acqdb_writer *writer, const char *sql, const char *what);

/** The first number that a query gives, or 0. */
long long writer_number(struct acqdb_writer *writer, const char *sql);
