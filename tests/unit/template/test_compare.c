/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of comparison, case by case, and the sentences that deviations are told in. */
#include "compare.h"
#include "sentence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool same(const char *name, const char *expect, const char *have) {
    const struct parameter *parameter = &parameters[parameter_index(name)];
    double tolerance = parameter->rule == RULE_SHARED ? 0.05 : 0;
    return compare_values(parameter->rule, tolerance, expect, have);
}

static void tr_is_compared_in_whole_milliseconds(void **state) {
    (void)state;
    assert_true(same("TR", "1300", "1300.0"));
    assert_true(same("TR", "1300", "1300.9"));
    assert_false(same("TR", "1300", "0.0"));
    assert_false(same("TR", "1300", "2000"));
    assert_true(same("TR", "2443.60693359375", "2443"));
    assert_false(same("TR", "1300", "fast"));
}

static void te_sets_must_share_a_member(void **state) {
    (void)state;
    assert_true(same("TE", "4.8,38.76", "38.76"));
    assert_false(same("TE", "4.8,7.4", "38.76"));
    assert_true(same("TE", "30", "30.05"));
    assert_false(same("TE", "30", "30.06"));
    assert_true(same("TE", "4.8, 38.76", "[4.8, 38.76]"));
    assert_true(same("TE", "30", "30.0"));
    assert_false(same("TE", "30", "33"));
}

static void every_tr_and_angle_of_a_file_is_one_of_the_templates(void **state) {
    (void)state;
    assert_true(same("TR", "20,100", "100"));
    assert_true(same("TR", "20,100", "20.4"));
    assert_true(same("TR", "20,100", "[20, 100]"));
    assert_true(same("TR", "2000", "1999.99975"));
    assert_false(same("TR", "20,100", "200"));
    assert_false(same("TR", "20,100", "20,200"));
    assert_false(same("TR", "20", "20,100"));
    assert_true(same("FA", "2,10", "10.0"));
    assert_true(same("FA", "2,10", "2,10"));
    assert_false(same("FA", "2,10", "2,12"));
    assert_false(same("FA", "2,10", "6"));
    assert_true(compare_values(RULE_MEMBERS, 0.5, "2,10", "2.4,9.6"));
}

static void numbers_are_compared_as_numbers(void **state) {
    (void)state;
    assert_true(same("FA", "30.0", "30"));
    assert_false(same("FA", "30", "30.001"));
    assert_true(same("Matrix", "[94, 0, 0, 88]", "94,0,0,88"));
    assert_false(same("Matrix", "[94, 0, 0, 88]", "[94, 0, 0]"));
    assert_false(same("Matrix", "[94, 0, 0, 88]", "[88, 0, 0, 94]"));
    assert_true(same("BWPPE", "10.352", "10.3520"));
    assert_true(same("Phase", "1", "1.0"));
    assert_false(same("Phase", "1", "0"));
    assert_true(same("BWP", "odd Value", "ODD  value"));
}

static void pixel_sizes_are_compared_to_three_decimals(void **state) {
    (void)state;
    assert_true(same("PixelResol", "[2.00001, 0.0]", "2.0,0.0000001"));
    assert_true(same("PixelResol", "[2.2978723049164, 2.2978723049164]", "2.29787,2.29787"));
    assert_false(same("PixelResol", "[2, 0]", "2,1"));
    assert_false(same("PixelResol", "[2.297, 2]", "[2.299, 2]"));
    assert_true(same("PixelResol", "0.0", "-0.0001"));
}

static void names_ignore_case_and_white_space(void **state) {
    (void)state;
    assert_true(same("Project", "Brain^WPC-8620", "Brain^wpc-8620"));
    assert_true(same("SequenceName", " a  b\tc ", "A B C"));
    assert_false(same("SequenceName", "a_c", "abc"));
    assert_false(same("SequenceName", "a%", "abc"));
    assert_false(same("SequenceName", "ab", "a b"));
    assert_false(same("Comments", "ab", "ab c"));
    assert_true(same("Comments", "SCHÄDEL für ØRE", "schädel FÜR øre"));
    assert_false(same("Comments", "schädel", "schödel"));
    assert_false(same("Comments", "2×2", "2÷2"));
    assert_false(same("Comments", "ä", "ä\xc3"));
}

static void ipat_is_exact(void **state) {
    (void)state;
    assert_true(same("iPAT", "p2", "p2"));
    assert_false(same("iPAT", "p2", "P2"));
}

static void diffusion_directions_are_one_sequence(void **state) {
    (void)state;
    assert_true(same("SequenceType", "ep_b5#1", "ep_b1540#27"));
    assert_true(same("SequenceType", "*ep_b0", "*ep_b1000#3"));
    assert_false(same("SequenceType", "ep_b5#1", "epse2d1_140"));
    assert_false(same("SequenceType", "epse2d1_90", "epse2d1_140"));
    assert_false(same("SequenceType", "tfl3db1", "tfl3db2"));
}

