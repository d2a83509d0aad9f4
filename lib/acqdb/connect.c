/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to databases of unknown origin. */
#include "acqdb/connect.h"
#include "acqdb/number_set.h"
#include "base/memory.h"

#include <time.h>

enum {
    LOOK_STEPS = 20000
}; /* of SQLite's machine, about a millisecond, between looks at the clock */

/* of one connection, freed with it */
struct limit {
    long long began_ms, limit_ms;
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* SQLITE_TRACE_STMT: a statement begins */
static int handle_statement(unsigned event, void *self, void *statement, void *sql) {
    (void)event, (void)statement, (void)sql;
    struct limit *limit = self;
    limit->began_ms = now_ms();
    return 0;
}

static int handle_progress(void *self) {
    const struct limit *limit = self;
    return now_ms() - limit->began_ms > limit->limit_ms;
}

/* te_set(TE): all distinct TEs, ascending, as text; a TE may itself be a list ("4.8,38.76") */
static void te_set_step(sqlite3_context *context, int count, sqlite3_value **values) {
    (void)count;
    struct number_set *set = sqlite3_aggregate_context(context, sizeof(*set));
    const char *text = (const char *)sqlite3_value_text(values[0]);
    if (set && text) {
        number_set_add(set, text);
    }
}

static void te_set_final(sqlite3_context *context) {
    const struct number_set *set = sqlite3_aggregate_context(context, 0);
    if (!set || !set->count) {
        sqlite3_result_null(context);
        return;
    }
    char text[NUMBER_SET_TEXT];
    number_set_text(set, text);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

int connect_open(const char *path, int flags, int limit_ms, sqlite3 **db) {
    int result = sqlite3_open_v2(path, db, flags, NULL);
    if (result != SQLITE_OK) {
        return result;
    }
    struct limit *limit = mem_new(struct limit);
    limit->limit_ms = limit_ms;
    sqlite3_extended_result_codes(*db, 1);
    sqlite3_db_config(*db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_trace_v2(*db, SQLITE_TRACE_STMT, handle_statement, limit);
    sqlite3_progress_handler(*db, LOOK_STEPS, handle_progress, limit);
    /* the function owns the limit: SQLite frees it when the connection is closed, or at a failure
     */
    return sqlite3_create_function_v2(*db, "te_set", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, limit,
                                      NULL, te_set_step, te_set_final, free);
}
