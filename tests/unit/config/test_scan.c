/* SPDX-License-Identifier: Apache-2.0 */
/* What libconfig takes in silence, or calls a bare syntax error, is found and explained. */
#include "base/memory.h"
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

static void hint(const char *text, unsigned line, const char *sentence) {
    AUTOFREE char *said = config_scan_hint(text, line);
    assert_string_equal(said, sentence);
}

static void syntax_errors_get_a_hint(void **state) {
    (void)state;
    hint("a = [ 1, 2, ];\n", 1, ": no comma may stand before the closing bracket");
    hint("\na = ( 1,\n );\n", 3, ": no comma may stand before the closing bracket");
    hint("a = yes;\n", 1, ": a text needs quotes around it, and a truth value is true or false");
    hint("a = ;\n", 1, ": there is no value behind the =");
    hint("a = \"open;\nb = 1;\n", 3, ": a quotation mark is missing");
    hint("a = 1;\n } b = 2;\n", 2, ": the } closes nothing");
    hint("a = 5,5;\n", 1, ": a decimal number has a point: 5.5");
    hint("a = [ 5,5 ]; b = 3;\n", 1, "");
    hint("sources = [ { plugin = \"x\"; } ];\n", 1,
         ": groups stand in a list of round brackets, ( { … }, { … } ), not in [ ]");
    hint("sources = [\n  { plugin = \"x\"; } ];\n", 2,
         ": groups stand in a list of round brackets, ( { … }, { … } ), not in [ ]");
    hint("a = ( { b = 1; }\n { b = 2; } );\n", 2, ": a comma is missing between two groups");
    hint("a = ( { b = 1; );\n", 1, ": ) closes the { of line 1");
    hint("a = ( { b = 1; },\n\n", 3, ": the ( of line 1 is not closed");
    hint("workers 2;\n", 1, ": an = is missing behind workers");
    hint("", 1, "");
}

static void marked(const char *text, size_t count, const char *first) {
    struct problems problems;
    problems_init(&problems);
    config_scan_marks(text, "x.conf", &problems);
    assert_int_equal(json_array_size(problems.list), count);
    if (count) {
        assert_string_equal(json_string_value(json_array_get(problems.list, 0)), first);
    }
    problems_finish(&problems);
}

static void what_a_word_processor_puts_in_is_named(void **state) {
    (void)state;
    marked("\xef\xbb\xbf"
           "a = 1;",
           1, "x.conf:1: the file begins with a byte order mark: save it as UTF-8 without one");
    marked("a = 1;\nb = \xe2\x80\x9c"
           "x\xe2\x80\x9d;\n",
           1, "x.conf:2: \xe2\x80\x9c is a word processor's quotation mark: write \"");
    marked("a =\xc2\xa0"
           "1;",
           1, "x.conf:1: a blank is a no-break space (U+00A0): write a plain one");
    marked("a = \xc3\xa4;\nb = \xe4;\n", 2, "x.conf:1: \xc3\xa4 can stand within quotes only");
    marked("\xff\xfe", 1, "x.conf:1: the byte 0xff is no UTF-8: save the file as UTF-8 text");
    marked("a = \"\xe2\x80\x9c\"; # \xc3\xa4\n", 0, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_beyond_32_bits_are_found),
        cmocka_unit_test(what_only_looks_like_one_is_left_alone),
        cmocka_unit_test(the_line_is_told),
        cmocka_unit_test(syntax_errors_get_a_hint),
        cmocka_unit_test(what_a_word_processor_puts_in_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
