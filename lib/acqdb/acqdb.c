/* SPDX-License-Identifier: Apache-2.0 */
/* The templates of the acquisition database: followed while others write it. */
#include "acqdb/acqdb.h"
#include "acqdb/connect.h"
#include "acqdb/load.h"
#include "acqdb/templates.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
    MAKING_STEPS = 30, /* of 10 ms: a file without a byte is one that is being made */
    MAKING_STEP_NS = 10000000,
    FIRST_WAIT_MS = 1000,    /* at the start nothing is known: worth waiting for a writer */
    LATER_WAIT_MS = 0,       /* what is known serves until the next file */
    LIMIT_MS = 2000,         /* of a statement: 100,000 templates are read in a fraction of that */
    RETRY_NS = 100000000,    /* a database in trouble is tried ten times a second at most */
    RELOAD_SHARE = 10,       /* reading anew takes at most a tenth of the time */
    TROUBLE_NS = 2000000000, /* so long a rebuild or a writer may take without a word */
    QUIET_NS = 1000000000,   /* so long a file that nobody touches need not be asked about */
    STAMP_NS = 100000000,    /* more than the steps in which the kernel stamps files */
};

/* what was stopped is tried again so rarely, and where nobody has touched the file */
static const long long stopped_wait_ns = 20000000000, unchanged_wait_ns = 3600000000000;

struct acqdb {
    char *path, *name;
    char *trouble; /* what keeps it from being read, once it was told; else NULL */
    sqlite3 *db;
    sqlite3_stmt *data_version;
    long long version;           /* of what was loaded */
    struct stat opened;          /* the file that db has open */
    struct templates *templates; /* never NULL; empty until something was loaded */
    bool loaded, counted;        /* counted: there was no table of templates, we counted */
    bool stopped;                /* reading it took too long */
    long long not_before_ns, trouble_since_ns, quiet_until_ns, unchanged_until_ns;
    struct log_fault fault;
};

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void disconnect(struct acqdb *acqdb) {
    sqlite3_finalize(acqdb->data_version);
    sqlite3_close(acqdb->db);
    acqdb->data_version = NULL;
    acqdb->db = NULL;
}

/* what is known stays; when it lasts, or nothing is known, it is said */
static void trouble(struct acqdb *acqdb, const char *what, const char *remedy) {
    long long now = now_ns();
    acqdb->quiet_until_ns = 0;
    acqdb->not_before_ns = now + RETRY_NS;
    if (!acqdb->trouble_since_ns) {
        acqdb->trouble_since_ns = now;
    }
    if (acqdb->loaded && now - acqdb->trouble_since_ns < TROUBLE_NS) {
        return;
    }
    free(acqdb->trouble);
    acqdb->trouble = mem_printf("%s%s%s", what, *remedy ? ": " : "", remedy);
    log_fault_tell(&acqdb->fault, acqdb->name, "cannot read the database %s: %s; %s", acqdb->path,
                   acqdb->trouble,
                   acqdb->loaded ? "the templates known so far are used"
                                 : "files are checked without templates until it can");
}

static void recovered(struct acqdb *acqdb) {
    acqdb->trouble_since_ns = acqdb->unchanged_until_ns = 0;
    acqdb->stopped = false;
    free(acqdb->trouble);
    acqdb->trouble = NULL;
    log_fault_over(&acqdb->fault, acqdb->name, "the database %s is read again: %zu templates",
                   acqdb->path, templates_count(acqdb->templates));
}

static void trouble_sqlite(struct acqdb *acqdb, int result) {
    AUTOFREE char *what = mem_dup(acqdb->db ? sqlite3_errmsg(acqdb->db) : sqlite3_errstr(result));
    acqdb->stopped = (result & 0xff) == SQLITE_INTERRUPT;
    if (acqdb->stopped && !acqdb->trouble_since_ns) {
        acqdb->trouble_since_ns =
            now_ns() - TROUBLE_NS; /* it does not pass by itself: tell it now */
    }
    trouble(acqdb, what, acqdb_remedy(result));
    if (acqdb->stopped) {
        acqdb->not_before_ns = now_ns() + stopped_wait_ns;
        acqdb->unchanged_until_ns = now_ns() + unchanged_wait_ns;
    }
}

