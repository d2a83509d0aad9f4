/* SPDX-License-Identifier: Apache-2.0 */
/* Writing acquisitions and templates, by the rules that the reference's importer follows. */
#pragma once

#include "acqdb/schema.h"

#include <stdbool.h>

/** One acquisition: database strings in the order of the column lists; NULL is written as "null",
 * of the acquisition "" too.
 */
struct acqdb_row {
    const char *parameters[ACQDB_PARAMETERS];
    const char *acquisition[ACQDB_ACQUISITION];
};

enum acqdb_added {
    ACQDB_ADDED,
    ACQDB_KNOWN,  /* the same AcqTime, AcqDate, SubID and SeriesNumber are there */
    ACQDB_ABSENT, /* without AcqDate, AcqTime or SeriesNumber: not stored */
    ACQDB_FAILED, /* said why */
};

/** How far the import of a session has come. */
enum acqdb_import { ACQDB_NEW, ACQDB_BEGUN, ACQDB_DONE };

struct acqdb_writer;

/** Opens an existing database. Says why and returns NULL when it cannot. Close takes NULL. */
struct acqdb_writer *acqdb_writer_open(const char *path);
void acqdb_writer_close(struct acqdb_writer *writer);

/** Everything between begin and commit is in the database as a whole, or not at all. */
bool acqdb_begin(struct acqdb_writer *writer);
bool acqdb_commit(struct acqdb_writer *writer);

/** Adds one acquisition. *absent becomes the name of the missing value with ACQDB_ABSENT. */
enum acqdb_added acqdb_add(struct acqdb_writer *writer, const struct acqdb_row *row,
                           const char **absent);

/** Remembers in a table of our own how far the import of the session at folder has come. */
bool acqdb_import_note(struct acqdb_writer *writer, const char *folder, enum acqdb_import state);
enum acqdb_import acqdb_import_state(struct acqdb_writer *writer, const char *folder);

/**
 * Date and time ("20241108 124648.795000") of the newest acquisition of the project called name, or
 * whose part after "^" is name, in any case; "" where there is none.
 */
enum { ACQDB_STAMP_BYTES = 64 };
void acqdb_newest(struct acqdb_writer *writer, const char *name, char stamp[ACQDB_STAMP_BYTES]);

/** Counts the templates anew, in one transaction. *count: how many there are. */
bool acqdb_rebuild(struct acqdb_writer *writer, long long *count);
