/* SPDX-License-Identifier: Apache-2.0 */
/* How often updates and errors are told, and in which order. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LONG_MS = 3600000, SHORT_MS = 20 }; /* never in this test; soon */

#define TR(value) BENCH_CONSTANT("TR", value, "")

static void assert_types(const struct bench *bench, const char *expected) {
    AUTOFREE char *types = bench_types(bench);
    assert_string_equal(types, expected);
}

static json_int_t content(const struct bench *bench) {
    return json_integer_value(bench_last(bench, "content", NULL));
}

static void send_files(struct bench *bench, uint64_t key, int files) {
    for (int i = 0; i < files; i++) {
        bench_send(bench, (struct bench_file){.key = key, .digest = key});
    }
}

static void the_first_update_is_told_at_once_and_the_last_one_always(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, SHORT_MS);
    send_files(bench, 1, 2);
    assert_types(bench, "new update");
    send_files(bench, 1, 100);
    bench_run(bench, 3);
    while (content(bench) < 101) { /* on a slow machine the interval passed while files came */
        bench_run(bench, bench->event_count + 1);
    }
    assert_int_equal(content(bench), 101);
}

static void with_no_interval_each_update_is_told(void **state) {
    struct bench *bench = *state;
    send_files(bench, 1, 1000);
    assert_int_equal(bench->event_count, 1000);
}

static void series_are_paced_apart(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, LONG_MS);
    send_files(bench, 1, 3);
    send_files(bench, 2, 3);
    assert_types(bench, "new update new update");
    tracking_flush(bench->tracking);
    assert_types(bench, "new update new update update update");
    assert_int_equal(content(bench), 2);
}

static void what_waits_is_told_before_a_change(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, LONG_MS);
    struct bench_file file = {.key = 1, .watch = TR("1300")};
    for (int i = 0; i < 5; i++) {
        bench_send(bench, file);
    }
    file.watch = TR("2000");
    bench_send(bench, file);
    assert_types(bench, "new update update changed");
    assert_int_equal(json_integer_value(bench_in(bench->events[2], "content", NULL)), 4);
    assert_int_equal(json_object_size(bench_in(bench->events[2], "series", "changes", NULL)), 0);
    assert_int_equal(json_integer_value(bench_last(bench, "series", "count", NULL)), 6);
}

static void a_new_kind_of_file_alone_is_paced_like_any(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, LONG_MS);
    for (uint64_t digest = 1; digest < 100; digest++) {
        bench_send(bench, (struct bench_file){.key = 1, .digest = digest});
    }
    assert_types(bench, "new update");
}

static void what_waits_in_a_folder_is_told_before_its_error(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, LONG_MS);
    for (int i = 0; i < 5; i++) {
        bench_send(bench, (struct bench_file){.key = 1, .digest = 1});
        bench_send(bench, (struct bench_file){.key = 2, .digest = 1, .folder = "/data/two"});
    }
    assert_int_equal(bench->event_count, 4);
    bench_error(bench, "/data/one", "bad.dcm");
    assert_types(bench, "new new update update update error");
    assert_int_equal(json_integer_value(bench_in(bench->events[4], "content", NULL)), 4);
}

static void errors_of_a_folder_are_gathered_with_a_count(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, LONG_MS);
    for (int i = 0; i < 10; i++) {
        bench_error(bench, "/data/one", i == 9 ? "last.dcm" : "bad.dcm");
    }
    bench_error(bench, "/data/two", "bad.dcm");
    assert_types(bench, "error error");
    tracking_flush(bench->tracking);
    assert_types(bench, "error error error");
    assert_int_equal(json_integer_value(bench_last(bench, "content", "count", NULL)), 10);
    assert_string_equal(bench_text(bench_last(bench, "content", "file", NULL)), "last.dcm");
}

static void what_waits_when_all_ends_is_not_told(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, LONG_MS);
    send_files(bench, 1, 10);
    bench_error(bench, "/data/one", "1");
    bench_error(bench, "/data/one", "2");
    send_files(bench, 1, 10);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(the_first_update_is_told_at_once_and_the_last_one_always),
        TEST(with_no_interval_each_update_is_told),
        TEST(series_are_paced_apart),
        TEST(what_waits_is_told_before_a_change),
        TEST(a_new_kind_of_file_alone_is_paced_like_any),
        TEST(what_waits_in_a_folder_is_told_before_its_error),
        TEST(errors_of_a_folder_are_gathered_with_a_count),
        TEST(what_waits_when_all_ends_is_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
