/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of split series (MFSPLIT), whose volumes may each have a series number of their own. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { RUN = 1, TWIN = 2, THIRD = 3 }; /* series keys */

static void send_files(struct bench *bench, uint64_t key, unsigned split, int files) {
    for (int i = 0; i < files; i++) {
        bench_send(bench, (struct bench_file){.key = key, .split = split, .digest = key});
    }
}

static size_t announced(const struct bench *bench) {
    size_t count = 0;
    for (size_t i = 0; i < bench->event_count; i++) {
        count += strcmp(bench_text(bench_in(bench->events[i], "type", NULL)), "new") == 0;
    }
    return count;
}

static void a_run_of_400_split_volumes_is_one_series(void **state) {
    struct bench *bench = *state;
    send_files(bench, RUN, 1, 400);
    assert_int_equal(announced(bench), 1);
    assert_int_equal(json_integer_value(bench_last(bench, "content", NULL)), 399);
}

static void another_series_between_ends_a_run(void **state) {
    struct bench *bench = *state;
    send_files(bench, RUN, 1, 20);
    send_files(bench, THIRD, 0, 1);
    send_files(bench, RUN, 1, 20);
    assert_int_equal(announced(bench), 3);
    assert_int_equal(json_integer_value(bench_last(bench, "content", NULL)), 19);
    const char *first = bench_text(bench_in(bench->events[0], "series", "key", NULL));
    assert_string_not_equal(first, bench_text(bench_last(bench, "series", "key", NULL)));
}

static void two_tasks_in_turn_are_four_runs(void **state) {
    struct bench *bench = *state;
    for (int turn = 0; turn < 2; turn++) {
        send_files(bench, RUN, 1, 20);
        send_files(bench, TWIN, 1, 20);
    }
    assert_int_equal(announced(bench), 4);
}

static void a_derived_twin_that_interleaves_ends_no_run(void **state) {
    struct bench *bench = *state;
    send_files(bench, RUN, 1, 3); /* the twin lags behind */
    for (int volume = 0; volume < 50; volume++) {
        send_files(bench, TWIN, 1, 1);
        send_files(bench, RUN, 1, 1);
    }
    assert_int_equal(announced(bench), 2);
}

static void an_older_series_that_goes_on_ends_no_run(void **state) {
    struct bench *bench = *state;
    send_files(bench, THIRD, 0, 1);
    for (int volume = 0; volume < 20; volume++) {
        send_files(bench, RUN, 1, 1);
        send_files(bench, THIRD, 0, 1);
    }
    assert_int_equal(announced(bench), 2);
}

static void an_aborted_run_is_not_continued_by_its_repeat(void **state) {
    struct bench *bench = *state;
    send_files(bench, RUN, 1, 2);
    send_files(bench, THIRD, 0, 1);
    send_files(bench, RUN, 1, 20);
    assert_int_equal(announced(bench), 3);
}

static void send_volume(struct bench *bench, uint64_t study) {
    bench_send(bench, (struct bench_file){.key = RUN, .split = 1, .digest = RUN, .study = study});
}

static void volumes_with_a_study_each_are_one_series_while_the_run_goes_on(void **state) {
    struct bench *bench = *state;
    for (uint64_t study = 1; study <= 20; study++) {
        send_volume(bench, study);
        send_volume(bench, study);
    }
    assert_int_equal(announced(bench), 1);
    send_files(bench, THIRD, 0, 1);
    send_volume(bench, 77);
    assert_int_equal(announced(bench), 3);
}

static void a_split_series_of_one_study_is_one_whatever_comes_between(void **state) {
    struct bench *bench = *state;
    send_volume(bench, 5);
    send_files(bench, THIRD, 0, 20);
    send_volume(bench, 5);
    assert_int_equal(announced(bench), 2);
}

static void series_that_are_not_split_never_begin_anew(void **state) {
    struct bench *bench = *state;
    send_files(bench, RUN, 0, 20);
    send_files(bench, THIRD, 0, 20);
    send_files(bench, RUN, 0, 20);
    assert_int_equal(announced(bench), 2);
}

static void a_run_goes_on_after_a_restart(void **state) {
    struct bench *bench = *state;
    send_files(bench, RUN, 1, 20);
    send_files(bench, THIRD, 0, 1);
    send_files(bench, RUN, 1, 10);
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    send_files(later, RUN, 1, 1);
    assert_int_equal(announced(later), 0);
    assert_int_equal(json_integer_value(bench_last(later, "content", NULL)), 10);
    send_files(later, THIRD, 0, 1);
    send_files(later, RUN, 1, 1);
    assert_int_equal(announced(later), 0);
    bench_destroy(later);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(a_run_of_400_split_volumes_is_one_series),
        TEST(another_series_between_ends_a_run),
        TEST(two_tasks_in_turn_are_four_runs),
        TEST(a_derived_twin_that_interleaves_ends_no_run),
        TEST(an_older_series_that_goes_on_ends_no_run),
        TEST(an_aborted_run_is_not_continued_by_its_repeat),
        TEST(volumes_with_a_study_each_are_one_series_while_the_run_goes_on),
        TEST(a_split_series_of_one_study_is_one_whatever_comes_between),
        TEST(series_that_are_not_split_never_begin_anew),
        TEST(a_run_goes_on_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
