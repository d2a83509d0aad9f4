/* SPDX-License-Identifier: Apache-2.0 */
/* Acquisition databases: there, readable by the service, whole, with templates. */
#include "base/json_text.h"
#include "base/memory.h"
#include "child.h"
#include "doctor.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* the one value of a statement as text, or NULL with the reason in *fault; free both */
static char *value_of(sqlite3 *database, const char *sql, char **fault) {
    sqlite3_stmt *statement = NULL;
    char *value = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        value = mem_dup((const char *)sqlite3_column_text(statement, 0));
    }
    if (!value) {
        *fault = mem_dup(sqlite3_errmsg(database));
    }
    sqlite3_finalize(statement);
    return value;
}

/* in a child, with the user's rights: {"errno"}, or {"whole", "templates"} or their faults */
static json_t *examine(void *self) {
    const char *path = self;
    json_t *seen = json_object();
    if (access(path, R_OK) < 0) {
        json_object_set_new(seen, "errno", json_integer(errno));
        return seen;
    }
    sqlite3 *database = NULL;
    char *fault = NULL;
    sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY, NULL);
    sqlite3_busy_timeout(database, CHILD_WAIT_MS / 3);
    char *whole = value_of(database, "pragma quick_check(1)", &fault);
    json_object_set_new(seen, "whole", json_any_string(whole ? whole : fault));
    char *templates =
        whole ? value_of(database, "select count(*) from template_by_count", &fault) : NULL;
    json_object_set_new(seen, "templates", json_any_string(templates));
    sqlite3_close(database);
    return seen;
}

static void tell_missing(struct doctor *doctor, const char *path, int error) {
    if (error == ENOENT) {
        report_warn(doctor->report, "database",
                    "Fill it: mrqart db import --database FILE FOLDER of an archive",
                    "%s is not there, so that nothing can be compared", path);
        return;
    }
    AUTOFREE char *remedy = mem_printf(
        "Let user %s read it: chown, chmod, and the folders above it", doctor->account.name);
    report_fail(doctor->report, "database", remedy, "user %s cannot read %s: %s",
                doctor->account.name, path, strerror(error));
}

static void examine_database(struct doctor *doctor, const char *path) {
    json_auto_t *seen = child_ask(&doctor->account, examine, (void *)path);
    const char *whole = json_string_value(json_object_get(seen, "whole"));
    const char *templates = json_string_value(json_object_get(seen, "templates"));
    if (!seen) {
        report_fail(doctor->report, "database", "Is it on a network share? Copy it to this machine",
                    "%s does not answer", path);
    } else if (json_object_get(seen, "errno")) {
        tell_missing(doctor, path, (int)json_integer_value(json_object_get(seen, "errno")));
    } else if (!whole || strcmp(whole, "ok") != 0) {
        report_fail(doctor->report, "database",
                    "Take a backup, or make it anew: mrqart db import reads the archive again",
                    "%s is damaged: %s", path, whole ? whole : "it cannot be read");
    } else if (!templates) {
        report_warn(doctor->report, "database", "mrqart db rebuild makes its templates",
                    "%s has no table of templates", path);
    } else if (strcmp(templates, "0") == 0) {
        report_warn(doctor->report, "database",
                    "Fill it: mrqart db import --database FILE FOLDER of an archive",
                    "%s has no templates, so that nothing can be compared", path);
    } else {
        report_ok(doctor->report, "database", "%s is whole and has %s templates", path, templates);
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
