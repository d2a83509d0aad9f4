/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept has bounds, whatever comes. */
#include "base/json_scan.h"
#include "base/memory.h"
#include "bench.h"
#include "tracking/series.h"
#include "tracking/station.h"
#include "tracking/tracking_folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void too_many_stations_share_one(void **state) {
    struct bench *bench = *state;
    for (unsigned i = 0; i < STATIONS + 10; i++) {
        AUTOFREE char *name = mem_printf("S%u", i);
        bench_send(bench, (struct bench_file){.key = i + 1, .station = name});
    }
    assert_string_equal(bench_text(bench_last(bench, "station", NULL)), "other");
    assert_int_equal(json_integer_value(bench_last(bench, "station_seq", NULL)), 10);
    json_t *document = bench_state(bench);
    assert_int_equal(json_object_size(document), STATIONS + 1);
    const json_t *history = bench_in(document, "other", "history", NULL);
    assert_int_equal(json_array_size(history), 10);
    json_decref(document);
    bench_send(bench, (struct bench_file){.key = 1, .station = "S0"});
    assert_string_equal(bench_text(bench_last(bench, "station", NULL)), "S0");
    AUTOFREE char *last = mem_printf("S%d", STATIONS + 9);
    bench_send(bench, (struct bench_file){.key = STATIONS + 10, .station = last});
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "update");
}

static void a_series_put_away_goes_on_with_its_counts(void **state) {
    struct bench *bench = *state;
    struct bench_file file = {.watch =
                                  BENCH_CONSTANT("TR", "1", "") "," BENCH_COLLECTED("TE", "5")};
    for (uint64_t key = 1; key <= STATION_OPEN_SERIES + 1; key++) {
        file.key = key;
        bench_send(bench, file);
        bench_send(bench, file);
    }
    file.key = 1;
    file.watch = BENCH_CONSTANT("TR", "2", ""); /* what it was is not known any more */
    bench_send(bench, file);
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "update");
    assert_int_equal(json_integer_value(bench_last(bench, "series", "count", NULL)), 3);
    assert_non_null(bench_last(bench, "series", "collected", "TE", NULL));
    file.watch = BENCH_CONSTANT("TR", "3", ""); /* from here on it is watched again */
    bench_send(bench, file);
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "changed");
}

static void the_history_keeps_what_was_last_used(void **state) {
    struct bench *bench = *state;
    for (uint64_t key = 1; key <= 150; key++) {
        bench_send(bench, (struct bench_file){.key = key});
        bench_send(bench, (struct bench_file){.key = 1}); /* goes on all the time */
    }
    json_t *document = bench_state(bench);
    const json_t *history = bench_in(document, "AWP1", "history", NULL);
    assert_int_equal(json_array_size(history), 100);
    const json_t *oldest = json_array_get(history, 99);
    assert_int_equal(json_integer_value(bench_in(oldest, "series", "count", NULL)), 151);
    json_decref(document);
}

static void a_shorter_history_takes_effect(void **state) {
    struct bench *bench = *state;
    for (uint64_t key = 1; key <= 10; key++) {
        bench_send(bench, (struct bench_file){.key = key});
    }
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 30);
    struct tracking_settings settings = {.history = 3};
    tracking_configure(bench->tracking, &settings);
    json_t *document = bench_state(bench);
    assert_int_equal(json_array_size(bench_in(document, "AWP1", "history", NULL)), 3);
    json_decref(document);
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 9);
}

static void kinds_of_files_beyond_the_bound_change_nothing(void **state) {
    struct bench *bench = *state;
    struct bench_file file = {.key = 1, .watch = BENCH_CONSTANT("TR", "1", "")};
    for (int turn = 0; turn < 2; turn++) {
        for (uint64_t digest = 1; digest <= SERIES_DIGESTS + 50; digest++) {
            file.digest = digest;
            bench_send(bench, file);
        }
    }
    for (size_t i = 1; i < bench->event_count; i++) {
        assert_string_equal(bench_text(bench_in(bench->events[i], "type", NULL)), "update");
    }
}

static void what_is_watched_beyond_the_bound_is_not(void **state) {
    struct bench *bench = *state;
    for (int i = 0; i < 3000; i++) {
        AUTOFREE char *watch = mem_printf(BENCH_CONSTANT("TR", "1", "%d"), i);
        bench_send(bench, (struct bench_file){.key = 1, .watch = watch});
    }
    bench_send(bench, (struct bench_file){.key = 1, .watch = BENCH_CONSTANT("TR", "2", "2999")});
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "update");
    bench_send(bench, (struct bench_file){.key = 1, .watch = BENCH_CONSTANT("TR", "2", "0")});
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "update"); /* no room either */
}

/* room that constants took is there again when they are forgotten */
static void a_series_opened_again_and_again_is_watched_each_time(void **state) {
    struct bench *bench = *state;
    AUTOFREE char *long_name = mem_zeroed(8001, 1);
    memset(long_name, 'n', 8000);
    for (int turn = 0; turn < 40; turn++) {
        AUTOFREE char *was = mem_printf(BENCH_CONSTANT("%s", "%d", ""), long_name, turn);
        AUTOFREE char *is = mem_printf(BENCH_CONSTANT("%s", "%d", ""), long_name, turn + 1000);
        bench_send(bench, (struct bench_file){.key = 1, .watch = was});
        bench_send(bench, (struct bench_file){.key = 1, .watch = is});
        assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "changed");
        for (uint64_t key = 2; key <= STATION_OPEN_SERIES + 1; key++) { /* it is put away */
            bench_send(bench, (struct bench_file){.key = key});
        }
    }
}

