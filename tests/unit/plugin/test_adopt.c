/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's table is taken over whatever header it was built with, or refused with a remedy. */
#include "base/memory.h"
#include "captured.h"
#include "plugin/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void a_plugin_of_an_older_header_is_adopted(void **state) {
    (void)state;
    struct mrq_option *options;
    struct mrq_plugin ours, theirs = {.abi = MRQ_ABI_OLDEST, .name = "old"};
    theirs.size = offsetof(struct mrq_plugin, event);
    memset(&theirs.event, 0xff, sizeof(theirs.event)); /* past its end: not to be read */
    assert_true(plugin_adopt(&ours, &options, &theirs, "old.so"));
    assert_string_equal(ours.name, "old");
    assert_null(ours.event);
    free(options);
}

static void what_a_larger_table_has_beyond_ours_is_left_out(void **state) {
    (void)state;
    struct {
        struct mrq_plugin plugin;
        char more[64];
    } theirs = {.plugin = {.abi = MRQ_ABI, .size = sizeof(theirs), .name = "large"}};
    struct mrq_option *options;
    struct mrq_plugin ours;
    assert_true(plugin_adopt(&ours, &options, &theirs.plugin, "large.so"));
    assert_int_equal(ours.size, sizeof(struct mrq_plugin));
    free(options);
}

static void options_are_strided_as_their_plugin_was_built(void **state) {
    (void)state;
    struct {
        struct mrq_option option;
        uint64_t more[3];
    } grown[3] = {{.option = {.key = "a", .type = MRQ_STRING}, .more = {~0ULL, ~0ULL, ~0ULL}},
                  {.option = {.key = "b", .type = MRQ_NUMBER, .unit = "ms"}}};
    struct mrq_plugin theirs = {.abi = MRQ_ABI,
                                .size = sizeof(theirs),
                                .option_size = sizeof(grown[0]),
                                .options = &grown[0].option};
    struct mrq_option *options;
    struct mrq_plugin ours;
    assert_true(plugin_adopt(&ours, &options, &theirs, "grown.so"));
    assert_string_equal(ours.options[0].key, "a");
    assert_string_equal(ours.options[1].key, "b");
    assert_string_equal(ours.options[1].unit, "ms");
    assert_null(ours.options[2].key);
    free(options);
}

static void refused(const struct mrq_plugin *theirs, const char *because) {
    struct captured captured;
    struct mrq_option *options;
    struct mrq_plugin ours;
    captured_begin(&captured);
    bool adopted = plugin_adopt(&ours, &options, theirs, "/p/odd.so");
    const char *said = captured_end(&captured);
    assert_false(adopted);
    assert_null(options);
    assert_non_null(strstr(said, "/p/odd.so: "));
    assert_non_null(strstr(said, because));
}

static void a_newer_interface_is_refused_with_both_numbers_and_the_remedy(void **state) {
    (void)state;
    struct mrq_plugin theirs = {.abi = MRQ_ABI + 6, .size = sizeof(theirs)};
    AUTOFREE char *because =
        mem_printf("plugin interface %d, this mrqart has %d: upgrade mrqart, or build the plugin",
                   MRQ_ABI + 6, MRQ_ABI);
    refused(&theirs, because);
}

static void a_forgotten_interface_is_refused_with_the_remedy(void **state) {
    (void)state;
    struct mrq_plugin theirs = {.abi = MRQ_ABI_OLDEST - 1, .size = sizeof(theirs)};
    refused(&theirs, "build the plugin anew against this mrqart's plugin.h");
}

static void a_table_of_impossible_size_is_refused(void **state) {
    (void)state;
    static const struct mrq_option none[] = {{0}};
    struct mrq_plugin small = {.abi = MRQ_ABI, .size = 12};
    refused(&small, "its table is damaged");
    struct mrq_plugin flat = {.abi = MRQ_ABI, .size = sizeof(flat), .options = none};
    refused(&flat, "its table is damaged");
}

static void a_table_without_an_end_is_refused(void **state) {
    (void)state;
    struct mrq_option *endless = calloc(300, sizeof(*endless));
    for (int i = 0; i < 300; i++) {
        endless[i].key = "again";
    }
    struct mrq_plugin theirs = {.abi = MRQ_ABI,
                                .size = sizeof(theirs),
                                .option_size = sizeof(*endless),
                                .options = endless};
    refused(&theirs, "does not end with {0}");
    free(endless);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_of_an_older_header_is_adopted),
        cmocka_unit_test(what_a_larger_table_has_beyond_ours_is_left_out),
        cmocka_unit_test(options_are_strided_as_their_plugin_was_built),
        cmocka_unit_test(a_newer_interface_is_refused_with_both_numbers_and_the_remedy),
        cmocka_unit_test(a_forgotten_interface_is_refused_with_the_remedy),
        cmocka_unit_test(a_table_of_impossible_size_is_refused),
        cmocka_unit_test(a_table_without_an_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
