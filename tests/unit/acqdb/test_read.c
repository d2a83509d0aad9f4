/* SPDX-License-Identifier: Apache-2.0 */
/* Templates are read from databases of any age, and stay while those are written or replaced. */
#include "acqdb/connect.h"
#include "base/memory.h"
#include "bench.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TR = 7, TE = 8, SEQUENCE_FILE = 16 };

/* what is known is looked at again after a while: trouble, or a long load, delays that */
static const struct acqdb_template *find_soon(struct acqdb *acqdb, const char *sequence,
                                              const char *tr) {
    for (int tries = 0; tries < 10000; tries++) {
        const struct acqdb_template *found = acqdb_find(acqdb, "brain^WPC-1", sequence);
        if (found && strcmp(found->values[TR], tr) == 0) {
            return found;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return NULL;
}

static struct acqdb *open_reference(struct bench *bench) {
    bench_sql(bench->path, reference_tables);
    bench_sql(bench->path, reference_templates);
    return acqdb_open(bench->path, "test");
}

static void a_template_is_found_by_both_names_in_any_case(void **state) {
    struct acqdb *acqdb = open_reference(*state);
    const struct acqdb_template *found = acqdb_find(acqdb, "BRAIN^wpc-1", "REST");
    assert_non_null(found);
    assert_int_equal(found->n, 3);
    assert_string_equal(found->first, "20240101");
    assert_string_equal(found->last, "20240103");
    assert_string_equal(found->values[TR], "1300");
    assert_string_equal(found->values[TE], "30");
    assert_null(found->values[SEQUENCE_FILE]);
    assert_null(acqdb_find(acqdb, "Brain^wpc-1", "re%"));
    assert_null(acqdb_find(acqdb, "Brain^wpc-1", "r_st"));
    assert_null(acqdb_find(acqdb, "Brain^wpc-2", "rest"));
    assert_int_equal(acqdb_count(acqdb), 2);
    acqdb_close(acqdb);
}

static void an_absent_project_is_one_name(void **state) {
    struct acqdb *acqdb = open_reference(*state);
    assert_non_null(acqdb_find(acqdb, NULL, "loc"));
    assert_non_null(acqdb_find(acqdb, "", "loc"));
    assert_non_null(acqdb_find(acqdb, "null", "loc"));
    acqdb_close(acqdb);
}

static void an_absent_sequence_has_no_template(void **state) {
    static const char *const absences[] = {NULL, "", "null"};
    struct bench *bench = *state;
    acqdb_close(open_reference(bench));
    bench_sql(bench->path,
              "insert into acq_param (Project, SequenceName, TR) values"
              " ('null', 'null', '1'), ('Brain^wpc-1', '', '2'), (null, null, '3');"
              "insert into template_by_count (n, Project, SequenceName, param_id)"
              " select 9, Project, SequenceName, rowid from acq_param where rowid > 3");
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    for (int i = 0; i < 3; i++) {
        assert_null(acqdb_find(acqdb, absences[i], absences[i]));
        assert_null(acqdb_find(acqdb, "Brain^wpc-1", absences[i]));
    }
    assert_int_equal(acqdb_count(acqdb), 2);
    acqdb_close(acqdb);
}

static void rows_that_differ_in_case_only_are_weighed(void **state) {
    struct bench *bench = *state;
    bench_sql(bench->path, reference_tables);
    bench_sql(bench->path, reference_templates);
    bench_sql(bench->path, "insert into acq_param (Project, SequenceName, TR) values"
                           " ('BRAIN^wpc-1', 'Rest', '1'), ('brain^WPC-1', 'REST', '2');"
                           "insert into template_by_count values"
                           " (9, 'BRAIN^wpc-1', 'Rest', 4, '20200101', '20240101', null),"
                           " (9, 'brain^WPC-1', 'REST', 5, '20200101', '20250101', null);");
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    assert_string_equal(acqdb_find(acqdb, "Brain^wpc-1", "rest")->values[TR], "2");
    assert_int_equal(acqdb_count(acqdb), 2);
    acqdb_close(acqdb);
}

static void a_set_of_echo_times_stands_for_the_one(void **state) {
    struct bench *bench = *state;
    acqdb_close(open_reference(bench));
    bench_sql(bench->path, "update template_by_count set multiecho_tes = '4.8,30' where n = 3");
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    assert_string_equal(acqdb_find(acqdb, "Brain^wpc-1", "rest")->values[TE], "4.8,30");
    acqdb_close(acqdb);
}

static void what_the_reference_could_not_read_is_no_echo_time(void **state) {
    struct bench *bench = *state;
    acqdb_close(open_reference(bench));
    bench_sql(bench->path, "update template_by_count set multiecho_tes = 'null,4.8,38.76'");
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    assert_string_equal(acqdb_find(acqdb, "Brain^wpc-1", "rest")->values[TE], "4.8,38.76");
    acqdb_close(acqdb);
    bench_sql(bench->path, "update template_by_count set multiecho_tes = 'null,null'");
    acqdb = acqdb_open(bench->path, "test");
    assert_string_equal(acqdb_find(acqdb, "Brain^wpc-1", "rest")->values[TE], "30");
    acqdb_close(acqdb);
}

static void an_older_database_lacks_columns(void **state) {
    struct bench *bench = *state;
    bench_sql(bench->path, "create table acq_param (Project, SequenceName, TR);"
                           "insert into acq_param values ('Brain^wpc-1', 'rest', '1300');"
                           "create table template_by_count (n, Project, SequenceName, param_id);"
                           "insert into template_by_count values (7, 'Brain^wpc-1', 'rest', 1);");
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    const struct acqdb_template *found = acqdb_find(acqdb, "Brain^wpc-1", "rest");
    assert_non_null(found);
    assert_int_equal(found->n, 7);
    assert_null(found->first);
    assert_null(found->values[TE]);
    acqdb_close(acqdb);
}

static void without_a_table_of_templates_they_are_counted(void **state) {
    struct bench *bench = *state;
    bench_sql(bench->path, reference_tables);
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    const struct acqdb_template *found = acqdb_find(acqdb, "Brain^wpc-1", "rest");
    assert_non_null(found);
    assert_int_equal(found->n, 3);
    assert_string_equal(found->values[TR], "1300");
    bench_sql(bench->path, reference_templates);
    bench_sql(bench->path, "update acq_param set TR = '1400' where rowid = 1");
    assert_non_null(find_soon(acqdb, "rest", "1400"));
    acqdb_close(acqdb);
}

static void a_change_in_place_is_seen(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    bench_sql(bench->path, "update acq_param set TR = '1400' where rowid = 1");
    assert_non_null(find_soon(acqdb, "rest", "1400"));
    acqdb_close(acqdb);
}

/* longer untouched than the steps in which the kernel stamps files: nobody asks the database then
 */
static void let_it_rest(struct acqdb *acqdb) {
    nanosleep(&(struct timespec){.tv_nsec = 150000000}, NULL);
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
}

static void a_change_after_a_rest_is_seen_with_the_next_file(void **state) {
    static const char *const modes[] = {"delete", "truncate", "wal", "wal"};
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    for (int i = 0; i < 4; i++) {
        let_it_rest(acqdb);
        AUTOFREE char *tr = mem_printf("%d", 1400 + i);
        AUTOFREE char *sql = mem_printf("pragma journal_mode = %s;"
                                        "update acq_param set TR = '%s' where rowid = 1",
                                        modes[i], tr);
        bench_sql(bench->path, sql);
        assert_string_equal(acqdb_find(acqdb, "Brain^wpc-1", "rest")->values[TR], tr);
    }
    acqdb_close(acqdb);
}

static void a_file_renamed_over_it_is_seen(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    AUTOFREE char *other = mem_printf("%s.new", bench->path);
    bench_sql(other, reference_tables);
    bench_sql(other, reference_templates);
    bench_sql(other, "update acq_param set TR = '1500' where rowid = 1");
    assert_int_equal(rename(other, bench->path), 0);
    const struct acqdb_template *found = acqdb_find(acqdb, "Brain^wpc-1", "rest");
    assert_non_null(found); /* at once: either the old or the new one */
    assert_non_null(find_soon(acqdb, "rest", "1500"));
    acqdb_close(acqdb);
}

static void what_is_known_stays_during_a_rebuild(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    bench_sql(bench->path, "drop table template_by_count");
    for (int i = 0; i < 100; i++) {
        assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    }
    bench_sql(bench->path, reference_templates);
    bench_sql(bench->path, "update acq_param set TR = '1400' where rowid = 1");
    assert_non_null(find_soon(acqdb, "rest", "1400"));
    acqdb_close(acqdb);
}

static void what_is_known_stays_while_it_is_locked_or_gone_or_damaged(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    sqlite3 *writer;
    assert_int_equal(sqlite3_open(bench->path, &writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(writer, "begin exclusive", NULL, NULL, NULL), SQLITE_OK);
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    sqlite3_close(writer);

    AUTOFREE char *aside = mem_printf("%s.aside", bench->path);
    assert_int_equal(rename(bench->path, aside), 0);
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    FILE *damaged = fopen(bench->path, "w");
    for (int i = 0; i < 10000; i++) {
        fputc('x', damaged);
    }
    fclose(damaged);
    for (int i = 0; i < 300; i++) {
        assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    assert_int_equal(rename(aside, bench->path), 0);
    bench_sql(bench->path, "update acq_param set TR = '1400' where rowid = 1");
    assert_non_null(find_soon(acqdb, "rest", "1400"));
    acqdb_close(acqdb);
}

static const char endless_view[] =
    "drop table template_by_count; create view template_by_count as with recursive"
    " r(x) as (select 1 union all select x + 1 from r) select x as n, 'Brain^wpc-1' as Project,"
    " 'rest' as SequenceName, x as param_id, '' as first, '' as last, '' as multiecho_tes from r;";

static void an_endless_view_is_no_table(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    bench_sql(bench->path, endless_view);
    for (int tries = 0; !acqdb_fault(acqdb) && tries < 10000; tries++) {
        assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    assert_non_null(acqdb_fault(acqdb));
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    acqdb_close(acqdb);
    bench_sql(bench->path, "drop table acq");
    acqdb = acqdb_open(bench->path, "test");
    assert_int_equal(acqdb_count(acqdb), 0);
    assert_non_null(acqdb_fault(acqdb));
    acqdb_close(acqdb);
}

static void no_statement_runs_for_ever(void **state) {
    enum { LIMIT_MS = 20 };
    static const char endless[] =
        "with recursive r(x) as (select 1 union all select x + 1 from r) select max(x) from r";
    struct bench *bench = *state;
    sqlite3 *db;
    assert_int_equal(
        connect_open(bench->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, LIMIT_MS, &db),
        SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, endless, NULL, NULL, NULL), SQLITE_INTERRUPT);
    assert_true(*acqdb_remedy(SQLITE_INTERRUPT));
    assert_int_equal(sqlite3_exec(db, "create table t (x)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void a_database_that_comes_later_is_taken_up(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    assert_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    bench_sql(bench->path, reference_tables);
    bench_sql(bench->path, reference_templates);
    assert_non_null(find_soon(acqdb, "rest", "1300"));
    acqdb_close(acqdb);
    acqdb_close(NULL);
}

static void reading_leaves_the_file_as_it_is(void **state) {
    struct bench *bench = *state;
    acqdb_close(open_reference(bench));
    bench_sql(bench->path, "pragma journal_mode = wal");
    struct stat before, after;
    assert_int_equal(stat(bench->path, &before), 0);
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    assert_non_null(acqdb_find(acqdb, "Brain^wpc-1", "rest"));
    acqdb_close(acqdb);
    assert_int_equal(stat(bench->path, &after), 0);
    assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
    AUTOFREE char *mode = bench_value(bench->path, "pragma journal_mode");
    assert_string_equal(mode, "wal");
}

static void an_unchanged_database_costs_microseconds(void **state) {
    struct bench *bench = *state;
    struct acqdb *acqdb = open_reference(bench);
    enum { FINDS = 20000 };
    struct timespec began, ended;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
    for (int i = 0; i < FINDS; i++) {
        acqdb_find(acqdb, "Brain^wpc-1", "rest");
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
    double us =
        (double)(ended.tv_sec - began.tv_sec) * 1e6 + (double)(ended.tv_nsec - began.tv_nsec) / 1e3;
    printf("%.2f µs for one look at an unchanged database\n", us / FINDS);
    acqdb_close(acqdb);
}

static void an_empty_database_is_made_once(void **state) {
    struct bench *bench = *state;
    assert_true(acqdb_create(bench->path, "test"));
    struct acqdb *acqdb = acqdb_open(bench->path, "test");
    assert_int_equal(acqdb_count(acqdb), 0);
    acqdb_close(acqdb);
    bench_sql(bench->path, "insert into acq (AcqTime) values ('1')");
    assert_true(acqdb_create(bench->path, "test"));
    AUTOFREE char *count = bench_value(bench->path, "select count(*) from acq");
    assert_string_equal(count, "1");
    AUTOFREE char *nowhere = mem_printf("%s/no/such/folder/db.sqlite", bench->folder);
    assert_false(acqdb_create(nowhere, "test"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_template_is_found_by_both_names_in_any_case),
        BENCH_TEST(an_absent_project_is_one_name),
        BENCH_TEST(an_absent_sequence_has_no_template),
        BENCH_TEST(rows_that_differ_in_case_only_are_weighed),
        BENCH_TEST(a_set_of_echo_times_stands_for_the_one),
        BENCH_TEST(what_the_reference_could_not_read_is_no_echo_time),
        BENCH_TEST(an_older_database_lacks_columns),
        BENCH_TEST(without_a_table_of_templates_they_are_counted),
        BENCH_TEST(a_change_in_place_is_seen),
        BENCH_TEST(a_change_after_a_rest_is_seen_with_the_next_file),
        BENCH_TEST(a_file_renamed_over_it_is_seen),
        BENCH_TEST(what_is_known_stays_during_a_rebuild),
        BENCH_TEST(what_is_known_stays_while_it_is_locked_or_gone_or_damaged),
        BENCH_TEST(an_endless_view_is_no_table),
        BENCH_TEST(no_statement_runs_for_ever),
        BENCH_TEST(a_database_that_comes_later_is_taken_up),
        BENCH_TEST(reading_leaves_the_file_as_it_is),
        BENCH_TEST(an_unchanged_database_costs_microseconds),
        BENCH_TEST(an_empty_database_is_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
