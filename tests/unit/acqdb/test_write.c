/* SPDX-License-Identifier: Apache-2.0 */
/* Acquisitions are written, and templates counted, by the rules that both programs share. */
#include "acqdb/writer.h"
#include "base/memory.h"
#include "bench.h"

enum { SEQUENCE = 1, PHASE = 2, TR = 7, TE = 8 };
enum { ACQ_TIME, ACQ_DATE, NUMBER, SUBJECT, OPERATOR };

static struct acqdb_row acquisition(const char *date, const char *tr, const char *te) {
    return (struct acqdb_row){
        .parameters = {"Brain^wpc-1", "rest", [TR] = tr, [TE] = te},
        .acquisition = {"101010.5", date, "3", "subject", "operator", "scanner", "1,2"}};
}

static enum acqdb_added add(struct acqdb_writer *writer, const struct acqdb_row *row) {
    const char *absent = NULL;
    return acqdb_add(writer, row, &absent);
}

static void add_times(struct acqdb_writer *writer, int times, const char *month, const char *tr,
                      const char *te) {
    for (int i = 0; i < times; i++) {
        AUTOFREE char *date = mem_printf("%s%02d", month, i + 1);
        struct acqdb_row row = acquisition(date, tr, te);
        assert_int_equal(add(writer, &row), ACQDB_ADDED);
    }
}

static struct acqdb_writer *open_empty(struct bench *bench) {
    assert_true(acqdb_create(bench->path, "test"));
    struct acqdb_writer *writer = acqdb_writer_open(bench->path);
    assert_non_null(writer);
    assert_true(acqdb_begin(writer));
    return writer;
}

static void expect(struct bench *bench, const char *sql, const char *value) {
    AUTOFREE char *found = bench_value(bench->path, sql);
    assert_string_equal(found, value);
}

static void an_acquisition_is_stored_once(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    struct acqdb_row row = acquisition("20240101", "1300", "30");
    assert_int_equal(add(writer, &row), ACQDB_ADDED);
    assert_int_equal(add(writer, &row), ACQDB_KNOWN);
    assert_true(acqdb_commit(writer));
    acqdb_writer_close(writer);
    writer = acqdb_writer_open(((struct bench *)*state)->path);
    assert_true(acqdb_begin(writer));
    assert_int_equal(add(writer, &row), ACQDB_KNOWN);
    assert_true(acqdb_commit(writer));
    acqdb_writer_close(writer);
    expect(*state, "select count(*) from acq", "1");
    expect(*state, "select Phase || SequenceFile from acq_param", "nullnull");
    expect(*state, "select Station || Shims from acq", "scanner1,2");
    acqdb_writer_close(NULL);
}

static void equal_parameters_share_a_row(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    add_times(writer, 3, "202401", "1300", "30");
    add_times(writer, 2, "202402", "2000", "30");
    assert_true(acqdb_commit(writer));
    acqdb_writer_close(writer);
    expect(*state, "select count(*) from acq_param", "2");
    expect(*state, "select count(*) from acq where param_id = 1", "3");
}

static void what_another_program_writes_meanwhile_is_known(void **state) {
    struct bench *bench = *state;
    struct acqdb_writer *writer = open_empty(bench);
    assert_true(acqdb_commit(writer));
    bench_sql(bench->path, "insert into acq (AcqTime, AcqDate, SubID, SeriesNumber) values"
                           " ('101010.5', '20240101', 'subject', '3')");
    assert_true(acqdb_begin(writer));
    struct acqdb_row row = acquisition("20240101", "1300", "30");
    assert_int_equal(add(writer, &row), ACQDB_KNOWN);
    assert_true(acqdb_commit(writer));
    acqdb_writer_close(writer);
}

static void an_empty_value_is_stored_as_an_absent_one(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    struct acqdb_row row = acquisition("20240101", "1300", "30");
    row.acquisition[SUBJECT] = row.acquisition[OPERATOR] = "";
    assert_int_equal(add(writer, &row), ACQDB_ADDED);
    row.acquisition[SUBJECT] = NULL;
    assert_int_equal(add(writer, &row), ACQDB_KNOWN);
    assert_true(acqdb_commit(writer));
    acqdb_writer_close(writer);
    expect(*state, "select SubID || Operator || Station from acq", "nullnullscanner");
}