static void a_tolerance_holds_for_every_numeric_rule(void **state) {
    (void)state;
    assert_true(compare_values(RULE_NUMBERS, 5, "2045", "2050"));
    assert_false(compare_values(RULE_NUMBERS, 5, "2045", "2051"));
    assert_true(compare_values(RULE_WHOLE, 10, "1300", "1310"));
    assert_true(compare_values(RULE_DECIMALS, 0.01, "[2.3, 2.3]", "[2.31, 2.29]"));
}

static void numbers_are_numbers_only(void **state) {
    (void)state;
    double values[4];
    assert_int_equal(compare_numbers("[94, 0, 0, 88]", values, 4), 4);
    assert_true(values[0] == 94 && values[3] == 88);
    assert_int_equal(compare_numbers("1,2,3,4,5", values, 4), 0);
    assert_int_equal(compare_numbers("1,,2", values, 4), 0);
    assert_int_equal(compare_numbers("", values, 4), 0);
    assert_int_equal(compare_numbers("[]", values, 4), 0);
    assert_int_equal(compare_numbers("p2", values, 4), 0);
    assert_int_equal(compare_numbers("1e400", values, 4), 0);
}

static void expect_sentence(const char *name, const char *expect, const char *have, long long seen,
                            const char *sentence) {
    char made[SENTENCE_BYTES];
    sentence_write(made, &parameters[parameter_index(name)], expect, have, seen, seen < 3);
    assert_string_equal(made, sentence);
}

static void deviations_are_told_in_the_words_of_the_page(void **state) {
    (void)state;
    expect_sentence("TR", "1300", "2000", 412, "TR is 2000 ms, template 1300 ms (seen 412 times)");
    expect_sentence("BWP", "2045", "2055", 2,
                    "BWP is 2055 Hz/px, template 2045 Hz/px (seen twice only)");
    expect_sentence("TE", "30,35", "33", 9, "TE is 33 ms, template 30 or 35 ms (seen 9 times)");
    expect_sentence(
        "Phase", "1", "0", 1,
        "Phase encoding is reversed: negative (0), template positive (1) (seen once only)");
    expect_sentence("iPAT", "p2", NULL, 8, "iPAT is not in the header, template p2 (seen 8 times)");
    expect_sentence("Matrix", "[94, 0, 0, 88]", "[94, 0, 0, 94]", 5,
                    "Matrix is 94 × 94, template 94 × 88 (seen 5 times)");
    expect_sentence("PixelResol", "[2.2979123, 2.2979123]", "[2.2978123, 2.2978123]", 5,
                    "PixelResol is 2.2978 mm, template 2.2979 mm (seen 5 times)");
    expect_sentence("FA", "9.0", "12345.678", 5, "FA is 12346°, template 9° (seen 5 times)");
    expect_sentence("TR", "20,100", "20,200", 9,
                    "TR is 20 and 200 ms, template 20 or 100 ms (seen 9 times)");
    expect_sentence("Comments", "a", "b", 5, "Comments is \"b\", template \"a\" (seen 5 times)");
}

static void two_different_values_never_look_alike(void **state) {
    (void)state;
    expect_sentence("Matrix", "[256, 0, 0, 256]", "[0, 256, 256, 0]", 9,
                    "Matrix is \"[0, 256, 256, 0]\", template \"[256, 0, 0, 256]\" (seen 9 times)");
    expect_sentence("PixelResol", "[2, 2]", "[2, 2, 2]", 9,
                    "PixelResol is \"[2, 2, 2]\", template \"[2, 2]\" (seen 9 times)");
    char expect[400], have[400], made[SENTENCE_BYTES];
    memset(expect, 'x', sizeof(expect));
    memset(have, 'x', sizeof(have));
    expect[399] = have[399] = '\0';
    expect[300] = 'a';
    have[300] = 'b';
    sentence_write(made, &parameters[parameter_index("Comments")], expect, have, 9, false);
    assert_non_null(strstr(made, "xaxx"));
    assert_non_null(strstr(made, "xbxx"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tr_is_compared_in_whole_milliseconds),
        cmocka_unit_test(te_sets_must_share_a_member),
        cmocka_unit_test(every_tr_and_angle_of_a_file_is_one_of_the_templates),
        cmocka_unit_test(numbers_are_compared_as_numbers),
        cmocka_unit_test(pixel_sizes_are_compared_to_three_decimals),
        cmocka_unit_test(names_ignore_case_and_white_space),
        cmocka_unit_test(ipat_is_exact),
        cmocka_unit_test(diffusion_directions_are_one_sequence),
        cmocka_unit_test(a_tolerance_holds_for_every_numeric_rule),
        cmocka_unit_test(numbers_are_numbers_only),
        cmocka_unit_test(deviations_are_told_in_the_words_of_the_page),
        cmocka_unit_test(two_different_values_never_look_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