/* so deep that it could not be read back from the state file */
static void an_answer_too_deep_is_an_error_and_harms_no_series(void **state) {
    struct bench *bench = *state;
    AUTOFREE char *open = mem_zeroed(JSON_DEPTH + 1, 1), *shut = mem_zeroed(JSON_DEPTH + 1, 1);
    memset(open, '[', JSON_DEPTH);
    memset(shut, ']', JSON_DEPTH);
    AUTOFREE char *deep = mem_printf("\",\"deep\":%s%s,\"more\":\"", open, shut);
    bench_send(bench, (struct bench_file){.key = 1, .note = deep});
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "error");
    bench_send(bench, (struct bench_file){.key = 1});
    bench_send(bench, (struct bench_file){.key = 1, .note = deep, .status = DEVIATES});
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "error");
    bench_collect(bench);
    struct bench *again = bench_create(bench);
    json_t *document = bench_state(again);
    assert_int_equal(json_object_size(document), 1);
    json_decref(document);
    bench_destroy(again);
}

static void folders_beyond_the_bound_are_forgotten(void **state) {
    struct bench *bench = *state;
    for (int i = 0; i <= FOLDERS; i++) {
        AUTOFREE char *folder = mem_printf("/data/%d", i);
        bench_send(bench, (struct bench_file){.key = 1, .folder = folder});
    }
    bench_error(bench, "/data/0", "bad");
    assert_true(json_is_null(bench_last(bench, "station", NULL)));
    bench_error(bench, "/data/2", "bad");
    assert_string_equal(bench_text(bench_last(bench, "station", NULL)), "AWP1");
}

static void names_may_be_anything(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1, .station = "a\"b\\c<i>"});
    assert_string_equal(bench_text(bench_last(bench, "station", NULL)), "a\"b\\c<i>");
    bench_error(bench, "/data/one", "\xff\n.dcm");
    assert_string_equal(bench_text(bench_last(bench, "content", "file", NULL)),
                        "\xef\xbf\xbd\n.dcm");
}

/* a worker that has read a hostile file may say anything: clients get JSON */
static void what_is_no_answer_is_an_error_and_no_series(void **state) {
    struct bench *bench = *state;
    static const char *const texts[] = {
        "",
        "{\"result\":{\"status\":\"conforms\"}",
        "{\"result\":{ }}",
        "{\"result\":[1],\"series\":{}}",
        "{\"series\":{\"uid\":\"1.2\"}}",
        "{\"result\":{\"status\":\"\xff\"}}",
        "{\"result\":{\"status\":1},\"series\":{\"uid\":}}",
    };
    enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };
    const struct tracking_file file = {.folder = "/data/one", .name = "1.dcm", .said = "1.dcm"};
    for (uint64_t i = 0; i < TEXTS; i++) {
        struct protocol_answer answer = {.outcome = PROTOCOL_DONE, .series_key = i, .digest = i};
        tracking_answer(bench->tracking, &file, &answer, texts[i], strlen(texts[i]));
        assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "error");
    }
    assert_int_equal(bench->event_count, TEXTS);
    json_t *document = bench_state(bench);
    assert_int_equal(json_object_size(document), 0);
    json_decref(document);
}

static void of_a_series_only_texts_and_numbers_are_told(void **state) {
    struct bench *bench = *state;
    bench_send(bench, (struct bench_file){.key = 1,
                                          .about = " \"name\" : [1] , \"uid\":\"1.2\","
                                                   "\"secret\":1, \"expected\" : 12 "});
    assert_string_equal(bench_text(bench_last(bench, "series", "uid", NULL)), "1.2");
    assert_true(json_is_null(bench_last(bench, "series", "name", NULL)));
    assert_int_equal(json_integer_value(bench_last(bench, "series", "expected", NULL)), 12);
    assert_null(bench_last(bench, "series", "secret", NULL));
}

static void a_series_by_name_alone_is_counted_if_known(void **state) {
    struct bench *bench = *state;
    struct tracking_file file = {.folder = "/data/one", .name = "2.dcm", .said = "2.dcm"};
    assert_false(tracking_count(bench->tracking, &file, 1));
    bench_send(bench, (struct bench_file){.key = 1});
    assert_true(tracking_count(bench->tracking, &file, 1));
    assert_int_equal(json_integer_value(bench_last(bench, "content", NULL)), 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(too_many_stations_share_one),
        TEST(a_series_put_away_goes_on_with_its_counts),
        TEST(the_history_keeps_what_was_last_used),
        TEST(a_shorter_history_takes_effect),
        TEST(kinds_of_files_beyond_the_bound_change_nothing),
        TEST(what_is_watched_beyond_the_bound_is_not),
        TEST(a_series_opened_again_and_again_is_watched_each_time),
        TEST(an_answer_too_deep_is_an_error_and_harms_no_series),
        TEST(folders_beyond_the_bound_are_forgotten),
        TEST(names_may_be_anything),
        TEST(what_is_no_answer_is_an_error_and_no_series),
        TEST(of_a_series_only_texts_and_numbers_are_told),
        TEST(a_series_by_name_alone_is_counted_if_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
