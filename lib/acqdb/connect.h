/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to databases of unknown origin: nothing in them can keep or lead us. */
#pragma once

#include <sqlite3.h>

/**
 * Opens the database at path as sqlite3_open_v2() does with flags, and gives its result. Views and
 * triggers of the file are not run, and a statement that takes longer than limit_ms ends with
 * SQLITE_INTERRUPT (acqdb_remedy() says what to do). The function te_set() of schema_count_query()
 * is there. Close *db in any case.
 */
int connect_open(const char *path, int flags, int limit_ms, sqlite3 **db);
