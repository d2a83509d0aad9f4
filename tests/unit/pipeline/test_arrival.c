/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of a path: counted once, whatever sources say and however files change. */
#include "bed.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bed *bed_of(void **state) {
    return *state;
}

static int make(void **state) {
    *state = bed_create(NULL);
    return 0;
}

static int unmake(void **state) {
    bed_destroy(*state);
    return 0;
}

static void rename_file(struct bed *bed, const char *before, const char *after) {
    char from[256], to[256];
    snprintf(from, sizeof(from), "%s/%s", bed->root, before);
    snprintf(to, sizeof(to), "%s/%s", bed->root, after);
    assert_int_equal(rename(from, to), 0);
}

static void a_closed_file_is_counted(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_wait(bed, 1);
    assert_string_equal(bed->story, "new 7 1.dcm\n");
}

static void a_name_that_is_not_wanted_is_left_alone(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.txt", "7");
    bed_write_and_close(bed, "a/2.txt", "7");
    bed_settle(bed);
    assert_string_equal(bed->story, "");
    assert_int_equal(bed_health(bed, "names.refused"), 2);
    assert_int_equal(bed_health(bed, "names.examples"), 1); /* per folder */
}

static void the_same_file_is_counted_once(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_close(bed, "a/1.dcm");
    bed_close(bed, "a/1.dcm");
    bed_settle(bed);
    bed_close(bed, "a/1.dcm");
    bed_scan(bed, "a/1.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 1.dcm\n");
}

static void a_changed_file_is_looked_at_again(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    bed_write_and_close(bed, "a/1.dcm", "7 more");
    bed_settle(bed);
    bed_write_and_close(bed, "a/1.dcm", "8 another");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 1.dcm\nagain 7 1.dcm\nnew 8 1.dcm\n");
}

static void a_file_closed_again_while_it_is_checked_is_checked_again(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/slow100.dcm", "7");
    bed_write_and_close(bed, "a/slow100.dcm", "8 longer");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 8 "), 1);
}

static void a_renamed_file_is_not_counted_again(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    rename_file(bed, "a/1.dcm", "a/2.dcm");
    bed_close(bed, "a/2.dcm");
    bed_settle(bed);
    rename_file(bed, "a/2.dcm", "a/3.dcm");
    bed_scan(bed, "a/3.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 1.dcm\n");
    bed_write_and_close(bed, "a/1.dcm", "7"); /* another file at the old place */
    bed_settle(bed);
    assert_int_equal(bed->events, 2);
}

static void a_file_is_not_believed_to_be_renamed_where_nobody_knows_when_it_was_made(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/unborn-1.dcm", "7");
    bed_settle(bed);
    rename_file(bed, "a/unborn-1.dcm", "a/unborn-2.dcm");
    bed_close(bed, "a/unborn-2.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 unborn-1.dcm\nnew 7 unborn-2.dcm\n");
}

static void a_hard_link_is_a_file_of_its_own(void **state) {
    struct bed *bed = bed_of(state);
    char from[256], to[256];
    snprintf(from, sizeof(from), "%s/a/1.dcm", bed->root);
    snprintf(to, sizeof(to), "%s/a/2.dcm", bed->root);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    assert_int_equal(link(from, to), 0);
    bed_close(bed, "a/2.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 1.dcm\nnew 7 2.dcm\n");
}

static void a_file_that_vanished_makes_no_event(void **state) {
    struct bed *bed = bed_of(state);
    bed_close(bed, "a/1.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "");
}

static void a_fifo_is_left_alone(void **state) {
    struct bed *bed = bed_of(state);
    char path[256];
    snprintf(path, sizeof(path), "%s/1.dcm", bed->root);
    assert_int_equal(mkfifo(path, 0666), 0);
    bed_close(bed, "1.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "");
}

static void an_incomplete_file_waits_for_its_next_close(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.dcm", "");
    while (bed_health(bed, "queues.settling") == 0) {
        event_base_loop(bed->base, EVLOOP_ONCE);
    }
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 1.dcm\n");
}

static void an_incomplete_file_that_stays_so_is_an_error_once(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/1.dcm", "");
    bed_settle(bed);
    bed_close(bed, "a/1.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "error 0 1.dcm: too short\n");
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7 1.dcm"), 1);
}

static void a_file_found_open_is_counted_when_it_is_closed(void **state) {
    struct bed *bed = bed_of(state);
    char path[256];
    bed_write(bed, "a/1.dcm", "7");
    snprintf(path, sizeof(path), "%s/a/1.dcm", bed->root);
    FILE *writer = fopen(path, "a");
    assert_non_null(writer);
    bed_scan(bed, "a/1.dcm");
    bed_write_and_close(bed, "a/2.dcm", "8");
    bed_wait(bed, 1);
    while (bed_health(bed, "queues.settling") == 0) {
        event_base_loop(bed->base, EVLOOP_ONCE);
    }
    assert_string_equal(bed->story, "new 8 2.dcm\n");
    fclose(writer);
    bed_settle(bed); /* without a word from a source */
    assert_string_equal(bed->story, "new 8 2.dcm\nnew 7 1.dcm\n");
}

static void trust_on(struct pipeline_settings *settings) {
    settings->trust_names = true;
}

static void with_trust_a_name_is_enough_to_be_counted(void **state) {
    (void)state;
    struct bed *bed = bed_create(trust_on);
    bed_write_and_close(bed, "a/001_000015_000001.dcm", "7");
    bed_settle(bed);
    bed_write_and_close(bed, "a/001_000015_000002.dcm", "not read");
    bed_write_and_close(bed, "a/001_000016_000001.dcm", "8");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 001_000015_000001.dcm\n"
                                    "count 7 001_000015_000002.dcm\n"
                                    "new 8 001_000016_000001.dcm\n");
    bed_write_and_close(bed, "a/001_000015_000002.dcm", "7");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "again 7 001_000015_000002.dcm"), 1);
    bed->forgotten = 7;
    bed_write_and_close(bed, "a/001_000015_000003.dcm", "7");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "new 7 001_000015_000003.dcm"), 1);
    bed_destroy(bed);
}

