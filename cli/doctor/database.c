/* SPDX-License-Identifier: Apache-2.0 */
/* Acquisition databases: there, readable by the service, whole, with templates. */
#include "acqdb/acqdb.h"
#include "acqdb/connect.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "child.h"
#include "doctor.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BUSY_MS = 2000,   /* an import writes for a fraction of a second at a time */
    LIMIT_MS = 60000, /* of a statement: a look at every page of a database of some GB */
};

/* the one value of a statement as text, NULL where it has none; free it. *result: SQLite's */
static char *value_of(sqlite3 *database, const char *sql, int *result) {
    sqlite3_stmt *statement = NULL;
    char *value = NULL;
    *result = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (*result == SQLITE_OK && (*result = sqlite3_step(statement)) == SQLITE_ROW) {
        value = mem_dup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return value;
}

/* no table: null */
static void add_count(json_t *seen, sqlite3 *database, const char *key, const char *sql) {
    int result;
    AUTOFREE char *count = value_of(database, sql, &result);
    json_object_set_new(seen, key, count ? json_integer(atoll(count)) : json_null());
}

/* in a child, with the user's rights: {"errno"}, {"result", "fault"}, or what is in it */
static json_t *examine(void *self) {
    const char *path = self;
    json_t *seen = json_object();
    if (access(path, R_OK) < 0) {
        json_object_set_new(seen, "errno", json_integer(errno));
        return seen;
    }
    sqlite3 *database = NULL;
    int result = SQLITE_OK;
    connect_open(path, SQLITE_OPEN_READONLY, LIMIT_MS, &database);
    sqlite3_busy_timeout(database, BUSY_MS);
    AUTOFREE char *whole = value_of(database, "pragma quick_check(1)", &result);
    if (!whole) {
        json_object_set_new(seen, "result", json_integer(result));
        json_object_set_new(seen, "fault", json_any_string(sqlite3_errmsg(database)));
    } else if (strcmp(whole, "ok") != 0) {
        json_object_set_new(seen, "result", json_integer(SQLITE_CORRUPT));
        json_object_set_new(seen, "fault", json_any_string(whole));
    } else {
        add_count(seen, database, "templates", "select count(*) from template_by_count");
        add_count(seen, database, "acquisitions", "select count(*) from acq");
    }
    sqlite3_close(database);
    return seen;
}

static void tell_missing(struct doctor *doctor, const char *path, int error) {
    if (error == ENOENT) {
        AUTOFREE char *remedy =
            mem_printf("Fill it: mrqart db import --database %s FOLDER of an archive", path);
        report_warn(doctor->report, "database", remedy,
                    "%s is not there, so that nothing can be compared", path);
        return;
    }
    AUTOFREE char *remedy = mem_printf(
        "Let user %s read it: chown, chmod, and the folders above it", doctor->account.name);
    report_add(doctor->report, (struct report_line){doctor_denied(doctor), "database", remedy},
               "user %s cannot read %s: %s", doctor->account.name, path, strerror(error));
}

static void tell_fault(struct doctor *doctor, const char *path, const json_t *seen) {
    int result = (int)json_integer_value(json_object_get(seen, "result")) & 0xff;
    bool damaged = result == SQLITE_CORRUPT || result == SQLITE_NOTADB;
    const char *remedy = acqdb_remedy(result);
    report_fail(doctor->report, "database", *remedy ? remedy : "Look at it with sqlite3",
                damaged ? "%s is damaged: %s" : "%s cannot be read now: %s", path,
                json_string_value(json_object_get(seen, "fault")));
}

static void tell_content(struct doctor *doctor, const char *path, const json_t *seen) {
    json_int_t templates = json_integer_value(json_object_get(seen, "templates"));
    json_int_t acquisitions = json_integer_value(json_object_get(seen, "acquisitions"));
    AUTOFREE char *remedy =
        acquisitions > 0
            ? mem_printf("mrqart db rebuild --database %s makes them", path)
            : mem_printf("Fill it: mrqart db import --database %s FOLDER of an archive", path);
    if (templates > 0) {
        report_ok(doctor->report, "database", "%s is whole and has %lld templates", path,
                  (long long)templates);
    } else {
        report_warn(doctor->report, "database", remedy,
                    "%s has no templates, so that nothing can be compared", path);
    }
}

static void examine_database(struct doctor *doctor, const char *path) {
    json_auto_t *seen = child_ask(&doctor->account, examine, (void *)path);
    if (!seen) {
        report_fail(doctor->report, "database", "Is it on a network share? Copy it to this machine",
                    "%s does not answer", path);
    } else if (json_object_get(seen, "errno")) {
        tell_missing(doctor, path, (int)json_integer_value(json_object_get(seen, "errno")));
    } else if (json_object_get(seen, "fault")) {
        tell_fault(doctor, path, seen);
    } else {
        tell_content(doctor, path, seen);
    }
}

void doctor_database(struct doctor *doctor) {
    const char *common = doctor_option(doctor, "database");
    size_t at;
    json_t *checker;
    if (!doctor->config) {
        return;
    }
    if (common) {
        examine_database(doctor, common);
    }
    json_array_foreach(json_object_get(doctor->config, "checkers"), at, checker) {
        const char *own =
            json_string_value(json_object_get(json_object_get(checker, "settings"), "database"));
        if (own && *own && (!common || strcmp(own, common) != 0)) {
            examine_database(doctor, own);
        }
    }
}
