/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its option; and the nearest name for a slip. */
#include "base/nearest.h"
#include "config/config_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct mrq_option minimum = {
    .key = "minimum", .type = MRQ_INTEGER, .minimum = 1, .maximum = 64, .unit = "times"};
static const struct mrq_option context = {
    .key = "context", .type = MRQ_STRING, .choices = "realtime|archive|both"};
static const struct mrq_option names = {.key = "names", .type = MRQ_STRINGS};
static const struct mrq_option share = {.key = "share", .type = MRQ_NUMBER};
static const struct mrq_option tolerances = {
    .key = "tolerances", .type = MRQ_NUMBERS, .minimum = 0, .maximum = 10, .unit = "ms"};
static const struct mrq_option strict = {.key = "strict", .type = MRQ_BOOLEAN};

static void allowed(const struct mrq_option *option, const char *text) {
    struct problems problems;
    problems_init(&problems);
    json_auto_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_true(config_check(option, value, NULL, &problems));
    assert_false(problems_any(&problems));
    problems_finish(&problems);
}

static void refused(const struct mrq_option *option, const char *text, const char *sentence) {
    struct problems problems;
    problems_init(&problems);
    struct place place = {.file = "x.conf", .line = 14, .instance = "checker"};
    json_auto_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_false(config_check(option, value, &place, &problems));
    assert_string_equal(json_string_value(json_array_get(problems.list, 0)), sentence);
    problems_finish(&problems);
}

static void values_in_order_pass(void **state) {
    (void)state;
    allowed(&minimum, "1");
    allowed(&minimum, "64");
    allowed(&context, "\"both\"");
    allowed(&names, "[]");
    allowed(&names, "\"one\"");
    allowed(&share, "3");
    allowed(&share, "-0.5");
    allowed(&tolerances, "{\"TE\": 0.05, \"TR\": 1}");
    allowed(&strict, "true");
}

static void a_message_has_place_value_range_and_unit(void **state) {
    (void)state;
    refused(&minimum, "65",
            "x.conf:14: checker: option \"minimum\" is 65, but must be a whole number from 1 to 64 "
            "(times)");
    refused(&minimum, "1.5",
            "x.conf:14: checker: option \"minimum\" is 1.5, but must be a whole number from 1 to "
            "64 (times)");
    refused(&context, "\"real\"",
            "x.conf:14: checker: option \"context\" is \"real\", but must be \"realtime\", "
            "\"archive\" or \"both\"");
    refused(&context, "\"realtime|archive\"",
            "x.conf:14: checker: option \"context\" is \"realtime|archive\", but must be "
            "\"realtime\", \"archive\" or \"both\"");
    refused(&names, "[1]",
            "x.conf:14: checker: option \"names\" is [1], but must be a list of strings, such as [ "
            "\"a\", \"b\" ]");
    refused(&tolerances, "{\"TE\": 11}",
            "x.conf:14: checker: option \"tolerances\" is {\"TE\":11}, but must be a group of "
            "numbers, such as { TE = 0.05; } from 0 to 10 (ms)");
    refused(&strict, "1", "x.conf:14: checker: option \"strict\" is 1, but must be true or false");
    refused(&share, "\"3\"", "x.conf:14: checker: option \"share\" is \"3\", but must be a number");
}

static void slips_are_near_and_other_words_are_not(void **state) {
    (void)state;
    static const char *const known[] = {"paths", "context", "update_interval", "wanted", NULL};
    assert_string_equal(text_nearest("pathes", known), "paths");
    assert_string_equal(text_nearest("path", known), "paths");
    assert_string_equal(text_nearest("ptahs", known), "paths");
    assert_string_equal(text_nearest("update-interval", known), "update_interval");
    assert_null(text_nearest("colour", known));
    assert_null(text_nearest("", known));
    assert_null(text_nearest("x", (const char *const[]){NULL}));
    char longest[200];
    for (size_t i = 0; i < sizeof(longest); i++) {
        longest[i] = 'a';
    }
    longest[sizeof(longest) - 1] = '\0';
    assert_null(text_nearest(longest, known));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_in_order_pass),
        cmocka_unit_test(a_message_has_place_value_range_and_unit),
        cmocka_unit_test(slips_are_near_and_other_words_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