static bool same_file(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* a file written over in place by something else than SQLite shows only here */
static bool same_content(const struct stat *a, const struct stat *b) {
    return a->st_size == b->st_size && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/*
 * Asking for the version takes ten system calls. Nothing can have changed where neither the file
 * was touched since it was asked last, nor anybody writes to a log beside it.
 */
static bool untouched(const struct acqdb *acqdb, const struct stat *file) {
    struct stat log;
    return now_ns() < acqdb->quiet_until_ns && same_content(file, &acqdb->opened) &&
           stat(sqlite3_filename_wal(sqlite3_db_filename(acqdb->db, "main")), &log) < 0;
}

/* The version is still that of file: of one stamped just now, the next change may not show. */
static void rest(struct acqdb *acqdb, const struct stat *file) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    long long age_ns = (long long)(now.tv_sec - file->st_ctim.tv_sec) * 1000000000 + now.tv_nsec -
                       file->st_ctim.tv_nsec;
    acqdb->quiet_until_ns = age_ns > STAMP_NS ? now_ns() + QUIET_NS : 0;
}

static bool connect_to(struct acqdb *acqdb, const struct stat *file) {
    disconnect(acqdb);
    acqdb->opened = *file;
    acqdb->quiet_until_ns = 0;
    int result =
        connect_open(acqdb->path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, LIMIT_MS, &acqdb->db);
    if (result == SQLITE_OK) {
        sqlite3_busy_timeout(acqdb->db, acqdb->loaded ? LATER_WAIT_MS : FIRST_WAIT_MS);
        result = sqlite3_prepare_v3(acqdb->db, "pragma data_version", -1, SQLITE_PREPARE_PERSISTENT,
                                    &acqdb->data_version, NULL);
    }
    if (result != SQLITE_OK) {
        trouble_sqlite(acqdb, result);
        disconnect(acqdb);
        return false;
    }
    return true;
}

/* false: it cannot be told now */
static bool read_version(struct acqdb *acqdb, long long *version) {
    int result = sqlite3_step(acqdb->data_version);
    *version = result == SQLITE_ROW ? sqlite3_column_int64(acqdb->data_version, 0) : 0;
    sqlite3_reset(acqdb->data_version);
    if (result != SQLITE_ROW) {
        trouble_sqlite(acqdb, result);
    }
    return result == SQLITE_ROW;
}

static bool load(struct acqdb *acqdb, long long version) {
    long long began = now_ns();
    struct templates *templates = templates_create();
    /* the table vanishes for a moment when it is rebuilt: then what is known is better */
    enum load_counting counting =
        acqdb->loaded && !acqdb->counted ? LOAD_TABLE_ONLY : LOAD_COUNT_IF_MISSING;
    enum load_outcome outcome = load_templates(acqdb->db, counting, templates);
    if (outcome == LOAD_FAILED || outcome == LOAD_NO_TABLE) {
        templates_destroy(templates);
        if (outcome == LOAD_FAILED) {
            trouble_sqlite(acqdb, sqlite3_extended_errcode(acqdb->db));
        } else {
            trouble(acqdb, "it has no table of templates",
                    "rebuild it with \"mrqart db rebuild\" if nobody does");
        }
        return false;
    }
    templates_destroy(acqdb->templates);
    acqdb->templates = templates;
    acqdb->counted = outcome == LOAD_COUNTED;
    acqdb->loaded = true;
    acqdb->version = version;
    sqlite3_busy_timeout(acqdb->db, LATER_WAIT_MS);
    long long now = now_ns();
    acqdb->not_before_ns = now + (now - began) * RELOAD_SHARE;
    recovered(acqdb);
    return true;
}

/* false: there is no file that could be a database */
static bool look(struct acqdb *acqdb, struct stat *file, bool waits) {
    if (stat(acqdb->path, file) < 0) {
        if (!waits) {
            trouble(acqdb, strerror(errno),
                    errno == ENOENT ? "make it with \"mrqart db init\""
                                    : "give the service's user the right to read it");
        }
        return false;
    }
    if (S_ISDIR(file->st_mode)) {
        if (!waits) {
            trouble(acqdb, "it is a folder", "give the path of the database's file");
        }
        return false;
    }
    return true;
}

/* reading took too long: a new file in its place is read at once, a changed one after a while */
static bool still_stopped(const struct acqdb *acqdb, const struct stat *file, bool waits) {
    return acqdb->stopped && same_file(file, &acqdb->opened) &&
           (waits || (same_content(file, &acqdb->opened) && now_ns() < acqdb->unchanged_until_ns));
}

static void refresh(struct acqdb *acqdb) {
    struct stat file;
    long long version;
    bool waits = acqdb->not_before_ns && now_ns() < acqdb->not_before_ns;
    if (!look(acqdb, &file, waits)) {
        return;
    }
    bool connected = acqdb->db && same_file(&file, &acqdb->opened);
    if (acqdb->stopped ? still_stopped(acqdb, &file, waits)
                       : waits && (connected || acqdb->trouble_since_ns)) {
        return;
    }
    if (connected && !acqdb->stopped && untouched(acqdb, &file)) {
        return;
    }
    bool fresh = !connected;
    if (fresh && !connect_to(acqdb, &file)) {
        return;
    }
    if (!read_version(acqdb, &version)) {
        return;
    }
    if (!fresh && acqdb->loaded && version == acqdb->version) {
        if (same_content(&file, &acqdb->opened)) {
            recovered(acqdb);
            rest(acqdb, &file);
            return;
        }
        if (!connect_to(acqdb, &file) || !read_version(acqdb, &version)) {
            return;
        }
    }
    if (load(acqdb, version) || acqdb->stopped) {
        acqdb->opened = file;
    }
}

static void wait_until_made(const char *path) {
    static const struct timespec step = {.tv_nsec = MAKING_STEP_NS};
    struct stat file;
    for (int i = 0; i < MAKING_STEPS && stat(path, &file) == 0 && file.st_size == 0; i++) {
        nanosleep(&step, NULL);
    }
}

struct acqdb *acqdb_open(const char *path, const char *name) {
    struct acqdb *acqdb = mem_new(struct acqdb);
    acqdb->path = mem_dup(path);
    acqdb->name = mem_dup(name);
    acqdb->templates = templates_create();
    wait_until_made(path);
    refresh(acqdb);
    return acqdb;
}

void acqdb_close(struct acqdb *acqdb) {
    if (!acqdb) {
        return;
    }
    disconnect(acqdb);
    templates_destroy(acqdb->templates);
    free(acqdb->path);
    free(acqdb->name);
    free(acqdb->trouble);
    free(acqdb);
}

const struct acqdb_template *acqdb_find(struct acqdb *acqdb, const char *project,
                                        const char *sequence) {
    refresh(acqdb);
    return templates_find(acqdb->templates, project, sequence);
}

bool acqdb_was_read(const struct acqdb *acqdb) {
    return acqdb->loaded;
}

size_t acqdb_count(struct acqdb *acqdb) {
    refresh(acqdb);
    return templates_count(acqdb->templates);
}

const char *acqdb_fault(const struct acqdb *acqdb) {
    return acqdb->trouble;
}

const struct acqdb_template **acqdb_list(struct acqdb *acqdb, size_t *count) {
    *count = acqdb_count(acqdb);
    return templates_sorted(acqdb->templates);
}
