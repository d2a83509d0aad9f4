/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance says of itself becomes its part of /healthz. */
#include "report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

/* self is what the sample is to say */
static void sample_health(void *self, struct mrq_report *report) {
    const char *words = self;
    mrq_report_number(report, "clients", 3);
    mrq_report_number(report, "load", 0.25);
    mrq_report_number(report, "ratio", NAN);
    mrq_report_text(report, "path", "/a\xff");
    mrq_report_item(report, "folders", "/data", "watched");
    mrq_report_item(report, "folders", "/gone", "missing");
    if (strchr(words, 'w')) {
        mrq_report_warning(report, "look at this");
    }
    if (strchr(words, 'b')) {
        mrq_report_broken(report, "cannot go on");
    }
}

static json_t *reported(const char *words, bool started, bool *works, json_t *warnings) {
    struct instance instance = {
        .host.name = "one",
        .loaded.plugin = {.kind = MRQ_SINK, .name = "sample", .health = sample_health},
        .self = (char *)words,
        .started = started};
    json_t *health = json_object();
    *works = report_instance(&instance, health, warnings);
    return health;
}

static const char *text_at(const json_t *health, const char *key) {
    return json_string_value(json_object_get(json_object_get(health, "one"), key));
}

static void what_it_says_is_kept_under_its_name(void **state) {
    (void)state;
    bool works;
    json_auto_t *warnings = json_array(), *health = reported("", true, &works, warnings);
    assert_true(works);
    assert_string_equal(text_at(health, "status"), "ok");
    assert_string_equal(text_at(health, "plugin"), "sample");
    assert_string_equal(text_at(health, "path"), "/a\xef\xbf\xbd");
    const json_t *one = json_object_get(health, "one");
    assert_true(json_is_integer(json_object_get(one, "clients")));
    assert_true(json_is_null(json_object_get(one, "ratio")));
    const json_t *second = json_array_get(json_object_get(one, "folders"), 1);
    assert_string_equal(json_string_value(json_object_get(second, "state")), "missing");
    assert_int_equal(json_array_size(warnings), 0);
}

static void warnings_are_told_with_its_name_and_it_still_works(void **state) {
    (void)state;
    bool works;
    json_auto_t *warnings = json_array(), *health = reported("w", true, &works, warnings);
    assert_true(works);
    assert_string_equal(text_at(health, "status"), "warnings");
    assert_string_equal(json_string_value(json_array_get(warnings, 0)), "one: look at this");
}

static void broken_is_worse_than_warned(void **state) {
    (void)state;
    bool works;
    json_auto_t *warnings = json_array(), *health = reported("wb", true, &works, warnings);
    assert_false(works);
    assert_string_equal(text_at(health, "status"), "broken");
    assert_int_equal(json_array_size(warnings), 2);
}

static void what_was_not_started_is_not_asked(void **state) {
    (void)state;
    bool works;
    json_auto_t *warnings = json_array(), *health = reported("", false, &works, warnings);
    assert_false(works);
    assert_null(json_object_get(json_object_get(health, "one"), "clients"));
    assert_string_equal(json_string_value(json_array_get(warnings, 0)), "one: is not running");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_says_is_kept_under_its_name),
        cmocka_unit_test(warnings_are_told_with_its_name_and_it_still_works),
        cmocka_unit_test(broken_is_worse_than_warned),
        cmocka_unit_test(what_was_not_started_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
