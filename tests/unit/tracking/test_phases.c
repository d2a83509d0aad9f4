/* SPDX-License-Identifier: Apache-2.0 */
/* How series stall, resume and end: thresholds in ms, and the loop. */
#include "base/memory.h"
#include "bench.h"
#include "tracking/wall_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum { HOUR = 3600000 };

#define DUE(n) "\"uid\":\"1.2\",\"study\":\"1\",\"number\":7,\"name\":\"bold\",\"expected\":" #n
#define UNKNOWN "\"uid\":\"1.3\",\"study\":\"1\",\"number\":6,\"name\":\"other\",\"expected\":null"

static void assert_types(const struct bench *bench, const char *expected) {
    AUTOFREE char *types = bench_types(bench);
    assert_string_equal(types, expected);
}

static const char *last(const struct bench *bench, const char *key) {
    return bench_text(bench_last(bench, "content", key, NULL));
}

static void image(struct bench *bench, uint64_t key, const char *about) {
    bench_send(bench, (struct bench_file){.key = key, .about = about, .status = CONFORMS});
}

static void a_series_with_images_due_stalls_and_goes_on(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 30, .silence_ms = HOUR});
    image(bench, 1, DUE(420));
    image(bench, 1, DUE(420));
    bench_run(bench, 3);
    assert_types(bench, "new update stalled");
    assert_int_equal(json_integer_value(bench_last(bench, "content", "count", NULL)), 2);
    assert_true(json_number_value(bench_last(bench, "content", "silent", NULL)) >= 0.03);
    image(bench, 1, DUE(420));
    assert_types(bench, "new update stalled resumed update");
    assert_string_equal(bench_text(bench_last(bench, "series", "phase", NULL)), "running");
}

static void the_cadence_of_a_series_makes_it_wait(void **state) {
    struct bench *bench = *state;
    const char *about = "\"uid\":\"1\",\"expected\":3,\"period\":60000";
    bench_phases(bench, &(struct phases_settings){.stall_gaps = 5, .stall_after_ms = 1});
    image(bench, 1, about);
    bench_pass(bench, 50);
    assert_types(bench, "new");
}

/* times are reckoned by it */
static void a_period_that_nobody_believes_counts_for_nothing(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_gaps = 1000, .stall_after_ms = 10});
    image(bench, 1, "\"uid\":\"1\",\"expected\":3,\"period\":9223372036854775807");
    bench_run(bench, 2);
    AUTOFREE char *types = bench_types(bench); /* it may have ended by now */
    assert_int_equal(strncmp(types, "new stalled", strlen("new stalled")), 0);
    bench_collect(bench);
    const char *key;
    json_t *record;
    json_object_foreach(bench->records, key, record) { /* and so in the state file */
        if (json_object_get(record, "gap")) {
            json_object_set_new(record, "gap", json_integer(INT64_MAX));
            json_object_set_new(record, "phase", json_string("running"));
        }
    }
    struct bench *again = bench_create(bench);
    bench_phases(again, &(struct phases_settings){.stall_gaps = 1000, .stall_after_ms = 10});
    bench_run(again, 1); /* it stalls or ends, in time */
    bench_destroy(again);
}

static void a_count_that_is_reached_ends_it(void **state) {
    struct bench *bench = *state;
    image(bench, 1, DUE(2));
    image(bench, 1, DUE(2));
    assert_types(bench, "new update ended");
    assert_string_equal(last(bench, "reason"), "complete");
    assert_true(json_is_false(bench_last(bench, "content", "incomplete", NULL)));
    image(bench, 1, DUE(2));
    assert_types(bench, "new update ended update");
    assert_string_equal(bench_text(bench_last(bench, "series", "phase", NULL)), "running");
}

static void a_series_of_one_image_ends_with_it(void **state) {
    struct bench *bench = *state;
    image(bench, 1, DUE(1));
    assert_types(bench, "new ended");
}

static void the_same_file_again_opens_nothing(void **state) {
    struct bench *bench = *state;
    image(bench, 1, DUE(1));
    bench_send(bench,
               (struct bench_file){.key = 1, .about = DUE(1), .status = CONFORMS, .again = true});
    assert_types(bench, "new ended");
}

