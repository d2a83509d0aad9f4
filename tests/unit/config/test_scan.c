/* SPDX-License-Identifier: Apache-2.0 */
/* What libconfig takes in silence, or calls a bare syntax error, is found and explained. */
#include "config/config_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t integers_found(const char *text) {
    struct problems problems;
    problems_init(&problems);
    config_scan_integers(text, "x.conf", &problems);
    size_t count = json_array_size(problems.list);
    problems_finish(&problems);
    return count;
}

static void integers_beyond_32_bits_are_found(void **state) {
    (void)state;
    assert_int_equal(integers_found("a = 2147483647; b = -2147483648; c = 0x7fffffff;"), 0);
    assert_int_equal(integers_found("a = 2147483648;"), 1);
    assert_int_equal(integers_found("a = [ -2147483649, 0x80000000, 99999999999999999999 ];"), 3);
}

static void what_only_looks_like_one_is_left_alone(void **state) {
    (void)state;
    assert_int_equal(integers_found("a = 5000000000L; b = 5000000000.0; c = 1e12;"), 0);
    assert_int_equal(integers_found("a = \"5000000000\"; // 5000000000\n# 5000000000\n"), 0);
    assert_int_equal(integers_found("/* 5000000000\n */ a = \"\\\"5000000000\"; x5000000000 = 1;"),
                     0);
}

static void the_line_is_told(void **state) {
    (void)state;
    struct problems problems;
    problems_init(&problems);
    config_scan_integers("a = 1;\n/* \n */\n\nb = 5000000000;\n", "x.conf", &problems);
    assert_string_equal(json_string_value(json_array_get(problems.list, 0)),
                        "x.conf:5: 5000000000 does not fit 32 bits: write 5000000000L, if it is "
                        "meant");
    problems_finish(&problems);
}

static void syntax_errors_get_a_hint(void **state) {
    (void)state;
    assert_string_equal(config_scan_hint("a = [ 1, 2, ];\n", 1),
                        ": no comma may stand before the closing bracket");
    assert_string_equal(config_scan_hint("\na = ( 1,\n );\n", 3),
                        ": no comma may stand before the closing bracket");
    assert_string_equal(config_scan_hint("a = yes;\n", 1),
                        ": a text needs quotes around it, and a truth value is true or false");
    assert_string_equal(config_scan_hint("a = ;\n", 1), ": there is no value behind the =");
    assert_string_equal(config_scan_hint("a = \"open;\nb = 1;\n", 3),
                        ": a quotation mark is missing");
    assert_string_equal(config_scan_hint("a = 1;\n } b = 2;\n", 2), "");
    assert_string_equal(config_scan_hint("", 1), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_beyond_32_bits_are_found),
        cmocka_unit_test(what_only_looks_like_one_is_left_alone),
        cmocka_unit_test(the_line_is_told),
        cmocka_unit_test(syntax_errors_get_a_hint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
