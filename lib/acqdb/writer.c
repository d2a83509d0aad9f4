/* SPDX-License-Identifier: Apache-2.0 */
/* Writing acquisitions and templates. */
#include "acqdb/writer.h"
#include "acqdb/acqdb.h"
#include "acqdb/connect.h"
#include "acqdb/writer_parts.h"
#include "base/log.h"
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

enum {
    WRITER_WAIT_MS = 30000, /* the reference's import may be running */
    NEEDED = 3,             /* of them that must be there: absence is no identity */
    WRITER_LIMIT_MS =
        120000,   /* of a statement: counting 1,000,000 acquisitions takes some seconds */
    IDENTITY = 4, /* columns that make two acquisitions the same */
};

static const char *const identity[IDENTITY] = {"AcqTime", "AcqDate", "SubID", "SeriesNumber"};
static const char *const needed[NEEDED] = {"AcqDate", "AcqTime", "SeriesNumber"};

bool writer_failed(struct acqdb_writer *writer, const char *what) {
    int result = sqlite3_extended_errcode(writer->db);
    const char *remedy = acqdb_remedy(result);
    log_error("%s: cannot %s: %s%s%s", writer->path, what, sqlite3_errmsg(writer->db),
              *remedy ? ": " : "", remedy);
    return false;
}

bool writer_run(struct acqdb_writer *writer, const char *sql, const char *what) {
    return sqlite3_exec(writer->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           writer_failed(writer, what);
}

long long writer_number(struct acqdb_writer *writer, const char *sql) {
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(writer->db, sql, -1, &statement, NULL);
    long long number =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return number;
}

static void append(char **text, const char *more) {
    char *longer = mem_printf("%s%s", *text, more);
    free(*text);
    *text = longer;
}

/* an expression that joins columns to a key; the unit separator is in no header value */
static char *key_of(const char *const *columns, const bool *present, size_t count) {
    char *key = mem_dup("''");
    for (size_t i = 0; i < count; i++) {
        if (!present || present[i]) {
            AUTOFREE char *part =
                mem_printf(" || coalesce(nullif(\"%s\", ''), 'null') || char(31)", columns[i]);
            append(&key, part);
        }
    }
    return key;
}

/* keys of all that is there, in tables of this connection only */
static bool gather_keys(struct acqdb_writer *writer) {
    AUTOFREE char *known = key_of(identity, NULL, IDENTITY);
    AUTOFREE char *set = key_of(acqdb_parameters, writer->schema.parameter, ACQDB_PARAMETERS);
    AUTOFREE char *sql = mem_printf("delete from temp.known; delete from temp.sets;"
                                    "insert or ignore into temp.known select %s from acq;"
                                    "insert or ignore into temp.sets select %s, rowid"
                                    " from acq_param order by rowid;",
                                    known, set);
    return writer_run(writer, sql, "read its acquisitions");
}

static bool prepare(struct acqdb_writer *writer, int which, const char *sql) {
    return sqlite3_prepare_v3(writer->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                              &writer->statements[which], NULL) == SQLITE_OK ||
           writer_failed(writer, "prepare to write");
}

static char *insert_into(const char *table, const char *first, const char *const *columns,
                         const bool *present, size_t count) {
    AUTOFREE char *names = mem_dup(first);
    AUTOFREE char *places = mem_dup(*first ? "?" : "");
    for (size_t i = 0; i < count; i++) {
        if (present[i]) {
            append(&names, *names ? ", \"" : "\"");
            append(&names, columns[i]);
            append(&names, "\"");
            append(&places, *places ? ", ?" : "?");
        }
    }
    return mem_printf("insert into main.%s (%s) values (%s)", table, names, places);
}

static bool prepare_all(struct acqdb_writer *writer) {
    const struct schema *schema = &writer->schema;
    AUTOFREE char *parameters =
        insert_into("acq_param", "", acqdb_parameters, schema->parameter, ACQDB_PARAMETERS);
    AUTOFREE char *acquisition =
        insert_into("acq", "param_id", acqdb_acquisition, schema->acquisition, ACQDB_ACQUISITION);
    return prepare(writer, FIND_KNOWN, "select 1 from temp.known where key = ?") &&
           prepare(writer, ADD_KNOWN, "insert into temp.known values (?)") &&
           prepare(writer, FIND_SET, "select id from temp.sets where key = ?") &&
           prepare(writer, ADD_SET, "insert into temp.sets values (?, ?)") &&
           prepare(writer, ADD_PARAMETERS, parameters) &&
           prepare(writer, ADD_ACQUISITION, acquisition);
}

static bool open_tables(struct acqdb_writer *writer) {
    if (!schema_read(writer->db, &writer->schema)) {
        return writer_failed(writer, "read its tables");
    }
    for (size_t i = 0; i < ACQDB_ACQUISITION; i++) { /* Shims may be lacking, the others not */
        if (!writer->schema.acquisition[i] && strcmp(acqdb_acquisition[i], "Shims") != 0) {
            log_error("%s: it has no tables of acquisitions: make them with \"mrqart db init\"",
                      writer->path);
            return false;
        }
    }
    return writer_run(writer,
                      "pragma temp_store = memory;"
                      "create temp table known (key text primary key) without rowid;"
                      "create temp table sets (key text primary key, id integer) without rowid;",
                      "prepare to write") &&
           gather_keys(writer) && prepare_all(writer);
}

struct acqdb_writer *acqdb_writer_open(const char *path) {
    struct acqdb_writer *writer = mem_new(struct acqdb_writer);
    writer->path = mem_dup(path);
    bool good =
        connect_open(path, SQLITE_OPEN_READWRITE, WRITER_LIMIT_MS, &writer->db) == SQLITE_OK;
    if (!good) {
        writer_failed(writer, "open it");
    } else {
        sqlite3_busy_timeout(writer->db, WRITER_WAIT_MS);
        good = open_tables(writer);
    }
    if (!good) {
        acqdb_writer_close(writer);
        return NULL;
    }
    return writer;
}

void acqdb_writer_close(struct acqdb_writer *writer) {
    if (!writer) {
        return;
    }
    for (int i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(writer->statements[i]);
    }
    sqlite3_close(writer->db);
    free(writer->path);
    free(writer);
}

bool acqdb_begin(struct acqdb_writer *writer) {
    if (!writer_run(writer, "begin immediate", "begin to write")) {
        return false;
    }
    long long version = writer_number(writer, "pragma data_version");
    bool stale = version != writer->version; /* another program has written */
    writer->version = version;
    return !stale || gather_keys(writer);
}

bool acqdb_commit(struct acqdb_writer *writer) {
    return writer_run(writer, "commit", "write");
}

static const char *stored(const char *value) {
    return value ? value : "null";
}

/* empty is absent, as where the element is not there at all: nobody typed an operator (type 2) */
static const char *present(const char *value) {
    return acqdb_absent(value) ? "null" : value;
}

static const char *acquisition_value(const struct acqdb_row *row, const char *column) {
    for (size_t i = 0; i < ACQDB_ACQUISITION; i++) {
        if (strcmp(acqdb_acquisition[i], column) == 0) {
            return present(row->acquisition[i]);
        }
    }
    return "null";
}

static char *known_key(const struct acqdb_row *row) {
    char *key = mem_dup("");
    for (size_t i = 0; i < IDENTITY; i++) {
        append(&key, acquisition_value(row, identity[i]));
        append(&key, "\x1f");
    }
    return key;
}

static char *set_key(const struct acqdb_writer *writer, const struct acqdb_row *row) {
    char *key = mem_dup("");
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        if (writer->schema.parameter[i]) {
            append(&key, present(row->parameters[i]));
            append(&key, "\x1f");
        }
    }
    return key;
}