static void a_later_series_ends_what_is_overdue(void **state) {
    struct bench *bench = *state;
    image(bench, 1, UNKNOWN);
    image(bench, 2, DUE(2));
    image(bench, 2, DUE(2));
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 100});
    bench_run(bench, 5);
    assert_types(bench, "new new update ended ended");
    assert_string_equal(last(bench, "reason"), "next-series");
    assert_true(json_is_null(bench_last(bench, "content", "expected", NULL)));
}

static void a_series_that_gets_images_is_not_ended_by_others(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = HOUR});
    for (int i = 0; i < 10; i++) {
        image(bench, 1, DUE(10));
        image(bench, 2, DUE(10));
    }
    AUTOFREE char *types = bench_types(bench);
    assert_non_null(strstr(types, "update ended update ended"));
    assert_int_equal(bench->event_count, 22);
}

static void what_could_not_be_read_has_come_all_the_same(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 10});
    image(bench, 1, DUE(2));
    bench_error(bench, "/data/one", "2.dcm");
    bench_run(bench, 3);
    assert_types(bench, "new error ended");
    assert_string_equal(last(bench, "reason"), "silence");
    assert_true(json_is_false(bench_last(bench, "content", "incomplete", NULL)));
}

static void the_backlog_stalls_nothing(void **state) {
    struct bench *bench = *state;
    int64_t long_ago = wall_clock_ms() - HOUR;
    bench_phases(bench, &(struct phases_settings){
                            .stall_after_ms = 20, .silence_ms = 50, .session_end_ms = HOUR / 2});
    for (int i = 0; i < 3; i++) {
        bench_send(bench, (struct bench_file){.key = 1,
                                              .about = DUE(420),
                                              .status = CONFORMS,
                                              .backlog = true,
                                              .written_ms = long_ago + i * 1000});
    }
    bench_run(bench, 4);
    bench_pass(bench, 100);
    assert_types(bench, "new update update ended");
    assert_true(json_is_null(bench_last(bench, "series", "gap", NULL)));
    assert_string_equal(last(bench, "reason"), "silence");
}

static void a_series_that_is_caught_up_with_goes_on(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 20, .silence_ms = HOUR});
    bench_send(bench, (struct bench_file){.key = 1, .about = DUE(420), .backlog = true});
    image(bench, 1, DUE(420));
    bench_run(bench, 3);
    assert_types(bench, "new changed stalled");
}

static void thresholds_may_change(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = HOUR});
    image(bench, 1, DUE(420));
    bench_pass(bench, 20);
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 20, .silence_ms = HOUR});
    bench_run(bench, 2);
    assert_types(bench, "new stalled");
}

#define NUMBER(n, due) "\"study\":\"1\",\"number\":" #n ",\"name\":\"bold\",\"expected\":" #due

static void what_was_only_late_is_no_next_series(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 50, .silence_ms = HOUR});
    image(bench, 5, NUMBER(5, 420));
    image(bench, 4, NUMBER(4, null));
    bench_run(bench, 3);
    assert_types(bench, "new new stalled");
    image(bench, 6, NUMBER(6, null));
    assert_types(bench, "new new stalled new ended ended");
    assert_string_equal(last(bench, "reason"), "next-series");
}

static void what_is_computed_is_no_next_series(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 50, .silence_ms = HOUR});
    image(bench, 5, NUMBER(5, 420));
    image(bench, 6, NUMBER(6, null) ",\"image_type\":\"DERIVED\"");
    bench_run(bench, 3);
    assert_types(bench, "new new stalled");
}

static void what_is_caught_up_with_is_no_next_series(void **state) {
    struct bench *bench = *state;
    int64_t now = wall_clock_ms();
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 50, .silence_ms = HOUR});
    bench_send(bench, (struct bench_file){
                          .key = 1, .about = DUE(420), .status = CONFORMS, .written_ms = now});
    bench_send(bench,
               (struct bench_file){
                   .key = 2, .about = NUMBER(9, null), .backlog = true, .written_ms = now - HOUR});
    bench_run(bench, 3);
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "stalled");
}

static void scanners_that_share_a_name_do_not_follow_each_other(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 100, .silence_ms = HOUR});
    for (uint64_t i = 0; i < 66; i++) {
        AUTOFREE char *station = mem_printf("S%d", (int)i);
        bench_send(bench, (struct bench_file){
                              .station = station, .key = i, .about = DUE(420), .status = CONFORMS});
    }
    bench_run(bench, 132);
    for (size_t i = 66; i < 132; i++) {
        assert_string_equal(bench_text(json_object_get(bench->events[i], "type")), "stalled");
    }
}