static void what_tells_acquisitions_apart_must_be_there(void **state) {
    static const char *const absences[] = {NULL, "", "null"};
    static const int needed[] = {ACQ_TIME, ACQ_DATE, NUMBER};
    static const char *const names[] = {"AcqTime", "AcqDate", "SeriesNumber"};
    struct acqdb_writer *writer = open_empty(*state);
    for (size_t i = 0; i < 9; i++) {
        struct acqdb_row row = acquisition("20240101", "1300", "30");
        const char *absent = NULL;
        row.acquisition[needed[i / 3]] = absences[i % 3];
        assert_int_equal(acqdb_add(writer, &row, &absent), ACQDB_ABSENT);
        assert_string_equal(absent, names[i / 3]);
    }
    acqdb_writer_close(writer);
}

static void an_older_database_is_written_as_far_as_it_goes(void **state) {
    struct bench *bench = *state;
    bench_sql(bench->path,
              "create table acq (param_id integer, AcqTime text, AcqDate text, SeriesNumber text,"
              " SubID text, Operator text, Station text);"
              "create table acq_param (Project text, SequenceName text, TR text, TE text);");
    struct acqdb_writer *writer = acqdb_writer_open(bench->path);
    assert_non_null(writer);
    assert_true(acqdb_begin(writer));
    struct acqdb_row row = acquisition("20240101", "1300", "30");
    row.parameters[PHASE] = "1";
    assert_int_equal(add(writer, &row), ACQDB_ADDED);
    assert_true(acqdb_commit(writer));
    long long count = 0;
    assert_true(acqdb_rebuild(writer, &count));
    assert_int_equal(count, 1);
    acqdb_writer_close(writer);
    expect(bench, "select n from template_by_count where Project = 'Brain^wpc-1'", "1");
}

static void the_most_frequent_set_becomes_the_template(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    add_times(writer, 5, "202401", "1300", "30");
    add_times(writer, 2, "202402", "2000", "30");
    assert_true(acqdb_commit(writer));
    long long count = 0;
    assert_true(acqdb_rebuild(writer, &count));
    acqdb_writer_close(writer);
    assert_int_equal(count, 1);
    expect(*state, "select n || first || last || multiecho_tes from template_by_count",
           "5202401012024010530");
    expect(*state, "select TR from template_by_count t join acq_param p on p.rowid = t.param_id",
           "1300");
}

static void expect_template(struct bench *bench, struct acqdb_writer *writer, const char *tr) {
    long long count = 0;
    assert_true(acqdb_commit(writer));
    assert_true(acqdb_rebuild(writer, &count));
    assert_int_equal(count, 1);
    expect(bench, "select TR from template_by_count t join acq_param p on p.rowid = t.param_id",
           tr);
    assert_true(acqdb_begin(writer));
}

static void of_equally_frequent_sets_the_one_that_was_there_first_wins(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    add_times(writer, 2, "202405", "1300", "30");
    add_times(writer, 2, "202403", "2000", "30");
    expect_template(*state, writer, "2000");
    acqdb_writer_close(writer);
}

static void a_tie_keeps_the_template_that_is_there(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    add_times(writer, 1, "202401", "2000", "30");
    add_times(writer, 2, "202405", "1300", "30");
    expect_template(*state, writer, "1300");
    add_times(writer, 1, "202406", "2000", "30"); /* two each; 2000 is the older one */
    expect_template(*state, writer, "1300");
    add_times(writer, 1, "202407", "2000", "30");
    expect_template(*state, writer, "2000");
    acqdb_writer_close(writer);
}

static void what_has_no_name_becomes_no_template(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    static const char *const absences[] = {NULL, "", "null"};
    for (int i = 0; i < 3; i++) {
        struct acqdb_row row = acquisition("20240101", "1300", "30");
        row.parameters[SEQUENCE] = absences[i];
        row.acquisition[NUMBER] = (const char *[]){"1", "2", "3"}[i];
        assert_int_equal(add(writer, &row), ACQDB_ADDED);
    }
    add_times(writer, 1, "202402", "1300", "30");
    expect_template(*state, writer, "1300");
    acqdb_writer_close(writer);
}

