/* SPDX-License-Identifier: Apache-2.0 */
/* A file that cannot be read is charged to the series that something ties it to, or to none. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ABOUT(n) "\"study\":\"1\",\"number\":" #n ",\"name\":\"s" #n "\",\"expected\":4"

static const char *const abouts[] = {ABOUT(10), ABOUT(11), ABOUT(12)};

/* image of series 10, 11 or 12, whose keys are their numbers */
static void send_image(struct bench *bench, unsigned number, unsigned image, const char *name) {
    bench_send(bench, (struct bench_file){.key = number,
                                          .digest = 1,
                                          .about = abouts[number - 10],
                                          .image = number * 100 + image,
                                          .name = name});
}

static json_int_t unreadable(struct bench *bench, int number) {
    json_t *document = bench_state(bench), *entry;
    const json_t *history = bench_in(document, "AWP1", "history", NULL);
    json_int_t found = -1;
    for (size_t i = 0; i < json_array_size(history); i++) {
        entry = json_array_get(history, i);
        if (json_integer_value(bench_in(entry, "series", "number", NULL)) == number) {
            found = json_integer_value(bench_in(entry, "series", "unreadable", NULL));
        }
    }
    json_decref(document);
    return found;
}

static void assert_told(struct bench *bench, json_int_t number) {
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "error");
    const json_t *told = bench_last(bench, "series", "number", NULL);
    assert_int_equal(number ? json_integer_value(told) : 0, number);
    assert_true(number || json_is_null(bench_last(bench, "series", NULL)));
}

static void its_name_tells_its_series(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    send_image(bench, 11, 1, "001_000011_000001.dcm");
    bench_error(bench, "/data/one", "001_000010_000002.dcm");
    assert_told(bench, 10);
    bench_error(bench, "/data/one", "002_000011_000002.dcm"); /* by the number alone */
    assert_told(bench, 11);
    assert_int_equal(unreadable(bench, 10), 1);
    assert_int_equal(unreadable(bench, 11), 1);
}

static void its_header_tells_its_series_whatever_its_name_and_folder(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    send_image(bench, 11, 1, "001_000011_000001.dcm");
    bench_torn(bench, (struct bench_file){.key = 10,
                                          .station = "AWP1",
                                          .name = "001_000011_000002.dcm",
                                          .folder = "/else"});
    assert_told(bench, 10);
    bench_torn(bench,
               (struct bench_file){.key = 77, .station = "AWP1", .name = "001_000011_000003.dcm"});
    assert_told(bench, 0);
    assert_int_equal(unreadable(bench, 10), 1);
    assert_int_equal(unreadable(bench, 11), 0);
}

static void a_folder_of_one_series_tells_it(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "a.dcm");
    bench_error(bench, "/data/one", "b.dcm");
    assert_told(bench, 10);
    send_image(bench, 11, 1, "c.dcm");
    bench_error(bench, "/data/one", "d.dcm");
    assert_told(bench, 0);
    assert_string_equal(bench_text(bench_last(bench, "station", NULL)), "AWP1");
    assert_int_equal(unreadable(bench, 10), 1);
    assert_int_equal(unreadable(bench, 11), 0);
}

static void a_name_of_another_series_is_not_the_folders(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    bench_error(bench, "/data/one", "001_000011_000001.dcm");
    assert_told(bench, 0);
    assert_int_equal(unreadable(bench, 10), 0);
}

static void the_first_file_of_a_series_waits_for_it(void **state) {
    struct bench *bench = *state;
    bench_error(bench, "/data/one", "001_000011_000001.dcm");
    bench_torn(bench, (struct bench_file){.key = 12, .station = "AWP1", .name = "x.dcm"});
    assert_true(json_is_null(bench_last(bench, "series", NULL)));
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    send_image(bench, 11, 2, "001_000011_000002.dcm");
    send_image(bench, 12, 2, "y.dcm");
    assert_int_equal(unreadable(bench, 10), 0);
    assert_int_equal(unreadable(bench, 11), 1);
    assert_int_equal(unreadable(bench, 12), 1);
}