static void a_file_written_again_is_no_sign_of_life(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 20, .silence_ms = HOUR});
    image(bench, 1, DUE(420));
    bench_run(bench, 2);
    bench_send(bench,
               (struct bench_file){.key = 1, .about = DUE(420), .status = CONFORMS, .again = true});
    assert_types(bench, "new stalled");
    bench_error(bench, "/data/one", "2.dcm");
    assert_types(bench, "new stalled resumed error");
}

static void a_clock_set_back_does_not_hold_the_time_of_writing(void **state) {
    struct bench *bench = *state;
    int64_t now = wall_clock_ms();
    for (int i = 0; i < 2; i++) {
        bench_send(bench,
                   (struct bench_file){.key = 1, .status = CONFORMS, .written_ms = now - i * HOUR});
    }
    json_t *first = json_deep_copy(bench->events[0]);
    assert_true(strcmp(bench_text(bench_in(first, "series", "written", NULL)),
                       bench_text(bench_last(bench, "series", "written", NULL))) != 0);
    json_decref(first);
}

static void a_session_of_long_ago_is_not_silent_now(void **state) {
    struct bench *bench = *state;
    const int64_t before_any_boot = wall_clock_ms() - 10LL * 366 * 24 * HOUR;
    bench_phases(bench, &(struct phases_settings){
                            .stall_after_ms = 10, .silence_ms = 20, .session_end_ms = HOUR});
    bench_send(bench,
               (struct bench_file){
                   .key = 1, .about = UNKNOWN, .backlog = true, .written_ms = before_any_boot});
    bench_run(bench, 2);
    bench_pass(bench, 60);
    assert_types(bench, "new ended");
}

static void time_in_which_we_did_not_run_is_no_silence(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 50, .silence_ms = HOUR});
    image(bench, 1, DUE(420));
    usleep(1200 * 1000); /* as a process that is stopped */
    bench_pass(bench, 1);
    assert_types(bench, "new");
    bench_run(bench, 2);
    assert_types(bench, "new stalled");
}

static void what_is_forgotten_has_ended(void **state) {
    struct bench *bench = *state;
    struct tracking_settings settings = {.history = 1};
    tracking_configure(bench->tracking, &settings);
    image(bench, 1, DUE(420));
    image(bench, 2, UNKNOWN);
    assert_types(bench, "new ended new");
}

/* ---- repeats ---- */

static void send_status(struct bench *bench, uint64_t key, uint32_t status, const char *type) {
    AUTOFREE char *about = mem_printf("\"study\":\"1\",\"number\":%d,\"name\":\"bold\","
                                      "\"image_type\":\"%s\"",
                                      (int)key, type);
    bench_send(bench, (struct bench_file){.key = key, .about = about, .status = status});
}

static int repeated(const struct bench *bench) {
    return (int)json_integer_value(bench_last(bench, "series", "repeats", "number", NULL));
}

static void what_deviates_is_repeated_by_the_next_of_its_kind(void **state) {
    struct bench *bench = *state;
    send_status(bench, 5, DEVIATES, "M");
    send_status(bench, 6, DEVIATES, "P");
    assert_int_equal(repeated(bench), 0);
    send_status(bench, 8, CONFORMS, "M");
    assert_int_equal(repeated(bench), 5);
    send_status(bench, 9, DEVIATES, "P");
    assert_int_equal(repeated(bench), 6);
    send_status(bench, 10, CONFORMS, "M");
    assert_int_equal(repeated(bench), 0);
    send_status(bench, 11, CONFORMS, "P");
    assert_int_equal(repeated(bench), 9);
}

static void twins_do_not_repeat_each_other(void **state) {
    struct bench *bench = *state;
    send_status(bench, 5, DEVIATES, "M");
    send_status(bench, 6, DEVIATES, "M");
    assert_int_equal(repeated(bench), 5);
    send_status(bench, 5, DEVIATES, "M");
    send_status(bench, 6, DEVIATES, "M");
    assert_int_equal(repeated(bench), 0);
}

static void an_incomplete_run_is_linked_when_it_is_known_to_be(void **state) {
    struct bench *bench = *state;
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 20});
    image(bench, 1, DUE(420));
    image(bench, 2, DUE(420));
    assert_true(json_is_null(bench_last(bench, "series", "repeats", NULL)));
    bench_run(bench, 3);
    image(bench, 2, DUE(420));
    assert_int_equal(repeated(bench), 7);
}

