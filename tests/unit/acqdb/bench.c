/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with a database in it, written as the reference writes. */
#include "bench.h"
#include "base/log.h"
#include "base/memory.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

const char reference_tables[] =
    "create table acq (param_id integer, AcqTime text, AcqDate text, SeriesNumber text, SubID text,"
    " Operator text, Station text, Shims text);"
    "create table acq_param (is_ideal timestamp, Project text, SequenceName text, Phase text,"
    " iPAT text, Comments text, SequenceType text, PED_major text, TR text, TE text, Matrix text,"
    " PixelResol text, BWP text, BWPPE text, FA text, TA text, FoV text, SequenceFile text);"
    "insert into acq_param (Project, SequenceName, TR, TE) values ('Brain^wpc-1', 'rest', '1300',"
    " '30'), ('Brain^wpc-1', 'rest', '2000', '30'), ('null', 'loc', '8', '4');"
    "insert into acq (param_id, AcqTime, AcqDate, SeriesNumber, SubID) values"
    " (1, '101010.5', '20240101', '1', 'a'), (1, '101010.5', '20240102', '1', 'a'),"
    " (1, '101010.5', '20240103', '1', 'a'), (2, '101010.5', '20240104', '1', 'a'),"
    " (3, '101010.5', '20240105', '1', 'a'), (3, '101010.5', '20240106', '1', 'a');";

/* tables and rows of the reference's rebuild, not its text: one row per project and sequence */
const char reference_templates[] =
    "drop table if exists template_by_count;"
    "create table template_by_count as select count(*) as n, Project, SequenceName, param_id,"
    " min(AcqDate) first, max(AcqDate) last, group_concat(distinct TE) as multiecho_tes"
    " from acq a join acq_param p on a.param_id = p.rowid where param_id != 2"
    " group by Project, SequenceName, param_id;";

int bench_set_up(void **state) {
    struct bench *bench = mem_new(struct bench);
    strcpy(bench->folder, "/tmp/mrqart-acqdb-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    snprintf(bench->path, sizeof(bench->path), "%s/db.sqlite", bench->folder);
    log_set_level((enum mrq_level)0);
    *state = bench;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk) {
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

int bench_tear_down(void **state) {
    struct bench *bench = *state;
    nftw(bench->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(bench);
    return 0;
}

void bench_sql(const char *path, const char *sql) {
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s", message);
    }
    sqlite3_close(db);
}

char *bench_value(const char *path, const char *sql) {
    sqlite3 *db;
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    bool row = sqlite3_step(statement) == SQLITE_ROW;
    const char *text = row ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    char *value = mem_dup(text ? text : "");
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}
