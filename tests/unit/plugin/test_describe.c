/* SPDX-License-Identifier: Apache-2.0 */
/* A table that went through JSON is the table that it was. */
#include "plugin/describe.h"
#include "plugin/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct mrq_option table[] = {
    {.key = "context",
     .type = MRQ_STRING,
     .required = true,
     .preset = "\"realtime\"",
     .choices = "realtime|archive",
     .help = "where files come from"},
    {.key = "minimum", .type = MRQ_INTEGER, .minimum = 1, .maximum = 9, .unit = "times"},
    {0},
};

static json_t *described_table(void) {
    struct mrq_plugin plugin = {.abi = 1,
                                .kind = MRQ_SOURCE,
                                .name = "source-odd",
                                .version = "1",
                                .description = "odd",
                                .options = table};
    return plugin_describe(&plugin);
}

static void a_plugin_is_described(void **state) {
    (void)state;
    json_auto_t *described = described_table();
    assert_string_equal(json_string_value(json_object_get(described, "kind")), "source");
    assert_string_equal(json_string_value(json_object_get(described, "name")), "source-odd");
    const json_t *first = json_array_get(json_object_get(described, "options"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "default")), "realtime");
    assert_true(json_is_null(json_object_get(first, "minimum")));
}

static void a_table_comes_back_from_json(void **state) {
    (void)state;
    json_auto_t *described = described_table();
    struct mrq_option *options = plugin_described(described);
    assert_non_null(options);
    assert_string_equal(options[0].key, "context");
    assert_int_equal(options[0].type, MRQ_STRING);
    assert_true(options[0].required);
    assert_string_equal(options[0].preset, "\"realtime\"");
    assert_string_equal(options[0].choices, "realtime|archive");
    assert_null(options[0].unit);
    assert_null(options[1].preset);
    assert_true(options[1].minimum == 1 && options[1].maximum == 9);
    assert_string_equal(options[1].unit, "times");
    assert_null(options[2].key);
    plugin_described_free(options);
    plugin_described_free(NULL);
}

static void odd_json_gives_no_table(void **state) {
    (void)state;
    static const char *const odd[] = {
        "{}",
        "[]",
        "{\"options\": 3}",
        "{\"options\": [7]}",
        "{\"options\": [{\"key\": \"a\", \"type\": \"string\", \"default\": 1}, {\"key\": \"b\"}]}",
        "{\"options\": [{\"type\": \"string\"}]}"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        json_auto_t *described = json_loads(odd[i], 0, NULL);
        assert_null(plugin_described(described));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_is_described),
        cmocka_unit_test(a_table_comes_back_from_json),
        cmocka_unit_test(odd_json_gives_no_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