/* ---- a restart ---- */

static struct bench *restart(struct bench *bench, const struct phases_settings *phases) {
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    json_object_update(later->records, bench->records); /* the state file is still there */
    json_array_extend(later->order, bench->order);
    bench_phases(later, phases);
    return later;
}

static void a_stall_is_not_told_again(void **state) {
    struct bench *bench = *state;
    const struct phases_settings phases = {.stall_after_ms = 20, .silence_ms = HOUR};
    bench_phases(bench, &phases);
    image(bench, 1, DUE(420));
    bench_run(bench, 2);
    struct bench *later = restart(bench, &phases);
    bench_pass(later, 60);
    assert_int_equal(later->event_count, 0);
    image(later, 1, DUE(420));
    assert_types(later, "resumed update");
    bench_destroy(later);
}

static void a_running_series_ends_without_a_stall(void **state) {
    struct bench *bench = *state;
    image(bench, 1, DUE(420));
    struct bench *later = restart(bench, &(struct phases_settings){.stall_after_ms = 10});
    bench_run(later, 1);
    assert_types(later, "ended");
    assert_true(json_is_true(bench_last(later, "content", "incomplete", NULL)));
    struct bench *last_one = restart(later, &(struct phases_settings){.stall_after_ms = 10});
    bench_pass(last_one, 40);
    assert_int_equal(last_one->event_count, 0);
    json_t *told = bench_state(last_one);
    assert_true(json_is_true(bench_in(told, "AWP1", "series", "incomplete", NULL)));
    json_decref(told);
    bench_destroy(last_one);
    bench_destroy(later);
}

static void a_restart_hides_no_stall(void **state) {
    struct bench *bench = *state;
    image(bench, 1, DUE(420));
    const struct phases_settings phases = {.stall_after_ms = 20, .silence_ms = HOUR};
    struct bench *later = restart(bench, &phases);
    bench_run(later, 1);
    assert_types(later, "stalled");
    bench_destroy(later);
}

static void silence_is_not_told_again(void **state) {
    struct bench *bench = *state;
    const struct phases_settings phases = {.silence_ms = 10};
    bench_phases(bench, &phases);
    image(bench, 1, DUE(1));
    bench_run(bench, 3);
    assert_types(bench, "new ended silent");
    struct bench *later = restart(bench, &phases);
    json_t *told = bench_state(later);
    assert_string_equal(bench_text(bench_in(told, "AWP1", "silent", NULL)), last(bench, "since"));
    json_decref(told);
    bench_pass(later, 40);
    assert_int_equal(later->event_count, 0);
    bench_destroy(later);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_series_with_images_due_stalls_and_goes_on),
        TEST(the_cadence_of_a_series_makes_it_wait),
        TEST(a_period_that_nobody_believes_counts_for_nothing),
        TEST(a_count_that_is_reached_ends_it),
        TEST(a_series_of_one_image_ends_with_it),
        TEST(the_same_file_again_opens_nothing),
        TEST(a_later_series_ends_what_is_overdue),
        TEST(a_series_that_gets_images_is_not_ended_by_others),
        TEST(what_could_not_be_read_has_come_all_the_same),
        TEST(the_backlog_stalls_nothing),
        TEST(a_series_that_is_caught_up_with_goes_on),
        TEST(thresholds_may_change),
        TEST(what_was_only_late_is_no_next_series),
        TEST(what_is_computed_is_no_next_series),
        TEST(what_is_caught_up_with_is_no_next_series),
        TEST(scanners_that_share_a_name_do_not_follow_each_other),
        TEST(a_file_written_again_is_no_sign_of_life),
        TEST(a_clock_set_back_does_not_hold_the_time_of_writing),
        TEST(a_session_of_long_ago_is_not_silent_now),
        TEST(time_in_which_we_did_not_run_is_no_silence),
        TEST(what_is_forgotten_has_ended),
        TEST(what_deviates_is_repeated_by_the_next_of_its_kind),
        TEST(twins_do_not_repeat_each_other),
        TEST(an_incomplete_run_is_linked_when_it_is_known_to_be),
        TEST(a_stall_is_not_told_again),
        TEST(a_running_series_ends_without_a_stall),
        TEST(a_restart_hides_no_stall),
        TEST(silence_is_not_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
