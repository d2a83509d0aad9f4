/* SPDX-License-Identifier: Apache-2.0 */
/* Names: which are wanted, what is said of the others, what a name tells of the series. */
#include "base/log.h"
#include "pipeline/names.h"
#include "pipeline/trusted_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const patterns[] = {"MR.*", "*.dcm", "*.IMA", NULL};

static void a_name_is_wanted_in_any_case(void **state) {
    (void)state;
    struct names *names = names_create(patterns, false);
    assert_true(names_wanted(names, "MR.1.2.840"));
    assert_true(names_wanted(names, "mr.1.2.840"));
    assert_true(names_wanted(names, "001_000015_007107.DCM"));
    assert_true(names_wanted(names, "X.ima"));
    assert_false(names_wanted(names, "MR1.2.840"));
    assert_false(names_wanted(names, "x.dcm.part"));
    assert_false(names_wanted(names, ".dcm-tmp"));
    names_destroy(names);
    names_destroy(NULL);
}

static void refused_names_are_counted_and_the_first_ones_shown(void **state) {
    (void)state;
    struct names *names = names_create(patterns, false);
    struct log_fault fault = {0};
    names_refuse(names, "/data", "Thumbs.db", &fault);
    names_refuse(names, "/data", "desktop.ini", NULL);
    names_refuse(names, "/data", "notes.txt", &fault);
    json_auto_t *health = names_health(names);
    assert_int_equal(json_integer_value(json_object_get(health, "refused")), 3);
    const json_t *examples = json_object_get(health, "examples");
    assert_int_equal(json_array_size(examples), 2);
    assert_string_equal(json_string_value(json_array_get(examples, 0)), "notes.txt");
    assert_int_equal(json_array_size(json_object_get(health, "wanted")), 3);
    names_destroy(names);
}

static void redacted_names_are_counted_and_not_said(void **state) {
    (void)state;
    struct names *names = names_create(patterns, true);
    assert_true(names_wanted(names, "MR.1"));
    assert_null(strstr(names_said(names, "Doe_John.dcm"), "Doe"));
    struct log_fault fault = {0};
    names_refuse(names, "/data", "Doe_John.txt", &fault);
    json_auto_t *health = names_health(names);
    char *text = json_dumps(health, 0);
    assert_null(strstr(text, "Doe"));
    free(text);
    names_destroy(names);
}

static void a_name_tells_the_series_once_one_of_it_was_read(void **state) {
    (void)state;
    struct trusted_names *trusted = NULL;
    assert_int_equal(trusted_names_find(trusted, "001_000015_000001.dcm"), 0);
    trusted_names_note(&trusted, "001_000015_000001.dcm", 77);
    trusted_names_note(&trusted, "001_000016_000001.dcm", 78);
    assert_int_equal(trusted_names_find(trusted, "001_000015_000002.dcm"), 77);
    assert_int_equal(trusted_names_find(trusted, "001_000016_000002.dcm"), 78);
    assert_int_equal(trusted_names_find(trusted, "001_000017_000001.dcm"), 0);
    assert_int_equal(trusted_names_find(trusted, "002_000015_000002.dcm"), 0);
    trusted_names_destroy(trusted);
}

static void a_name_of_another_form_tells_nothing(void **state) {
    (void)state;
    static const char *const others[] = {"MR.1.2.840", "15_2.dcm",     "a_b_3.dcm", "_1.dcm",
                                         "1.dcm",      "scan_15_.dcm", ""};
    struct trusted_names *trusted = NULL;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        trusted_names_note(&trusted, others[i], 5);
    }
    assert_int_equal(trusted_names_find(trusted, "MR.1.2.840"), 0);
    assert_int_equal(trusted_names_find(trusted, "a_b_4.dcm"), 0);
    trusted_names_destroy(trusted);
}

static void the_latest_series_of_a_folder_are_kept(void **state) {
    (void)state;
    char name[32];
    struct trusted_names *trusted = NULL;
    for (unsigned series = 1; series <= 40; series++) {
        snprintf(name, sizeof(name), "001_%06u_000001.dcm", series);
        trusted_names_note(&trusted, name, series);
    }
    assert_int_equal(trusted_names_find(trusted, "001_000040_000009.dcm"), 40);
    assert_int_equal(trusted_names_find(trusted, "001_000001_000009.dcm"), 0);
    trusted_names_destroy(trusted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_wanted_in_any_case),
        cmocka_unit_test(refused_names_are_counted_and_the_first_ones_shown),
        cmocka_unit_test(redacted_names_are_counted_and_not_said),
        cmocka_unit_test(a_name_tells_the_series_once_one_of_it_was_read),
        cmocka_unit_test(a_name_of_another_form_tells_nothing),
        cmocka_unit_test(the_latest_series_of_a_folder_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
