/* SPDX-License-Identifier: Apache-2.0 */
/* How far imports have come, and what the acquisitions add up to. */
#include "acqdb/writer_parts.h"
#include "base/memory.h"

#include <stdio.h>

static const char import_table[] =
    "create table if not exists mrqart_import (folder text primary key, done integer)";

bool acqdb_import_note(struct acqdb_writer *writer, const char *folder, enum acqdb_import state) {
    sqlite3_stmt *statement = NULL;
    if (!writer_run(writer, import_table, "write") ||
        sqlite3_prepare_v2(writer->db, "insert or replace into mrqart_import values (?, ?)", -1,
                           &statement, NULL) != SQLITE_OK) {
        return false;
    }
    sqlite3_bind_text(statement, 1, folder, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 2, state == ACQDB_DONE);
    bool good = sqlite3_step(statement) == SQLITE_DONE || writer_failed(writer, "write");
    sqlite3_finalize(statement);
    return good;
}

enum acqdb_import acqdb_import_state(struct acqdb_writer *writer, const char *folder) {
    sqlite3_stmt *statement = NULL;
    enum acqdb_import state = ACQDB_NEW;
    if (sqlite3_prepare_v2(writer->db, "select done from mrqart_import where folder = ?", -1,
                           &statement, NULL) == SQLITE_OK) { /* no such table: all is new */
        sqlite3_bind_text(statement, 1, folder, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            state = sqlite3_column_int(statement, 0) ? ACQDB_DONE : ACQDB_BEGUN;
        }
    }
    sqlite3_finalize(statement);
    return state;
}

void acqdb_newest(struct acqdb_writer *writer, const char *name, char stamp[ACQDB_STAMP_BYTES]) {
    static const char query[] =
        "select max(a.AcqDate || ' ' || a.AcqTime) from acq a join acq_param p"
        " on a.param_id = p.rowid where a.AcqDate != 'null' and a.AcqTime != 'null'"
        " and (p.Project = ?1 collate nocase"
        " or substr(p.Project, instr(p.Project, '^') + 1) = ?1 collate nocase)";
    sqlite3_stmt *statement = NULL;
    stamp[0] = '\0';
    if (sqlite3_prepare_v2(writer->db, query, -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0)) {
            snprintf(stamp, ACQDB_STAMP_BYTES, "%s",
                     (const char *)sqlite3_column_text(statement, 0));
        }
    }
    sqlite3_finalize(statement);
}

bool acqdb_rebuild(struct acqdb_writer *writer, long long *count) {
    if (!schema_read(writer->db, &writer->schema)) {
        return writer_failed(writer, "read its tables");
    }
    AUTOFREE char *query = schema_count_query(&writer->schema);
    /* the query looks at the templates that are there */
    AUTOFREE char *sql = mem_printf("begin immediate; create temp table counted as %s;"
                                    " drop table if exists main.template_by_count;"
                                    " create table main.template_by_count as select * from counted;"
                                    " drop table temp.counted; commit;",
                                    query);
    if (!writer_run(writer, sql, "rebuild the templates")) {
        sqlite3_exec(writer->db, "rollback", NULL, NULL, NULL);
        return false;
    }
    *count = writer_number(writer, "select count(*) from template_by_count");
    return true;
}