static void short_queue(struct pipeline_settings *settings) {
    settings->queue = 10;
}

static void sources_are_paused_while_the_queue_is_full(void **state) {
    (void)state;
    struct bed *bed = bed_create(short_queue);
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
    }
    assert_true(bed->paused);
    bed_wait(bed, 40); /* what came all the same is kept */
    bed_settle(bed);
    assert_true(bed->was_paused);
    assert_false(bed->paused);
    bed_destroy(bed);
}

static void the_backlog_alone_never_pauses_live_files(void **state) {
    (void)state;
    struct bed *bed = bed_create(short_queue);
    size_t half = bed->settings.queue / 2;
    for (size_t i = 0; !bed->held; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%zu.dcm", i);
        bed_write(bed, name, "7");
        bed_scan(bed, name);
        assert_in_range(i, 0, half + 20); /* those that workers have already */
    }
    assert_false(bed->was_paused);
    bed_settle(bed);
    assert_false(bed->held);
    bed_destroy(bed);
}

static void handle_drained(void *self) {
    ((struct bed *)self)->drained = true;
}

static bool is_drained(struct bed *bed) {
    return bed->drained;
}

static void at_the_end_what_workers_have_is_finished(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/slow100.dcm", "7");
    pipeline_drain(bed->pipeline, 10000, handle_drained, bed);
    bed_write_and_close(bed, "a/2.dcm", "7");
    bed_until(bed, is_drained);
    assert_string_equal(bed->story, "new 7 slow100.dcm\n");
}

static void at_the_end_nobody_is_waited_for_longer_than_said(void **state) {
    struct bed *bed = bed_of(state);
    bed_write_and_close(bed, "a/hang.dcm", "7");
    pipeline_drain(bed->pipeline, 100, handle_drained, bed);
    bed_until(bed, is_drained);
    assert_string_equal(bed->story, "");
}

static void count_end(void *self) {
    ++*(unsigned *)self;
}

/* also when the last worker goes just when its time is over */
static void the_end_comes_once(void **state) {
    struct bed *bed = bed_of(state);
    unsigned ends = 0;
    bed_write_and_close(bed, "a/hang.dcm", "7");
    pipeline_drain(bed->pipeline, 0, count_end, &ends);
    for (int i = 0; i < 20; i++) {
        const struct timeval step = {0, 5000};
        event_base_loopexit(bed->base, &step);
        event_base_dispatch(bed->base);
    }
    assert_int_equal(ends, 1);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(a_closed_file_is_counted),
        TEST(a_name_that_is_not_wanted_is_left_alone),
        TEST(the_same_file_is_counted_once),
        TEST(a_changed_file_is_looked_at_again),
        TEST(a_file_closed_again_while_it_is_checked_is_checked_again),
        TEST(a_renamed_file_is_not_counted_again),
        TEST(a_file_is_not_believed_to_be_renamed_where_nobody_knows_when_it_was_made),
        TEST(a_hard_link_is_a_file_of_its_own),
        TEST(a_file_that_vanished_makes_no_event),
        TEST(a_fifo_is_left_alone),
        TEST(an_incomplete_file_waits_for_its_next_close),
        TEST(an_incomplete_file_that_stays_so_is_an_error_once),
        TEST(a_file_found_open_is_counted_when_it_is_closed),
        cmocka_unit_test(with_trust_a_name_is_enough_to_be_counted),
        cmocka_unit_test(sources_are_paused_while_the_queue_is_full),
        cmocka_unit_test(the_backlog_alone_never_pauses_live_files),
        TEST(at_the_end_what_workers_have_is_finished),
        TEST(at_the_end_nobody_is_waited_for_longer_than_said),
        TEST(the_end_comes_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