static void views_and_triggers_of_the_file_are_not_run(void **state) {
    struct bench *bench = *state;
    struct acqdb_writer *writer = open_empty(bench);
    acqdb_writer_close(writer);
    bench_sql(bench->path, "create table harm (x); create trigger t after insert on acq begin"
                           " insert into harm values (1); end;");
    writer = acqdb_writer_open(bench->path);
    assert_true(acqdb_begin(writer));
    add_times(writer, 1, "202401", "1300", "30");
    expect_template(bench, writer, "1300");
    acqdb_writer_close(writer);
    expect(bench, "select count(*) from harm", "0");
    bench_sql(bench->path,
              "alter table acq rename to other; create view acq as select * from other");
    assert_null(acqdb_writer_open(bench->path));
}

static void a_wrong_echo_time_seen_once_is_not_accepted(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    add_times(writer, 25, "202401", "1300", "38.76");
    add_times(writer, 20, "202402", "1300", "4.8");
    add_times(writer, 1, "202403", "1300", "7.4");  /* too seldom */
    add_times(writer, 9, "202404", "2000", "12.5"); /* differs in TR as well */
    add_times(writer, 4, "202405", "1300", "4.80,21.5");
    assert_true(acqdb_commit(writer));
    long long count = 0;
    assert_true(acqdb_rebuild(writer, &count));
    acqdb_writer_close(writer);
    AUTOFREE char *tes =
        bench_value(((struct bench *)*state)->path, "select multiecho_tes from template_by_count");
    assert_true(strcmp(tes, "4.8,21.5,38.76") == 0 || strcmp(tes, "4.80,21.5,38.76") == 0);
}

static void the_newest_acquisition_is_that_of_the_project(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    add_times(writer, 5, "202401", "1300", "30");
    char stamp[ACQDB_STAMP_BYTES];
    acqdb_newest(writer, "WPC-1", stamp);
    assert_string_equal(stamp, "20240105 101010.5");
    acqdb_newest(writer, "Brain^WPC-1", stamp);
    assert_string_equal(stamp, "20240105 101010.5");
    acqdb_newest(writer, "pc-1", stamp);
    assert_string_equal(stamp, "");
    acqdb_writer_close(writer);
}

static void the_state_of_an_import_is_remembered(void **state) {
    struct acqdb_writer *writer = open_empty(*state);
    assert_int_equal(acqdb_import_state(writer, "/a"), ACQDB_NEW);
    assert_true(acqdb_import_note(writer, "/a", ACQDB_BEGUN));
    assert_int_equal(acqdb_import_state(writer, "/a"), ACQDB_BEGUN);
    assert_true(acqdb_import_note(writer, "/a", ACQDB_DONE));
    assert_int_equal(acqdb_import_state(writer, "/a"), ACQDB_DONE);
    assert_true(acqdb_commit(writer));
    acqdb_writer_close(writer);
}

static void what_is_no_database_is_refused(void **state) {
    struct bench *bench = *state;
    assert_null(acqdb_writer_open(bench->path));
    bench_sql(bench->path, "create table other (x)");
    assert_null(acqdb_writer_open(bench->path));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        BENCH_TEST(an_acquisition_is_stored_once),
        BENCH_TEST(equal_parameters_share_a_row),
        BENCH_TEST(what_another_program_writes_meanwhile_is_known),
        BENCH_TEST(an_empty_value_is_stored_as_an_absent_one),
        BENCH_TEST(what_tells_acquisitions_apart_must_be_there),
        BENCH_TEST(an_older_database_is_written_as_far_as_it_goes),
        BENCH_TEST(the_most_frequent_set_becomes_the_template),
        BENCH_TEST(of_equally_frequent_sets_the_one_that_was_there_first_wins),
        BENCH_TEST(a_tie_keeps_the_template_that_is_there),
        BENCH_TEST(what_has_no_name_becomes_no_template),
        BENCH_TEST(views_and_triggers_of_the_file_are_not_run),
        BENCH_TEST(a_wrong_echo_time_seen_once_is_not_accepted),
        BENCH_TEST(the_newest_acquisition_is_that_of_the_project),
        BENCH_TEST(the_state_of_an_import_is_remembered),
        BENCH_TEST(what_is_no_database_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
