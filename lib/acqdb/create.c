/* SPDX-License-Identifier: Apache-2.0 */
/* Making an empty database, and what to do about SQLite's complaints. */
#include "acqdb/acqdb.h"
#include "acqdb/connect.h"
#include "base/log.h"
#include "base/memory.h"

enum {
    WRITER_WAIT_MS = 5000, /* another program may be writing */
    CREATE_LIMIT_MS = 10000,
};

/* whole sentences, by the primary result code */
static const struct {
    int result;
    const char *remedy;
} remedies[] = {
    {SQLITE_CANTOPEN, "does its folder exist, and may this user read it? (a database in WAL mode "
                      "needs the right to write in its folder: \"pragma journal_mode = delete\")"},
    {SQLITE_READONLY, "give this user the right to write the file and its folder"},
    {SQLITE_PERM, "give this user the right to read and write the file"},
    {SQLITE_AUTH, "give this user the right to read the file"},
    {SQLITE_BUSY, "another program holds it locked: wait for it, or end it"},
    {SQLITE_LOCKED, "another program holds it locked: wait for it, or end it"},
    {SQLITE_CORRUPT, "restore a backup, or save what can be read with \"sqlite3 FILE .recover\""},
    {SQLITE_NOTADB, "is this the right file? restore a backup, or make a new one with "
                    "\"mrqart db init\""},
    {SQLITE_FULL, "the disk is full: make room"},
    {SQLITE_INTERRUPT,
     "it took too long: \"mrqart db rebuild\" makes its table of templates anew, or "
     "restore a backup"},
    {SQLITE_IOERR, "the disk or the share fails: look at the kernel's log"},
};

const char *acqdb_remedy(int result) {
    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
        if (remedies[i].result == (result & 0xff)) {
            return remedies[i].remedy;
        }
    }
    return "";
}

bool acqdb_create(const char *path, const char *name) {
    sqlite3 *db = NULL;
    int result =
        connect_open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, CREATE_LIMIT_MS, &db);
    if (result == SQLITE_OK) {
        AUTOFREE char *statements = mem_printf("begin immediate; %s commit;", schema_create);
        sqlite3_busy_timeout(db, WRITER_WAIT_MS);
        result = sqlite3_exec(db, statements, NULL, NULL, NULL);
    }
    if (result != SQLITE_OK) {
        const char *remedy = acqdb_remedy(result);
        struct log_fault fault = {0};
        log_fault_tell(&fault, name, "cannot make the database %s: %s%s%s", path,
                       db ? sqlite3_errmsg(db) : sqlite3_errstr(result), *remedy ? ": " : "",
                       remedy);
    }
    sqlite3_close(db);
    return result == SQLITE_OK;
}
