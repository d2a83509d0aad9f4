/* SPDX-License-Identifier: Apache-2.0 */
/* The cadence of a series, however its images come. */
#include "tracking/cadence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* images at once, then the gap */
static int64_t send(struct cadence *cadence, int64_t now, unsigned images, int64_t gap) {
    for (unsigned i = 0; i < images; i++) {
        cadence_note(cadence, now + i);
    }
    return now + gap;
}

static void one_image_tells_nothing(void **state) {
    (void)state;
    struct cadence cadence = {0};
    assert_int_equal(cadence_gap_ms(&cadence), -1);
    cadence_note(&cadence, 1000);
    assert_int_equal(cadence_gap_ms(&cadence), -1);
    cadence_note(&cadence, 2300);
    assert_int_equal(cadence_gap_ms(&cadence), 1300);
    cadence_finish(&cadence);
}

static void volumes_in_bursts_have_the_time_between_them(void **state) {
    (void)state;
    static const unsigned slices[] = {1, 2, 3, 40, 100};
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
        struct cadence cadence = {0};
        int64_t now = 1000;
        for (int volume = 0; volume < 8; volume++) {
            now = send(&cadence, now, slices[i], 2000);
        }
        assert_in_range(cadence_gap_ms(&cadence), 1900, 2000);
        cadence_finish(&cadence);
    }
}

static void a_single_pause_changes_nothing(void **state) {
    (void)state;
    struct cadence cadence = {0};
    int64_t now = 1000;
    for (int i = 0; i < 20; i++) {
        now = send(&cadence, now, 1, i == 10 ? 600000 : 500);
    }
    assert_int_equal(cadence_gap_ms(&cadence), 500);
    cadence_finish(&cadence);
}

static void a_new_cadence_is_learnt(void **state) {
    (void)state;
    struct cadence cadence = {0};
    int64_t now = 1000;
    for (int i = 0; i < CADENCE_GAPS; i++) {
        now = send(&cadence, now, 1, 100);
    }
    for (int i = 0; i < CADENCE_GAPS; i++) {
        now = send(&cadence, now, 1, 3000);
    }
    assert_int_equal(cadence_gap_ms(&cadence), 3000);
    cadence_finish(&cadence);
}

static void what_was_known_counts_until_more_is(void **state) {
    (void)state;
    struct cadence cadence = {0};
    send(&cadence, send(&cadence, 1000, 1, 700), 1, 0);
    cadence_drop(&cadence);
    assert_int_equal(cadence_gap_ms(&cadence), 700);
    cadence_break(&cadence);
    int64_t now = send(&cadence, 100000, 1, 50);
    now = send(&cadence, send(&cadence, now, 1, 50), 1, 50);
    assert_int_equal(cadence_gap_ms(&cadence), 700);
    send(&cadence, now, 1, 50);
    assert_int_equal(cadence_gap_ms(&cadence), 50);
    cadence_finish(&cadence);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_image_tells_nothing),
        cmocka_unit_test(volumes_in_bursts_have_the_time_between_them),
        cmocka_unit_test(a_single_pause_changes_nothing),
        cmocka_unit_test(a_new_cadence_is_learnt),
        cmocka_unit_test(what_was_known_counts_until_more_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
