/* SPDX-License-Identifier: Apache-2.0 */
/* A test file of mrqart doctor, as tracking sees it. */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_test_file_is_announced_and_leaves_nothing(void **state) {
    struct bench *bench = *state;
    const struct bench_file file = {.station = "MRQART-DOCTOR", .key = 1, .status = NOT_CHECKED};
    bench_send(bench, file);
    bench_send(bench, file);
    assert_int_equal(bench->event_count, 2);
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "test");
    assert_string_equal(bench_text(bench_last(bench, "content", "status", NULL)), "not-checked");
    assert_true(json_is_null(bench_last(bench, "station", NULL)));
    assert_true(json_is_null(bench_last(bench, "series", NULL)));
    assert_int_equal(json_integer_value(bench_last(bench, "seq", NULL)), 2);
    json_t *shown = bench_state(bench);
    assert_int_equal(json_object_size(shown), 0);
    json_decref(shown);
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_test_file_is_announced_and_leaves_nothing, bench_make,
                                        bench_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
