/* SPDX-License-Identifier: Apache-2.0 */
/* What a restart leaves as it was. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TR(value) BENCH_CONSTANT("TR", value, "")

/* some series of two stations, one of them changed, all with files behind them */
static void have_a_session(struct bench *bench) {
    struct bench_file file = {.watch = TR("1300"), .status = CONFORMS, .note = "as it should be"};
    for (uint64_t key = 1; key <= 5; key++) {
        file.key = key;
        file.station = key % 2 ? "A" : "B";
        for (int i = 0; i < 10; i++) {
            bench_send(bench, file);
        }
    }
    file.key = 3;
    file.station = "A";
    file.watch = TR("2000") "," BENCH_COLLECTED("TE", "4.8");
    file.status = DEVIATES;
    file.note = "bad";
    bench_send(bench, file);
    bench_error(bench, "/data/one", "bad.dcm");
}

static void state_is_the_same_after_a_restart(void **state) {
    struct bench *bench = *state;
    have_a_session(bench);
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    json_t *before = bench_state(bench), *after = bench_state(later);
    assert_true(json_equal(before, after));
    assert_int_equal(later->event_count, 0);
    json_decref(before);
    json_decref(after);
    bench_destroy(later);
}

static void open_series_go_on_and_are_not_announced_again(void **state) {
    struct bench *bench = *state;
    have_a_session(bench);
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    bench_send(later, (struct bench_file){.key = 2,
                                          .station = "B",
                                          .watch = TR("1300"),
                                          .status = CONFORMS,
                                          .note = "as it should be"});
    assert_string_equal(bench_text(bench_last(later, "type", NULL)), "update");
    assert_int_equal(json_integer_value(bench_last(later, "content", NULL)), 10);
    assert_int_equal(json_integer_value(bench_last(later, "seq", NULL)), 1);
    bench_send(later, (struct bench_file){.key = 2, .station = "B", .watch = TR("1")});
    assert_string_equal(bench_text(bench_last(later, "content", "changes", "TR", "from", NULL)),
                        "1300");
    bench_destroy(later);
}

static void the_status_does_not_improve_by_a_restart(void **state) {
    struct bench *bench = *state;
    have_a_session(bench);
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    bench_send(later, (struct bench_file){.key = 3, .station = "A", .status = CONFORMS});
    assert_string_equal(bench_text(bench_last(later, "series", "status", NULL)), "deviates");
    assert_non_null(bench_last(later, "series", "changes", "TR", NULL));
    bench_destroy(later);
}

static void only_what_has_changed_is_saved(void **state) {
    struct bench *bench = *state;
    have_a_session(bench);
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 15);
    json_object_clear(bench->records);
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 0);
    bench_send(bench, (struct bench_file){.key = 1,
                                          .station = "A",
                                          .watch = TR("1300"),
                                          .status = CONFORMS,
                                          .note = "as it should be"});
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 2); /* a count, and its images */
}

static void records_that_make_no_sense_are_passed_over(void **state) {
    struct bench *bench = *state;
    static const struct {
        const char *key, *value;
    } records[] = {
        {"", "{}"},
        {"0000000000000001-0", "{}"},
        {"0000000000000001-0", "[1]"},
        {"0000000000000001-0", "{\"station\":\"A\",\"result\":{}}"},
        {"0000000000000001-0", "{\"station\":\"A\",\"result\":[1]}"},
        {"0000000000000001-0/count", "{\"station\":\"A\",\"count\":5}"},
        {"nonsense", "{\"station\":\"A\",\"result\":{\"a\":1}}"},
        {"0000000000000002-0", "{\"station\":\"A\",\"result\":{\"a\":1},\"status\":99,"
                               "\"watched\":[1,{\"name\":7}],\"digests\":\"x\",\"series\":3}"},
        {"0000000000000002-0/count", "{\"station\":\"A\",\"count\":-5,\"last\":\"now\"}"},
    };
    for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        json_t *value = json_loads(records[i].value, 0, NULL);
        tracking_restore(bench->tracking, records[i].key, value);
        json_decref(value);
    }
    json_t *document = bench_state(bench);
    assert_int_equal(json_object_size(document), 1);
    assert_string_equal(bench_text(bench_in(document, "A", "series", "status", NULL)), "deviates");
    json_decref(document);
    bench_send(bench, (struct bench_file){.key = 2, .station = "A"});
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "update");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(state_is_the_same_after_a_restart),
        TEST(open_series_go_on_and_are_not_announced_again),
        TEST(the_status_does_not_improve_by_a_restart),
        TEST(only_what_has_changed_is_saved),
        TEST(records_that_make_no_sense_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
