/* SPDX-License-Identifier: Apache-2.0 */
/* Shared objects are loaded when they are plugins, and refused by name when they are not. */
#include "base/memory.h"
#include "captured.h"
#include "plugin/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void refused(const char *file, enum mrq_kind kind, const char *because) {
    struct captured captured;
    struct loaded_plugin loaded;
    captured_begin(&captured);
    bool fine = plugin_load(&loaded, file, kind);
    const char *said = captured_end(&captured);
    assert_false(fine);
    assert_null(loaded.library);
    if (!strstr(said, because)) {
        fail_msg("\"%s\" is not in: %s", because, said);
    }
}

static void a_plugin_in_good_order_is_loaded(void **state) {
    (void)state;
    struct loaded_plugin loaded;
    assert_true(plugin_load(&loaded, SAMPLES "sample-good.so", MRQ_CHECKER));
    assert_string_equal(loaded.plugin.name, "sample-good");
    assert_string_equal(loaded.plugin.options[0].key, "context");
    void *self = loaded.plugin.open(NULL, NULL);
    assert_non_null(self);
    assert_true(loaded.plugin.check(self, NULL, NULL));
    loaded.plugin.close(self);
    loaded.plugin.close(NULL);
    plugin_unload(&loaded);
    plugin_unload(&loaded);
}

static void a_plugin_of_an_older_header_still_works(void **state) {
    (void)state;
    struct loaded_plugin loaded;
    assert_true(plugin_load(&loaded, SAMPLES "sample-older-table.so", (enum mrq_kind)0));
    assert_string_equal(loaded.plugin.options[1].key, "project");
    assert_null(loaded.plugin.options[1].choices);
    assert_null(loaded.plugin.options[2].key);
    assert_null(loaded.plugin.event);
    plugin_unload(&loaded);
}

static void the_wrong_kind_is_refused_with_its_place(void **state) {
    (void)state;
    refused(SAMPLES "sample-good.so", MRQ_SINK,
            "sample-good.so: a checker, not a sink: name it under checkers");
}

static void a_newer_interface_is_refused(void **state) {
    (void)state;
    AUTOFREE char *because =
        mem_printf("plugin interface %d, this mrqart has %d", MRQ_ABI + 1, MRQ_ABI);
    refused(SAMPLES "sample-newer.so", MRQ_CHECKER, because);
}

static void missing_callbacks_are_all_named(void **state) {
    (void)state;
    refused(SAMPLES "sample-no-check.so", MRQ_CHECKER, "has no close()");
    refused(SAMPLES "sample-no-check.so", MRQ_CHECKER, "has no check(), which a checker must have");
}

static void a_default_of_another_type_is_refused(void **state) {
    (void)state;
    refused(SAMPLES "sample-bad-preset.so", MRQ_SINK,
            "the default of option \"port\" is \"8080\", but must be a whole number");
    refused(SAMPLES "sample-far-preset.so", MRQ_SINK,
            "the default of option \"port\" is 70000, but must be a whole number from 0 to 65535");
}

static void what_is_no_plugin_is_refused(void **state) {
    (void)state;
    refused(SAMPLES "sample-no-symbol.so", MRQ_SINK, "does not export mrq_plugin");
    refused(SAMPLES "none.so", MRQ_SINK, "none.so");
    refused("/dev/null", MRQ_SINK, "cannot load plugin");
    refused("libc.so.6", MRQ_SINK, "with its folder");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_in_good_order_is_loaded),
        cmocka_unit_test(a_plugin_of_an_older_header_still_works),
        cmocka_unit_test(the_wrong_kind_is_refused_with_its_place),
        cmocka_unit_test(a_newer_interface_is_refused),
        cmocka_unit_test(missing_callbacks_are_all_named),
        cmocka_unit_test(a_default_of_another_type_is_refused),
        cmocka_unit_test(what_is_no_plugin_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
