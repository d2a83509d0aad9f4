/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what it says, and what is told to those who slip. */
#include "../plugin/captured.h"
#include "config/arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

enum { WORDS_MOST = 16 };

/* words, ended by NULL, behind the program's name */
static bool parsed(struct arguments *arguments, const char *const *words) {
    char *all[WORDS_MOST] = {(char *)"mrqartd"};
    int count = 1;
    for (; *words; words++) {
        all[count++] = (char *)*words;
    }
    return arguments_parse(arguments, count, all);
}

#define PARSED(arguments, ...) parsed(arguments, (const char *const[]){__VA_ARGS__, NULL})

static void refused(const char *because, const char *const *words) {
    struct captured captured;
    struct arguments arguments;
    captured_begin(&captured);
    bool fine = parsed(&arguments, words);
    const char *said = captured_end(&captured);
    arguments_finish(&arguments);
    assert_false(fine);
    if (!strstr(said, because)) {
        fail_msg("\"%s\" is not in: %s", because, said);
    }
    assert_non_null(strstr(said, "Try mrqartd --help."));
}

#define REFUSED(because, ...) refused(because, (const char *const[]){__VA_ARGS__, NULL})

static void several_folders_may_be_watched_in_both_ways(void **state) {
    (void)state;
    struct arguments arguments;
    assert_true(PARSED(&arguments, "--watch", "/a", "/b/", "-p", "0", "--watch=/c"));
    assert_int_equal(arguments.watch_count, 3);
    assert_string_equal(arguments.watch[1], "/b");
    assert_string_equal(arguments.watch[2], "/c");
    assert_string_equal(arguments.http, "127.0.0.1:0");
    assert_int_equal(arguments.action, ACTION_RUN);
    arguments_finish(&arguments);
}

static void ports_may_have_an_address(void **state) {
    (void)state;
    struct arguments arguments;
    assert_true(PARSED(&arguments, "-p0.0.0.0:80", "--ws-port", "[::1]:5000"));
    assert_string_equal(arguments.http, "0.0.0.0:80");
    assert_string_equal(arguments.websocket, "[::1]:5000");
    arguments_finish(&arguments);
    REFUSED("give a port from 0 to 65535", "-p", "65536");
    REFUSED("give a port from 0 to 65535", "-p", "http");
    REFUSED("give a port from 0 to 65535", "--ws-port", ":80");
    REFUSED("give a port from 0 to 65535", "--ws-port", "host:");
}

static void relative_paths_become_absolute_but_the_configurations_name(void **state) {
    (void)state;
    struct arguments arguments;
    assert_true(PARSED(&arguments, "-c", "my.conf", "--database", "db.sqlite", "--state-dir", ""));
    assert_string_equal(arguments.file, "my.conf");
    assert_int_equal(arguments.database[0], '/');
    assert_string_equal(arguments.state_dir, "");
    arguments_finish(&arguments);
}

static void slips_are_answered_by_what_may_be_meant(void **state) {
    (void)state;
    REFUSED("unknown option --wacth; did you mean --watch?", "--wacth", "/a");
    REFUSED("unknown option --dump-confg; did you mean --dump-config?", "--dump-confg");
    REFUSED("unknown option -x", "-x");
    REFUSED("\"/a\" belongs to no option", "/a");
    REFUSED("--watch needs DIR", "--watch", "-p", "0");
    REFUSED("--version takes no value", "--version=2");
    REFUSED("--log-level loud: give error, warning", "--log-level", "loud");
}

static void help_names_every_option_and_gives_examples(void **state) {
    (void)state;
    char text[8192] = "";
    FILE *stream = fmemopen(text, sizeof(text), "w");
    arguments_help(stream);
    fclose(stream);
    static const char *const expected[] = {
        "-c, --config FILE", "--watch DIR",    "-p, --port",    "--ws-port",
        "--database",        "--state-dir",    "--plugin-dir",  "--static-dir",
        "--log-level",       "--check-config", "--dump-config", "--dump-plugin",
        "--list-plugins",    "--version",      "-h, --help",    "Examples:"};
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_non_null(strstr(text, expected[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_folders_may_be_watched_in_both_ways),
        cmocka_unit_test(ports_may_have_an_address),
        cmocka_unit_test(relative_paths_become_absolute_but_the_configurations_name),
        cmocka_unit_test(slips_are_answered_by_what_may_be_meant),
        cmocka_unit_test(help_names_every_option_and_gives_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
