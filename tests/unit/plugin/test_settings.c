/* SPDX-License-Identifier: Apache-2.0 */
/* Options are handed out by key, with the defaults of the table behind them. */
#include "plugin/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct mrq_option table[] = {
    {.key = "context", .type = MRQ_STRING, .preset = "\"realtime\""},
    {.key = "minimum", .type = MRQ_INTEGER, .preset = "3"},
    {.key = "strict", .type = MRQ_BOOLEAN, .preset = "true"},
    {.key = "names", .type = MRQ_STRINGS, .preset = "[\"TR\", \"TE\"]"},
    {.key = "tolerances", .type = MRQ_NUMBERS, .preset = "{\"TE\": 0.05, \"TR\": 1}"},
    {.key = "file", .type = MRQ_STRING},
    {0},
};

static struct mrq_settings *settings_of(const char *text) {
    json_auto_t *values = json_loads(text, 0, NULL);
    assert_non_null(values);
    return settings_create(values, table);
}

static void absent_options_have_their_default(void **state) {
    (void)state;
    struct mrq_settings *settings = settings_of("{}");
    assert_string_equal(mrq_setting(settings, "context"), "realtime");
    assert_true(mrq_setting_number(settings, "minimum") == 3);
    assert_true(mrq_setting_number(settings, "strict") == 1);
    assert_int_equal(mrq_setting_count(settings, "names"), 2);
    assert_string_equal(mrq_setting_item(settings, "names", 1), "TE");
    assert_null(mrq_setting_item(settings, "names", 2));
    assert_null(mrq_setting(settings, "file"));
    assert_true(mrq_setting_number(settings, "file") == 0);
    settings_destroy(settings);
}

static void given_options_win(void **state) {
    (void)state;
    struct mrq_settings *settings =
        settings_of("{\"context\": \"archive\", \"minimum\": 5, \"strict\": false, \"names\": []}");
    assert_string_equal(mrq_setting(settings, "context"), "archive");
    assert_true(mrq_setting_number(settings, "minimum") == 5);
    assert_true(mrq_setting_number(settings, "strict") == 0);
    assert_int_equal(mrq_setting_count(settings, "names"), 0);
    settings_destroy(settings);
}

static void a_single_string_is_a_list_of_one(void **state) {
    (void)state;
    struct mrq_settings *settings = settings_of("{\"names\": \"FA\"}");
    assert_int_equal(mrq_setting_count(settings, "names"), 1);
    assert_string_equal(mrq_setting_item(settings, "names", 0), "FA");
    assert_null(mrq_setting_item(settings, "names", 1));
    settings_destroy(settings);
}

static void a_group_keeps_the_defaults_of_names_not_given(void **state) {
    (void)state;
    struct mrq_settings *settings = settings_of("{\"tolerances\": {\"TR\": 2.5, \"a.b\": 7}}");
    assert_int_equal(mrq_setting_count(settings, "tolerances"), 3);
    assert_true(mrq_setting_number(settings, "tolerances.TE") == 0.05);
    assert_true(mrq_setting_number(settings, "tolerances.TR") == 2.5);
    assert_true(mrq_setting_number(settings, "tolerances.a.b") == 7);
    assert_true(mrq_setting_number(settings, "tolerances.FA") == 0);
    assert_non_null(mrq_setting_item(settings, "tolerances", 2));
    assert_null(mrq_setting_item(settings, "tolerances", 3));
    settings_destroy(settings);
}

static void without_values_and_table_there_is_nothing(void **state) {
    (void)state;
    struct mrq_settings *settings = settings_create(NULL, NULL);
    assert_null(mrq_setting(settings, "context"));
    assert_int_equal(mrq_setting_count(settings, "names"), 0);
    settings_destroy(settings);
    settings_destroy(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_options_have_their_default),
        cmocka_unit_test(given_options_win),
        cmocka_unit_test(a_single_string_is_a_list_of_one),
        cmocka_unit_test(a_group_keeps_the_defaults_of_names_not_given),
        cmocka_unit_test(without_values_and_table_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
