/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its option; and the nearest name for a slip. */
#include "base/memory.h"
#include "base/nearest.h"
#include "plugin/option_check.h"

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
    .key = "tolerances", .type = MRQ_NUMBERS, .minimum = 0, .maximum = 10, .choices = "TE|TR"};
static const struct mrq_option parts = {.key = "parts", .type = MRQ_STRINGS, .choices = "TE|TR"};
static const struct mrq_option folders = {
    .key = "folders", .type = MRQ_FOLDERS, .minimum = 1, .maximum = 2};
static const struct mrq_option spool = {.key = "spool", .type = MRQ_FOLDER, .required = true};
static const struct mrq_option tags = {.key = "tags", .type = MRQ_PATH};
static const struct mrq_option strict = {.key = "strict", .type = MRQ_BOOLEAN};

static void allowed(const struct mrq_option *option, const char *text) {
    size_t entry;
    json_auto_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_null(option_fault(option, value, &entry));
}

static void refused_at(const struct mrq_option *option, const char *text, size_t where,
                       const char *sentence) {
    size_t entry;
    json_auto_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    AUTOFREE char *fault = option_fault(option, value, &entry);
    assert_non_null(fault);
    assert_string_equal(fault, sentence);
    assert_int_equal(entry, where);
}

static void refused(const struct mrq_option *option, const char *text, const char *sentence) {
    refused_at(option, text, OPTION_WHOLE, sentence);
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
    allowed(&parts, "[]");
    allowed(&folders, "\"/a\"");
    allowed(&folders, "[\"/a\", \"b\"]");
    allowed(&tags, "\"\"");
}

static void a_message_has_value_range_and_unit(void **state) {
    (void)state;
    refused(&minimum, "65", "is 65, but must be a whole number from 1 to 64 (times)");
    refused(&minimum, "1.5", "is 1.5, but must be a whole number from 1 to 64 (times)");
    refused(&minimum, "2.0", "is 2.0, but must be a whole number from 1 to 64 (times): write 2");
    refused(&context, "\"real\"", "is \"real\", but must be \"realtime\", \"archive\" or \"both\"");
    refused(&context, "\"realtime|archive\"",
            "is \"realtime|archive\", but must be \"realtime\", \"archive\" or \"both\"");
    refused(&names, "[1]", "is [1], but must be a list of strings, such as [ \"a\", \"b\" ]");
    refused(&strict, "1", "is 1, but must be true or false");
    refused(&share, "\"3\"", "is \"3\", but must be a number");
}

static void an_entry_that_is_wrong_is_named(void **state) {
    (void)state;
    refused_at(&tolerances, "{\"TE\": 1, \"TR\": 11}", 1,
               "has TR = 11, but its numbers must be from 0 to 10");
    refused_at(&tolerances, "{\"TRR\": 1}", 0, "has \"TRR\"; did you mean \"TR\"?");
    refused_at(&parts, "[\"TE\", \"TRR\"]", 1, "has \"TRR\"; did you mean \"TR\"?");
    refused_at(&parts, "[\"colour\"]", 0, "has \"colour\", but may have \"TE\" or \"TR\"");
}

static void a_list_may_have_to_have_entries(void **state) {
    (void)state;
    refused(&folders, "[]",
            "is [], but must be a list of 1 to 2 folders, such as [ "
            "\"/data/dicomstream\" ]");
    refused(&folders, "[\"a\", \"b\", \"c\"]",
            "is [\"a\",\"b\",\"c\"], but must be a list of 1 to 2 folders, such as [ "
            "\"/data/dicomstream\" ]");
    refused_at(&folders, "[\"a\", \"\"]", 1,
               "has \"\", which is no folder: leave it out, or name one");
    refused(&spool, "\"\"", "is \"\", but must be the path of a folder, in quotes");
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
        cmocka_unit_test(a_message_has_value_range_and_unit),
        cmocka_unit_test(an_entry_that_is_wrong_is_named),
        cmocka_unit_test(a_list_may_have_to_have_entries),
        cmocka_unit_test(slips_are_near_and_other_words_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
