/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper's part in the database. */
#include "keeper_database.h"
#include "acqdb/acqdb.h"
#include "base/json_text.h"
#include "base/memory.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

enum {
    LOOK_MS = 1000,           /* what ails it is a warning in /healthz within some seconds */
    CREATE_LAST_MS = 3600000, /* attempts to make it become rarer, down to this */
};

static const char keeper[] = "keeper"; /* in whose name lib/acqdb logs */

struct keeper_database {
    char *path;
    struct acqdb *acqdb;
    bool existed; /* once it was there it is never made anew: somebody is replacing it */
    long long due_ms, create_ms, create_wait_ms;
    bool told;
    size_t templates;
    char *fault; /* as it was told, or NULL */
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct keeper_database *keeper_database_create(const char *path) {
    struct keeper_database *database = mem_new(struct keeper_database);
    database->path = mem_dup(path);
    database->create_wait_ms = LOOK_MS;
    return database;
}

void keeper_database_destroy(struct keeper_database *database) {
    if (database) {
        acqdb_close(database->acqdb);
        free(database->fault);
        free(database->path);
        free(database);
    }
}

long long keeper_database_due(const struct keeper_database *database) {
    return database->due_ms;
}

/* errno of looking for the file; made first where it never was */
static int find(struct keeper_database *database, long long now) {
    struct stat status;
    int error = stat(database->path, &status) == 0 ? 0 : errno;
    if (error == ENOENT && !database->existed && now >= database->create_ms) {
        error = acqdb_create(database->path, keeper) ? 0 : error;
        database->create_ms = now + database->create_wait_ms;
        database->create_wait_ms *= database->create_wait_ms < CREATE_LAST_MS ? 3 : 1;
    }
    database->existed = database->existed || !error;
    return error;
}

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

json_t *keeper_database_look(struct keeper_database *database) {
    long long now = now_ms();
    int error = find(database, now);
    if (!error && !database->acqdb) {
        database->acqdb = acqdb_open(database->path, keeper);
    }
    size_t templates = database->acqdb ? acqdb_count(database->acqdb) : 0;
    database->due_ms = now_ms() + LOOK_MS;
    const char *fault = error              ? strerror(error)
                        : !database->acqdb ? NULL
                                           : acqdb_fault(database->acqdb);
    if (database->told && templates == database->templates && same_text(fault, database->fault)) {
        return NULL;
    }
    database->told = true;
    free(database->fault);
    database->fault = fault ? mem_dup(fault) : NULL;
    database->templates = templates;
    json_t *news = json_object();
    json_object_set_new(news, "templates", json_integer((json_int_t)templates));
    json_object_set_new(news, "message", json_any_string(fault));
    return news;
}
