/* SPDX-License-Identifier: Apache-2.0 */
/* The templates of the acquisition database, for checkers; an empty database, for the daemon. */
#pragma once

#include "acqdb/schema.h"

#include <stdbool.h>
#include <stddef.h>

/** The most frequent set of parameters of one Project and SequenceName. */
struct acqdb_template {
    /** In the order of acqdb_parameters; NULL: absent (reference.md 4). TE: all that are accepted.
     */
    const char *values[ACQDB_PARAMETERS];
    long long n;              /* how often it was seen */
    const char *first, *last; /* date of the first and the last time, or NULL */
};

struct acqdb;

/**
 * The templates of the database at path. Never fails: a database that is missing, locked, damaged
 * or not to be read is a log line in the name of `name` with its remedy, and has no templates until
 * it can be read. Destroy takes NULL.
 */
struct acqdb *acqdb_open(const char *path, const char *name);
void acqdb_close(struct acqdb *acqdb);

/**
 * The template of a project and sequence, case and LIKE's wildcards aside; NULL: there is none.
 * NULL, "" and "null" are one project; an absent sequence has no template: absence is no value that
 * could be equal to another. Valid until the next call.
 * Looks at the database first, and reads it anew when it has changed or was replaced; what it knew
 * stays while the database is busy, damaged, gone or being rebuilt.
 */
const struct acqdb_template *acqdb_find(struct acqdb *acqdb, const char *project,
                                        const char *sequence);

/** True once its templates have been read, none being some too. */
bool acqdb_was_read(const struct acqdb *acqdb);

/** How many templates are known. */
size_t acqdb_count(struct acqdb *acqdb);

/** What keeps the database from being read, if that has lasted; NULL when it is read. */
const char *acqdb_fault(const struct acqdb *acqdb);

/**
 * All templates, by project and sequence, *count of them. Free the list, not what it points to;
 * valid until the next call.
 */
const struct acqdb_template **acqdb_list(struct acqdb *acqdb, size_t *count);

/** True where text means that there is no value: NULL, "" or "null". */
bool acqdb_absent(const char *text);

/**
 * Makes a database with the reference's tables at path, or adds those that are missing to the one
 * that is there. Says why in the name of `name` and returns false when it cannot.
 */
bool acqdb_create(const char *path, const char *name);

/** A sentence on what to do about an SQLite result code: "is the disk full?", or "". */
const char *acqdb_remedy(int result);
