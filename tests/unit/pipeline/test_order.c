/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which answers are let go. */
#include "bed.h"

#include <stdio.h>
#include <string.h>

static void hold_long(struct pipeline_settings *settings) {
    settings->hold_ms = 60 * 1000;
    settings->workers = 4;
}

static void hold_briefly(struct pipeline_settings *settings) {
    settings->hold_ms = 50;
    settings->worker_timeout_ms = 5000;
}

static void answers_come_in_the_order_of_closing(void **state) {
    (void)state;
    struct bed *bed = bed_create(hold_long);
    int expected = 0;
    for (int i = 0; i < 60; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/slow%d-%03d.dcm", i * 7 % 20, i);
        bed_write_and_close(bed, name, "7");
    }
    bed_wait(bed, 60);
    for (const char *line = bed->story; *line; line = strchr(line, '\n') + 1) {
        int number;
        assert_int_equal(sscanf(line, "new 7 slow%*d-%d.dcm", &number), 1);
        assert_int_equal(number, expected++);
    }
    bed_destroy(bed);
}

static void a_slow_file_holds_the_others_for_a_while_only(void **state) {
    (void)state;
    struct bed *bed = bed_create(hold_briefly);
    bed_write_and_close(bed, "a/slow1000.dcm", "7");
    for (int i = 0; i < 10; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
    }
    bed_settle(bed);
    assert_int_equal(bed->events, 11);
    assert_ptr_equal(strstr(bed->story, "new 7 0.dcm"), bed->story);
    assert_string_equal(strstr(bed->story, "new 7 slow"), "new 7 slow1000.dcm\n");
    bed_destroy(bed);
}

static void a_slow_file_holds_only_so_many_answers(void **state) {
    (void)state;
    struct bed *bed = bed_create(hold_long);
    bed_write_and_close(bed, "a/slow4000.dcm", "7");
    for (int i = 0; i < 400; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
    }
    bed_settle(bed);
    assert_int_equal(bed->events, 401);
    assert_ptr_equal(strstr(bed->story, "new 7 0.dcm"), bed->story);
    bed_destroy(bed);
}

static void a_slow_file_holds_no_other_folder(void **state) {
    (void)state;
    struct bed *bed = bed_create(hold_long);
    bed_write_and_close(bed, "a/slow500.dcm", "7");
    bed_write_and_close(bed, "b/1.dcm", "8");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 8 1.dcm\nnew 7 slow500.dcm\n");
    bed_destroy(bed);
}

static void a_file_that_makes_no_event_holds_nothing(void **state) {
    (void)state;
    struct bed *bed = bed_create(hold_long);
    bed_write_and_close(bed, "a/1.dcm", "");
    bed_close(bed, "a/gone.dcm");
    bed_write_and_close(bed, "a/2.dcm", "7");
    bed_wait(bed, 1);
    assert_string_equal(bed->story, "new 7 2.dcm\n");
    bed_destroy(bed);
}

static void files_behind_a_slow_one_go_to_other_workers(void **state) {
    (void)state;
    struct bed *bed = bed_create(hold_briefly);
    bed_write_and_close(bed, "a/slow3000.dcm", "7");
    for (int i = 0; i < 40; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
    }
    bed_wait(bed, 40);
    assert_int_equal(bed_told(bed, "slow"), 0);
    bed_wait(bed, 41);
    bed_destroy(bed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_in_the_order_of_closing),
        cmocka_unit_test(a_slow_file_holds_the_others_for_a_while_only),
        cmocka_unit_test(a_slow_file_holds_only_so_many_answers),
        cmocka_unit_test(a_slow_file_holds_no_other_folder),
        cmocka_unit_test(a_file_that_makes_no_event_holds_nothing),
        cmocka_unit_test(files_behind_a_slow_one_go_to_other_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