/* runs a statement whose first value is key; 0: no row; else the row's number */
static long long find(struct acqdb_writer *writer, int which, const char *key) {
    sqlite3_stmt *statement = writer->statements[which];
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    long long found =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return found;
}

static bool finish(struct acqdb_writer *writer, int which) {
    int result = sqlite3_step(writer->statements[which]);
    sqlite3_reset(writer->statements[which]);
    return result == SQLITE_DONE || writer_failed(writer, "write");
}

/* the row of the set of parameters, made if it is new; 0: said why */
static long long set_row(struct acqdb_writer *writer, const struct acqdb_row *row) {
    AUTOFREE char *key = set_key(writer, row);
    long long id = find(writer, FIND_SET, key);
    if (id) {
        return id;
    }
    int place = 1;
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        if (writer->schema.parameter[i]) {
            sqlite3_bind_text(writer->statements[ADD_PARAMETERS], place++,
                              stored(row->parameters[i]), -1, SQLITE_STATIC);
        }
    }
    if (!finish(writer, ADD_PARAMETERS)) {
        return 0;
    }
    id = sqlite3_last_insert_rowid(writer->db);
    sqlite3_bind_text(writer->statements[ADD_SET], 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(writer->statements[ADD_SET], 2, id);
    return finish(writer, ADD_SET) ? id : 0;
}

static bool add_acquisition(struct acqdb_writer *writer, const struct acqdb_row *row,
                            long long set) {
    sqlite3_stmt *statement = writer->statements[ADD_ACQUISITION];
    int place = 1;
    sqlite3_bind_int64(statement, place++, set);
    for (size_t i = 0; i < ACQDB_ACQUISITION; i++) {
        if (writer->schema.acquisition[i]) {
            sqlite3_bind_text(statement, place++, present(row->acquisition[i]), -1, SQLITE_STATIC);
        }
    }
    return finish(writer, ADD_ACQUISITION);
}

enum acqdb_added acqdb_add(struct acqdb_writer *writer, const struct acqdb_row *row,
                           const char **absent) {
    for (size_t i = 0; i < NEEDED; i++) {
        if (acqdb_absent(acquisition_value(row, needed[i]))) {
            *absent = needed[i];
            return ACQDB_ABSENT;
        }
    }
    AUTOFREE char *key = known_key(row);
    if (find(writer, FIND_KNOWN, key)) {
        return ACQDB_KNOWN;
    }
    long long set = set_row(writer, row);
    if (!set || !add_acquisition(writer, row, set)) {
        return ACQDB_FAILED;
    }
    sqlite3_bind_text(writer->statements[ADD_KNOWN], 1, key, -1, SQLITE_STATIC);
    return finish(writer, ADD_KNOWN) ? ACQDB_ADDED : ACQDB_FAILED;
}
