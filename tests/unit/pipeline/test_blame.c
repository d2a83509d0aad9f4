/* SPDX-License-Identifier: Apache-2.0 */
/* Checkers that fail: three different files in a row, and for a while only. */
#include "base/log.h"
#include "pipeline/blame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char settings[] = "{\"checkers\": [{\"name\": \"good\"}, {\"name\": \"bad\"}]}";
enum { GOOD = 1, BAD = 2, FIRST_S = 60, LONGEST_S = 3600 };

static struct blame_file file(uint64_t place, long long now_s) {
    return (struct blame_file){.place = place, .said = "a.dcm", .now_ms = now_s * 1000};
}

static bool crash(struct blame *blame, uint64_t place) {
    const struct blame_file on = file(place, 1);
    return blame_crash(blame, "bad", &on);
}

static bool pass(struct blame *blame, uint32_t failed, uint64_t place, long long now_s) {
    const struct blame_file on = file(place, now_s);
    return blame_passed(blame, failed, &on);
}

static void three_different_files_disable(void **state) {
    (void)state;
    struct blame *blame = blame_create(settings);
    for (int i = 0; i < 10; i++) { /* one file, written again and again */
        assert_false(crash(blame, 7));
        assert_false(pass(blame, BAD, 8, 1));
    }
    assert_null(strstr(blame_settings(blame), "disabled"));
    assert_true(pass(blame, BAD, 9, 1));
    assert_non_null(strstr(blame_settings(blame), "\"bad\",\"disabled\":true"));
    assert_null(strstr(blame_settings(blame), "\"good\",\"disabled\":true"));
    assert_false(crash(blame, 10)); /* a worker of before */
    blame_destroy(blame);
    blame_destroy(NULL);
}

static void a_file_that_it_judges_acquits_a_checker_but_not_another(void **state) {
    (void)state;
    struct blame *blame = blame_create(settings);
    for (uint64_t place = 1; place < 20; place += 2) {
        assert_false(pass(blame, BAD, place, 1));
        assert_false(pass(blame, GOOD, place + 1, 1));
    }
    assert_false(pass(blame, GOOD | BAD, 30, 1));
    assert_true(pass(blame, GOOD, 31, 1));
    blame_destroy(blame);
}

static void nothing_is_looked_at_while_all_is_well(void **state) {
    (void)state;
    struct blame *blame = blame_create(settings);
    assert_false(blame_looks(blame, 0));
    assert_true(blame_looks(blame, BAD));
    pass(blame, BAD, 1, 1);
    assert_true(blame_looks(blame, 0));
    pass(blame, 0, 2, 1);
    assert_false(blame_looks(blame, 0));
    blame_destroy(blame);
}

static void disable(struct blame *blame, long long now_s) {
    for (uint64_t place = 100; !pass(blame, BAD, place, now_s); place++) {
        assert_true(place < 103);
    }
}

static void it_is_tried_again_after_a_while_and_after_ever_longer_ones(void **state) {
    (void)state;
    struct blame *blame = blame_create(settings);
    long long now_s = 1000, pause_s = FIRST_S;
    assert_int_equal(blame_next_ms(blame), 0);
    disable(blame, now_s);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(blame_next_ms(blame), (now_s + pause_s) * 1000);
        assert_false(blame_try_again(blame, (now_s + pause_s) * 1000 - 1));
        now_s += pause_s;
        assert_true(blame_try_again(blame, now_s * 1000));
        assert_non_null(strstr(blame_settings(blame), "\"disabled\":false"));
        assert_true(pass(blame, BAD, 1000 + (uint64_t)i, now_s)); /* once is enough now */
        pause_s = pause_s * 3 < LONGEST_S ? pause_s * 3 : LONGEST_S;
    }
    blame_destroy(blame);
}

static void one_that_works_again_has_all_its_chances_back(void **state) {
    (void)state;
    struct blame *blame = blame_create(settings);
    disable(blame, 1);
    assert_true(blame_try_again(blame, 1000000));
    assert_false(pass(blame, 0, 1, 1000));
    assert_false(pass(blame, BAD, 2, 1000));
    assert_false(pass(blame, BAD, 3, 1000));
    assert_true(pass(blame, BAD, 4, 1000));
    assert_int_equal(blame_next_ms(blame), (1000 + FIRST_S) * 1000);
    blame_destroy(blame);
}

static void names_that_no_checker_has_are_nobodys(void **state) {
    (void)state;
    struct blame *blame = blame_create(settings);
    for (uint64_t place = 1; place < 9; place++) {
        const struct blame_file on = file(place, 1);
        assert_false(blame_crash(blame, "other", &on));
        assert_false(blame_crash(blame, "", &on));
    }
    blame_destroy(blame);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_different_files_disable),
        cmocka_unit_test(a_file_that_it_judges_acquits_a_checker_but_not_another),
        cmocka_unit_test(nothing_is_looked_at_while_all_is_well),
        cmocka_unit_test(it_is_tried_again_after_a_while_and_after_ever_longer_ones),
        cmocka_unit_test(one_that_works_again_has_all_its_chances_back),
        cmocka_unit_test(names_that_no_checker_has_are_nobodys),
    };
    log_set_level((enum mrq_level)0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
