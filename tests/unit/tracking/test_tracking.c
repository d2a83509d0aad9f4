/* SPDX-License-Identifier: Apache-2.0 */
/* From answers to events: what series tracking promises. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TR(value) BENCH_CONSTANT("TR", value, "")
#define TE(value, echo) BENCH_CONSTANT("TE", value, echo) "," BENCH_COLLECTED("TE", value)

static void assert_types(const struct bench *bench, const char *expected) {
    AUTOFREE char *types = bench_types(bench);
    assert_string_equal(types, expected);
}

static json_int_t last_number(const struct bench *bench, const char *key) {
    return json_integer_value(bench_last(bench, key, NULL));
}

static void the_first_file_is_new_and_the_next_are_updates(void **state) {
    struct bench *bench = *state;
    for (int i = 0; i < 3; i++) {
        bench_send(bench, (struct bench_file){.key = 1, .status = CONFORMS, .watch = TR("1300")});
    }
    assert_types(bench, "new update update");
    assert_int_equal(last_number(bench, "content"), 2);
    assert_int_equal(json_integer_value(bench_last(bench, "series", "count", NULL)), 3);
    assert_int_equal(last_number(bench, "seq"), 3);
    assert_string_equal(bench_text(bench_in(bench->events[0], "content", "status", NULL)),
                        "conforms");
    assert_string_equal(bench_text(bench_in(bench->events[0], "series", "uid", NULL)), "1.2");
    assert_true(json_is_null(bench_in(bench->events[0], "series", "expected", NULL)));
}

static void interleaved_series_are_announced_once(void **state) {
    struct bench *bench = *state;
    for (int i = 0; i < 3; i++) {
        bench_send(bench, (struct bench_file){.key = 1, .status = CONFORMS});
        bench_send(bench, (struct bench_file){.key = 2, .status = CONFORMS});
    }
    assert_types(bench, "new new update update update update");
}

static void a_watched_value_that_changes_is_told_once(void **state) {
    struct bench *bench = *state;
    struct bench_file file = {.key = 1, .status = CONFORMS, .watch = TR("1300"), .instance = 45};
    bench_send(bench, file);
    file.watch = TR("2000");
    file.instance = 46;
    bench_send(bench, file);
    const json_t *change = bench_last(bench, "content", "changes", "TR", NULL);
    assert_string_equal(bench_text(json_object_get(change, "from")), "1300");
    assert_string_equal(bench_text(json_object_get(change, "to")), "2000");
    assert_int_equal(json_integer_value(json_object_get(change, "instance")), 46);
    bench_send(bench, file);
    file.watch = TR("1300");
    file.instance = 48;
    bench_send(bench, file);
    assert_types(bench, "new changed update update");
    assert_int_equal(last_number(bench, "content"), 3);
    assert_non_null(bench_last(bench, "series", "changes", "TR", NULL));
}

static void the_status_gets_worse_and_never_better(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1, .status = WARNS});
    bench_send(bench, (struct bench_file){.key = 1, .status = DEVIATES, .note = "bad"});
    bench_send(bench, (struct bench_file){.key = 1, .status = CONFORMS, .note = "good"});
    assert_types(bench, "new changed update");
    assert_string_equal(bench_text(bench_last(bench, "series", "status", NULL)), "deviates");
    json_t *document = bench_state(bench);
    assert_string_equal(bench_text(bench_in(document, "AWP1", "content", "note", NULL)), "bad");
    json_decref(document);
}

static void echoes_are_collected_and_do_not_change(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1, .watch = TE("38.76", "2")});
    bench_send(bench, (struct bench_file){.key = 1, .watch = TE("4.8", "1")});
    assert_types(bench, "new update");
    const json_t *collected = bench_last(bench, "series", "collected", "TE", NULL);
    assert_string_equal(bench_text(json_array_get(collected, 0)), "4.8");
    assert_string_equal(bench_text(json_array_get(collected, 1)), "38.76");
}

static void a_name_may_be_constant_and_collected_at_once(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1, .watch = TE("30", "")});
    bench_send(bench, (struct bench_file){.key = 1, .watch = TE("33", "")});
    assert_types(bench, "new changed");
    assert_int_equal(json_array_size(bench_last(bench, "series", "collected", "TE", NULL)), 2);
}

static void an_error_takes_the_station_last_seen_in_its_folder(void **state) {
    struct bench *bench = *state;
    bench_error(bench, "/data/one", "bad.dcm");
    assert_true(json_is_null(bench_last(bench, "station", NULL)));
    assert_true(json_is_null(bench_last(bench, "station_seq", NULL)));
    json_t *document = bench_state(bench);
    assert_int_equal(json_object_size(document), 0);
    json_decref(document);
    bench_send(bench, (struct bench_file){.key = 1});
    bench_error(bench, "/data/one", "worse.dcm");
    assert_string_equal(bench_text(bench_last(bench, "station", NULL)), "AWP1");
    assert_string_equal(bench_text(bench_last(bench, "content", "file", NULL)), "worse.dcm");
    assert_int_equal(json_integer_value(bench_last(bench, "content", "count", NULL)), 2);
    assert_int_equal(json_integer_value(bench_last(bench, "series", "unreadable", NULL)), 1);
}

static void an_answer_that_is_no_json_is_an_error(void **state) {
    struct bench *bench = *state;
    struct protocol_answer answer = {.station = "X", .series_key = 1};
    struct tracking_file file = {.folder = "/data", .name = "1.dcm", .said = "1.dcm"};
    tracking_answer(bench->tracking, &file, &answer, "{\"result\":{}}", 13);
    tracking_answer(bench->tracking, &file, &answer, "{{", 2);
    assert_types(bench, "error error");
}

static void a_file_seen_again_is_not_counted_again(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1, .watch = TR("1300")});
    bench_send(bench, (struct bench_file){.key = 1, .watch = TR("1300"), .again = true});
    assert_types(bench, "new");
    bench_send(bench, (struct bench_file){.key = 1, .watch = TR("99"), .again = true});
    assert_types(bench, "new changed");
    assert_int_equal(json_integer_value(bench_last(bench, "series", "count", NULL)), 1);
}

static void state_has_every_series_newest_first(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1, .about = "\"number\":1"});
    bench_send(bench, (struct bench_file){.key = 2, .about = "\"number\":2"});
    bench_send(bench, (struct bench_file){.key = 1});
    json_t *document = bench_state(bench);
    const json_t *station = json_object_get(document, "AWP1");
    assert_int_equal(json_integer_value(bench_in(station, "series", "number", NULL)), 2);
    const json_t *history = json_object_get(station, "history");
    assert_int_equal(json_array_size(history), 2);
    const json_t *older = json_array_get(history, 1);
    assert_int_equal(json_integer_value(bench_in(older, "series", "count", NULL)), 2);
    json_decref(document);
}

static void state_is_rendered_once_per_change(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1});
    const struct mrq_text *first = tracking_state(bench->tracking);
    const struct mrq_text *second = tracking_state(bench->tracking);
    assert_ptr_equal(first, second);
    assert_int_equal(first->seq, 1);
    mrq_text_release(second);
    bench_send(bench, (struct bench_file){.key = 1});
    second = tracking_state(bench->tracking);
    assert_ptr_not_equal(first, second);
    assert_int_equal(second->seq, 2);
    mrq_text_release(second);
    mrq_text_release(first);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(the_first_file_is_new_and_the_next_are_updates),
        TEST(interleaved_series_are_announced_once),
        TEST(a_watched_value_that_changes_is_told_once),
        TEST(the_status_gets_worse_and_never_better),
        TEST(echoes_are_collected_and_do_not_change),
        TEST(a_name_may_be_constant_and_collected_at_once),
        TEST(an_error_takes_the_station_last_seen_in_its_folder),
        TEST(an_answer_that_is_no_json_is_an_error),
        TEST(a_file_seen_again_is_not_counted_again),
        TEST(state_has_every_series_newest_first),
        TEST(state_is_rendered_once_per_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
