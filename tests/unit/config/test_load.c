/* SPDX-License-Identifier: Apache-2.0 */
/* Whole configurations: read, checked against the tables of real plugins, dumped, read again. */
#include "base/memory.h"
#include "config/config.h"
#include "config/config_dump.h"
#include "config/config_options.h"
#include "config/source_options.h"
#include "plugin/describe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct paths paths = {.worker = (char *)WORKER,
                                   .plugin_dir = (char *)SAMPLES,
                                   .static_dir = (char *)"/static",
                                   .default_conf = (char *)"default.conf"};

static void write_file(const char *name, const char *text) {
    FILE *stream = fopen(name, "w");
    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static json_t *load(const char *text, const struct arguments *more, struct problems *problems) {
    struct arguments arguments = more ? *more : (struct arguments){0};
    write_file("test.conf", text);
    arguments.file = (char *)"test.conf";
    return config_load(&arguments, &paths, problems);
}

static json_t *loaded(const char *text, const struct arguments *more) {
    struct problems problems;
    problems_init(&problems);
    json_t *config = load(text, more, &problems);
    problems_print(&problems);
    assert_non_null(config);
    problems_finish(&problems);
    return config;
}

/* sentences: what must be told, in this order and nothing else; ended by NULL */
static void refused(const char *text, const struct arguments *more, const char *const *sentences) {
    struct problems problems;
    problems_init(&problems);
    assert_null(load(text, more, &problems));
    size_t count = 0;
    for (; sentences[count]; count++) {
        const char *said = json_string_value(json_array_get(problems.list, count));
        if (!said || !strstr(said, sentences[count])) {
            problems_print(&problems);
            fail_msg("problem %zu is not: %s", count, sentences[count]);
        }
    }
    if (json_array_size(problems.list) != count) {
        problems_print(&problems);
    }
    assert_int_equal(json_array_size(problems.list), count);
    problems_finish(&problems);
}

#define REFUSED(text, ...) refused(text, NULL, (const char *const[]){__VA_ARGS__, NULL})

#define SOURCE "sources = ( { plugin = \"sample-source\"; paths = [ \"/data\" ]; } );\n"

static const json_t *instance(const json_t *config, const char *list, size_t index) {
    return json_array_get(json_object_get(config, list), index);
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void defaults_are_filled_in(void **state) {
    (void)state;
    json_auto_t *config = loaded("state_dir = \"/s\";\n" SOURCE, NULL);
    assert_int_equal(config_number_option(config, "update_interval"), 50);
    assert_true(config_number_option(config, "workers") >= 2);
    assert_string_equal(config_text_option(config, "database"), "/s/db.sqlite");
    assert_string_equal(config_text_option(config, "static_dir"), "/static");
    assert_string_equal(config_text_option(config, "station"), "StationName");
    assert_int_equal(json_array_size(config_option(config, "wanted")), 3);
    const json_t *source = instance(config, "sources", 0);
    assert_string_equal(text_of(source, "name"), "sample-source");
    assert_string_equal(text_of(source, "file"), SAMPLES "/sample-source.so");
    const json_t *settings = json_object_get(source, "settings");
    assert_int_equal(json_integer_value(json_object_get(settings, "depth")), 64);
}

static void checkers_are_described_by_a_child(void **state) {
    (void)state;
    json_auto_t *config = loaded(SOURCE "checkers = ( { plugin = \"sample-good\"; names = \"TR\"; "
                                        "tolerances = { TR = 1; }; share = 1; } );",
                                 NULL);
    const json_t *settings = json_object_get(instance(config, "checkers", 0), "settings");
    assert_string_equal(text_of(settings, "context"), "realtime");
    assert_int_equal(json_array_size(json_object_get(settings, "names")), 1);
    const json_t *tolerances = json_object_get(settings, "tolerances");
    assert_int_equal(json_object_size(tolerances), 2);
    assert_true(json_is_integer(json_object_get(tolerances, "TR")));
}

static void everything_wrong_is_told_in_one_go(void **state) {
    (void)state;
    REFUSED("worker = 3;\n"
            "settle = -1;\n"
            "sources = ( { plugin = \"sample-source\"; pathes = [ \"/data\" ]; },\n"
            "            { plugin = \"sample-source\"; name = \"b\"; paths = 3; depth = 1.5; } );\n"
            "sinks = ( { plugin = \"sample-sink\"; } );\n",
            "test.conf:1: unknown option \"worker\"; did you mean \"workers\"?",
            "test.conf:2: option \"settle\" is -1, but must be a whole number from 0 to 600000 "
            "(ms)",
            "test.conf:3: sample-source: unknown option \"pathes\"; did you mean \"paths\"?",
            "test.conf:3: sample-source: option \"paths\" is missing: a list of 1 to 9 folders",
            "test.conf:4: b: option \"paths\" is 3, but must be a list of 1 to 9 folders",
            "test.conf:4: b: option \"depth\" is 1.5, but must be a whole number from 1 to 1000",
            "test.conf:5: sample-sink: cannot read its plugin " SAMPLES "/sample-sink.so: No such "
            "file or directory");
}

static void instances_need_names_of_their_own(void **state) {
    (void)state;
    REFUSED("sources = ( { plugin = \"sample-source\"; paths = \"/a\"; },\n"
            "            { plugin = \"sample-source\"; paths = \"/b\"; },\n"
            "            { plugin = \"sample-source\"; paths = \"/b\"; name = \"../up\"; } );",
            "test.conf:2: sample-source: the name \"sample-source\" is taken at test.conf:1: give "
            "this one a name of its own (name = …)",
            "test.conf:3: ../up: name \"../up\" must be 1 to 64 letters");
}

static void lists_of_instances_have_their_shape(void **state) {
    (void)state;
    REFUSED("workers = 2;", "test.conf: names no sources: nothing would be watched");
    REFUSED("sources = { plugin = \"sample-source\"; };",
            "test.conf:1: \"sources\" must be a list of groups");
    REFUSED("sources = 3;", "test.conf:1: \"sources\" must be a list of groups");
    REFUSED("sources = ( \"sample-source\" );",
            "test.conf:1: sources: every source stands in braces");
    REFUSED("sources = (\n { paths = \"/a\"; } );", "test.conf:2: sources: option \"plugin\"");
    json_auto_t *config = loaded("sources = [ ]; checkers = ( ); sinks = ();", NULL);
    assert_int_equal(json_array_size(json_object_get(config, "sources")), 0);
}

static void plugins_that_cannot_be_used_are_refused(void **state) {
    (void)state;
    REFUSED("sources = ();\ncheckers = ( { plugin = \"sample-newer\"; },\n"
            "{ plugin = \"sample-source\"; }, { plugin = \"/dev/null\"; } );",
            "test.conf:2: sample-newer: its plugin cannot be used",
            "test.conf:3: sample-source: its plugin cannot be used",
            "test.conf:3: /dev/null: its plugin cannot be used");
    write_file("crash.so", "");
    write_file("babble.so", "");
    REFUSED("sources = ();\ncheckers = ( { plugin = \"./crash.so\"; },\n"
            "{ plugin = \"./babble.so\"; } );",
            "test.conf:2: ./crash.so: its plugin cannot be used",
            "test.conf:3: ./babble.so: its plugin cannot be used");
    unlink("crash.so");
    unlink("babble.so");
}

static void traps_of_the_syntax_are_explained(void **state) {
    (void)state;
    REFUSED("a = 1;\nb = [ 1, ];\n",
            "test.conf:2: syntax error: no comma may stand before the closing bracket");
    REFUSED("a = [ 1, 2.5 ];\n",
            "test.conf:1: mismatched element type in array: all in [ ] must be of one kind");
    REFUSED("workers = 2;\nworkers = 3;\n",
            "test.conf:2: duplicate setting name: it stands twice in the same place");
    REFUSED("queue = 5000000000;\n" SOURCE,
            "test.conf:1: 5000000000 does not fit 32 bits: write 5000000000L, if it is meant");
    REFUSED("queue = 5000000000L;\n" SOURCE,
            "test.conf:1: option \"queue\" is 5000000000, but must be a whole number from 100 to "
            "10000000 (files)");
    REFUSED("tags = \"\\xff\";\n" SOURCE, "test.conf:1: \"\xef\xbf\xbd\" is no UTF-8 text");
}

static void files_that_cannot_be_read_are_told(void **state) {
    (void)state;
    struct problems problems;
    problems_init(&problems);
    struct arguments arguments = {.file = (char *)"none.conf"};
    assert_null(config_load(&arguments, &paths, &problems));
    assert_string_equal(json_string_value(json_array_get(problems.list, 0)),
                        "none.conf: cannot read: No such file or directory");
    problems_finish(&problems);
}

static void included_files_stand_beside_theirs_and_are_named(void **state) {
    (void)state;
    mkdir("inc", 0755);
    write_file("inc/more.conf", "\nsettle = 10L;\n");
    write_file("inc/test.conf", "workers = 3;\n@include \"more.conf\"\n" SOURCE);
    struct problems problems;
    problems_init(&problems);
    struct arguments arguments = {.file = (char *)"inc/test.conf"};
    json_t *config = config_load(&arguments, &paths, &problems);
    assert_non_null(config);
    assert_int_equal(config_number_option(config, "settle"), 10);
    json_decref(config);
    write_file("inc/more.conf", "\nsetle = 10;\n");
    assert_null(config_load(&arguments, &paths, &problems));
    write_file("inc/more.conf", "\n\nsettle = 5000000000;\n");
    assert_null(config_load(&arguments, &paths, &problems));
    write_file("inc/more.conf", "settle = ( 1, );\n");
    assert_null(config_load(&arguments, &paths, &problems));
    unlink("inc/more.conf");
    assert_null(config_load(&arguments, &paths, &problems));
    static const char *const said[] = {
        "inc/more.conf:2: unknown option \"setle\"; did you mean \"settle\"?",
        "inc/more.conf:3: 5000000000 does not fit 32 bits",
        "inc/more.conf:1: syntax error: no comma may stand",
        "inc/test.conf:2: cannot read the included file \"more.conf\": No such file or directory "
        "(included files are looked for in inc)"};
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        assert_non_null(strstr(json_string_value(json_array_get(problems.list, i)), said[i]));
    }
    problems_finish(&problems);
}

static char *watched[] = {(char *)"/a \"quoted\"", (char *)"/b"};

#define VARIABLES                                                                                  \
    "database = \"${database}\";\n"                                                                \
    "sources = ( { plugin = \"sample-source\"; paths = [ \"${watch}\", "                           \
    "\"x:${http}/${websocket}\" "                                                                  \
    "]; } );\n"

static void variables_come_from_the_command_line(void **state) {
    (void)state;
    struct arguments arguments = {.watch = watched,
                                  .watch_count = 2,
                                  .http = (char *)"127.0.0.1:0",
                                  .database = (char *)"/d"};
    json_auto_t *config = loaded(VARIABLES, &arguments);
    assert_string_equal(config_text_option(config, "database"), "/d");
    const json_t *list =
        json_object_get(json_object_get(instance(config, "sources", 0), "settings"), "paths");
    assert_int_equal(json_array_size(list), 3);
    assert_string_equal(json_string_value(json_array_get(list, 0)), "/a \"quoted\"");
    const char *joined = json_string_value(json_array_get(list, 2));
    assert_non_null(strstr(joined, "/x:127.0.0.1:0/127.0.0.1:5000"));
}

static void variables_that_are_not_used_or_not_known_are_told(void **state) {
    (void)state;
    struct arguments arguments = {.watch = watched, .watch_count = 1, .http = (char *)"h:1"};
    refused(SOURCE, &arguments,
            (const char *const[]){"test.conf: does not use ${watch}, so --watch has no effect",
                                  "test.conf: does not use ${http}, so -p has no effect", NULL});
    REFUSED(VARIABLES, "test.conf:2: sample-source: uses ${watch}: give it by --watch");
    REFUSED("tags = \"${tgas}\";\n" SOURCE,
            "test.conf:1: \"${tgas}\": there is no such variable; known: ${watch}");
}

static void the_command_line_wins(void **state) {
    (void)state;
    struct arguments arguments = {
        .state_dir = (char *)"/mine", .static_dir = (char *)"/pages", .log_level = (char *)"debug"};
    json_auto_t *config = loaded(
        "state_dir = \"/s\"; static_dir = \"/t\"; log_level = \"error\";\n" SOURCE, &arguments);
    assert_string_equal(config_text_option(config, "state_dir"), "/mine");
    assert_string_equal(config_text_option(config, "database"), "/mine/db.sqlite");
    assert_string_equal(config_text_option(config, "static_dir"), "/pages");
    assert_string_equal(config_text_option(config, "log_level"), "debug");
}

/* where an instance stands is no part of what it means */
static void without_places(json_t *config) {
    for (size_t i = 0; i < 3; i++) {
        static const char *const lists[] = {"sources", "checkers", "sinks"};
        size_t at;
        json_t *entry;
        json_array_foreach(json_object_get(config, lists[i]), at, entry) {
            json_object_del(entry, "place");
        }
    }
}

static void paths_begin_in_the_folder_of_the_configuration(void **state) {
    (void)state;
    mkdir("inc", 0755);
    write_file("inc/test.conf", "database = \"a/db.sqlite\"; tags = \"\"; state_dir = \"state\";\n"
                                "sources = ( { plugin = \"sample-source\";\n"
                                "              paths = [ \"in\", \"/out\", \"../up\" ]; } );\n");
    struct problems problems;
    problems_init(&problems);
    struct arguments arguments = {.file = (char *)"inc/test.conf"};
    json_auto_t *config = config_load(&arguments, &paths, &problems);
    assert_non_null(config);
    AUTOFREE char *here = getcwd(NULL, 0);
    AUTOFREE char *wanted = mem_printf("%s/inc/in,/out,%s/inc/../up", here, here);
    AUTOFREE char *database = mem_printf("%s/inc/a/db.sqlite", here);
    assert_string_equal(config_text_option(config, "database"), database);
    assert_string_equal(config_text_option(config, "tags"), "");
    const json_t *list =
        json_object_get(json_object_get(instance(config, "sources", 0), "settings"), "paths");
    AUTOFREE char *found = mem_printf("%s,%s,%s", json_string_value(json_array_get(list, 0)),
                                      json_string_value(json_array_get(list, 1)),
                                      json_string_value(json_array_get(list, 2)));
    assert_string_equal(found, wanted);
    problems_finish(&problems);
}

static void what_stands_in_no_table_is_checked_too(void **state) {
    (void)state;
    REFUSED("sources = ( { plugin = \"sample-source\"; paths = \"/a\";\n  name = 5; } );",
            "test.conf:2: option \"name\" must be a string");
    REFUSED("sources = ( { plugin = \"sample-source\";\n paths = [ ]; } );",
            "test.conf:2: sample-source: option \"paths\" is [], but must be a list of 1 to 9");
    REFUSED("sources = ( { plugin = \"sample-source\";\n paths = [ \"/a\",\n\"\" ]; } );",
            "test.conf:3: sample-source: option \"paths\" has \"\", which is no folder");
    REFUSED("workers = 2.0;\n" SOURCE,
            "test.conf:1: option \"workers\" is 2.0, but must be a whole number from 1 to 64 "
            "(processes): write 2");
}

static void the_tables_of_the_daemon_itself_are_in_order(void **state) {
    (void)state;
    assert_true(plugin_table_valid(config_options, "mrqartd"));
    assert_true(plugin_table_valid(source_options, "sources"));
}

static void a_dump_is_a_configuration_of_the_same_meaning(void **state) {
    (void)state;
    json_auto_t *config = loaded("tags = \"/with \\\"quotes\\\" and \\\\\"; wanted = [ \"*\" ];\n"
                                 "sources = ( { plugin = \"sample-source\"; name = \"one\"; "
                                 "paths = [ \"/a\", \"/b\" ]; } );\n"
                                 "checkers = ( { plugin = \"sample-good\"; names = [ ]; share = 1; "
                                 "tolerances = { TE = 1e-7; }; } );",
                                 NULL);
    char text[8192] = "";
    FILE *stream = fmemopen(text, sizeof(text), "w");
    config_dump(config, stream);
    fclose(stream);
    json_auto_t *again = loaded(text, NULL);
    without_places(config);
    without_places(again);
    assert_true(json_equal(config, again));
}

static int in_a_folder_of_its_own(void **state) {
    (void)state;
    static char folder[] = "/tmp/mrqart-config-XXXXXX";
    unsetenv("STATE_DIRECTORY");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int and_away_with_it(void **state) {
    (void)state;
    unlink("test.conf");
    unlink("inc/test.conf");
    rmdir("inc");
    char folder[64];
    return getcwd(folder, sizeof(folder)) && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(checkers_are_described_by_a_child),
        cmocka_unit_test(everything_wrong_is_told_in_one_go),
        cmocka_unit_test(instances_need_names_of_their_own),
        cmocka_unit_test(lists_of_instances_have_their_shape),
        cmocka_unit_test(plugins_that_cannot_be_used_are_refused),
        cmocka_unit_test(traps_of_the_syntax_are_explained),
        cmocka_unit_test(files_that_cannot_be_read_are_told),
        cmocka_unit_test(included_files_stand_beside_theirs_and_are_named),
        cmocka_unit_test(variables_come_from_the_command_line),
        cmocka_unit_test(variables_that_are_not_used_or_not_known_are_told),
        cmocka_unit_test(the_command_line_wins),
        cmocka_unit_test(paths_begin_in_the_folder_of_the_configuration),
        cmocka_unit_test(what_stands_in_no_table_is_checked_too),
        cmocka_unit_test(the_tables_of_the_daemon_itself_are_in_order),
        cmocka_unit_test(a_dump_is_a_configuration_of_the_same_meaning),
    };
    return cmocka_run_group_tests(tests, in_a_folder_of_its_own, and_away_with_it);
}