static void it_is_told_the_same_after_a_restart(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    send_image(bench, 11, 1, "001_000011_000001.dcm");
    bench_send(bench, (struct bench_file){
                          .key = 12, .about = ABOUT(12), .folder = "/alone", .name = "x.dcm"});
    bench_error(bench, "/data/one", "001_000010_000002.dcm");
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    bench_error(later, "/data/one", "001_000010_000003.dcm");
    assert_told(later, 10);
    bench_error(later, "/data/one", "y.dcm");
    assert_told(later, 0);
    bench_error(later, "/alone", "y.dcm");
    assert_told(later, 12);
    assert_int_equal(unreadable(later, 10), 2);
    assert_int_equal(unreadable(later, 11), 0);
    send_image(later, 10, 2, "001_000010_000002.dcm"); /* torn before, and whole now */
    assert_int_equal(unreadable(later, 10), 1);
    bench_destroy(later);
}

static void a_torn_file_counts_once_until_it_is_whole(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    for (int i = 0; i < 3; i++) {
        bench_error(bench, "/data/one", "001_000010_000002.dcm");
    }
    assert_int_equal(unreadable(bench, 10), 1);
    send_image(bench, 10, 2, "001_000010_000002.dcm");
    assert_int_equal(unreadable(bench, 10), 0);
}

static void a_torn_file_that_proves_to_be_another_series_is_taken_back(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "a.dcm");
    bench_error(bench, "/data/one", "b.dcm");
    assert_int_equal(unreadable(bench, 10), 1);
    send_image(bench, 11, 1, "b.dcm");
    assert_int_equal(unreadable(bench, 10), 0);
    assert_int_equal(unreadable(bench, 11), 0);
}

/* expected are 4 */
static void assert_incomplete(struct bench *bench) {
    static const struct phases_settings phases = {.stall_after_ms = 20, .session_end_ms = 60};
    bench_phases(bench, &phases);
    while (strcmp(bench_text(bench_last(bench, "type", NULL)), "ended") != 0) {
        bench_run(bench, bench->event_count + 1);
    }
    assert_true(json_is_true(bench_last(bench, "content", "incomplete", NULL)));
}

static void a_torn_copy_hides_no_image_that_is_missing(void **state) {
    struct bench *bench = *state;
    for (unsigned image = 1; image <= 3; image++) {
        send_image(bench, 10, image, "a.dcm");
    }
    bench_torn(bench,
               (struct bench_file){.key = 10, .station = "AWP1", .image = 1002, .name = "b.dcm"});
    assert_int_equal(unreadable(bench, 10), 1);
    assert_incomplete(bench);
}

static void two_torn_files_of_one_image_hide_none_either(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "a.dcm");
    send_image(bench, 10, 2, "a.dcm");
    bench_torn(bench,
               (struct bench_file){.key = 10, .station = "AWP1", .image = 1003, .name = "b.dcm"});
    bench_torn(bench,
               (struct bench_file){.key = 10, .station = "AWP1", .image = 1003, .name = "c.dcm"});
    assert_incomplete(bench);
}

static void errors_of_two_series_are_not_told_as_one(void **state) {
    struct bench *bench = *state;
    send_image(bench, 10, 1, "001_000010_000001.dcm");
    send_image(bench, 11, 1, "001_000011_000001.dcm");
    bench_interval(bench, 60000);
    bench_error(bench, "/data/one", "001_000010_000002.dcm");
    bench_error(bench, "/data/one", "001_000010_000003.dcm"); /* waits */
    bench_error(bench, "/data/one", "001_000011_000002.dcm");
    assert_told(bench, 10);
    assert_int_equal(json_integer_value(bench_last(bench, "series", "unreadable", NULL)), 2);
    tracking_flush(bench->tracking);
    assert_told(bench, 11);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(its_name_tells_its_series),
        TEST(its_header_tells_its_series_whatever_its_name_and_folder),
        TEST(a_folder_of_one_series_tells_it),
        TEST(a_name_of_another_series_is_not_the_folders),
        TEST(the_first_file_of_a_series_waits_for_it),
        TEST(it_is_told_the_same_after_a_restart),
        TEST(a_torn_file_counts_once_until_it_is_whole),
        TEST(a_torn_file_that_proves_to_be_another_series_is_taken_back),
        TEST(a_torn_copy_hides_no_image_that_is_missing),
        TEST(two_torn_files_of_one_image_hide_none_either),
        TEST(errors_of_two_series_are_not_told_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
