/* SPDX-License-Identifier: Apache-2.0 */
/* mrqartd: says what is asked for on the command line, or runs the daemon. */
#include "base/capabilities.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/arguments.h"
#include "config/config.h"
#include "config/config_dump.h"
#include "config/paths.h"
#include "config/plugin_dump.h"
#include "config/problems.h"
#include "daemon.h"
#include "trial.h"

enum { EXIT_FINE = 0, EXIT_CANNOT = 1, EXIT_USAGE = 2 };

static bool check_config(const json_t *config) {
    printf("%s: configuration OK\n", json_string_value(json_object_get(config, "file")));
    return true;
}

static bool dump_config(const json_t *config, bool as_json) {
    if (as_json) {
        AUTOFREE char *text = json_text(config, NULL);
        puts(text);
    } else {
        config_dump(config, stdout);
    }
    return true;
}

/* what is only to be shown need not work here */
static bool tried(const struct arguments *arguments, const json_t *config,
                  const struct paths *paths, struct problems *problems) {
    enum trial_for purpose = arguments->action == ACTION_RUN ? TRIAL_START : TRIAL_CHECK;
    return arguments->action == ACTION_DUMP_CONFIG || trial_run(config, paths, purpose, problems);
}

/* Reads the configuration, says all that is wrong with it, or does with it what was asked. */
static bool with_config(const struct arguments *arguments, const struct paths *paths) {
    struct problems problems;
    problems_init(&problems);
    json_t *config = config_load(arguments, paths, &problems);
    if (config && !tried(arguments, config, paths, &problems)) {
        json_decref(config);
        config = NULL;
    }
    if (arguments->action == ACTION_RUN) {
        problems_log(&problems);
    } else {
        problems_print(&problems);
    }
    problems_finish(&problems);
    if (!config) {
        return false;
    }
    log_set_level(log_level_named(config_text_option(config, "log_level")));
    bool done = arguments->action == ACTION_CHECK_CONFIG  ? check_config(config)
                : arguments->action == ACTION_DUMP_CONFIG ? dump_config(config, arguments->json)
                                                          : daemon_run(arguments, paths, config);
    json_decref(config);
    return done;
}

static bool act(const struct arguments *arguments, const struct paths *paths) {
    switch (arguments->action) {
    case ACTION_HELP:
        arguments_help(stdout);
        return true;
    case ACTION_VERSION:
        printf("mrqartd %s\n", MRQART_VERSION);
        return true;
    case ACTION_LIST_PLUGINS:
        return plugin_list(arguments, paths);
    case ACTION_DUMP_PLUGIN:
        return plugin_dump(arguments, paths);
    case ACTION_CHECK_CONFIG:
    case ACTION_DUMP_CONFIG:
    case ACTION_RUN:
        return with_config(arguments, paths);
    }
    return false;
}

int main(int count, char **words) {
    struct arguments arguments;
    int status = EXIT_USAGE;
    capabilities_keep();
    if (arguments_parse(&arguments, count, words)) {
        struct paths paths;
        paths_init(&paths);
        status = act(&arguments, &paths) ? EXIT_FINE : EXIT_CANNOT;
        paths_finish(&paths);
    }
    arguments_finish(&arguments);
    return status;
}
