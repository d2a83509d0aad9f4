/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force. */
#include "config.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "config_defaults.h"
#include "config_instances.h"
#include "config_options.h"
#include "config_values.h"

#include <unistd.h>

static const char system_file[] = "/etc/mrqart.conf";

static const char *file_of(const struct arguments *arguments, const struct paths *paths) {
    return arguments->file          ? arguments->file
           : arguments->watch_count ? paths->default_conf
                                    : system_file;
}

static json_t *read_tree(struct config_reader *reader, const struct arguments *arguments,
                         const struct paths *paths) {
    const config_setting_t *root = config_root_setting(&reader->text.tree);
    const char *state_dir = NULL;
    config_lookup_string(&reader->text.tree, "state_dir", &state_dir);
    AUTOFREE char *database = config_default_database(arguments, state_dir);
    reader->variables.database = database;
    json_t *options = config_values(reader, root, config_options, config_instance_lists, NULL);
    config_defaults(options, arguments, paths);
    bool chosen = arguments->file || arguments->state_dir || getenv("STATE_DIRECTORY");
    json_t *config = json_pack("{s:o, s:b, s:o}", "file", json_any_string(reader->text.file),
                               "state_dir_chosen", chosen, "options", options);
    config_instances(reader, config, paths->worker);
    config_variables_unused(&reader->variables, reader->text.file, reader->problems);
    reader->variables.database = NULL;
    return config;
}

json_t *config_load(const struct arguments *arguments, const struct paths *paths,
                    struct problems *problems) {
    struct config_reader reader = {.variables.arguments = arguments, .problems = problems};
    const char *file = file_of(arguments, paths);
    json_t *config = NULL;
    if (file == system_file && access(file, F_OK) < 0) {
        problems_add(problems, NULL,
                     "there is no %s: make one, name another by -c FILE, or watch a folder without "
                     "any by --watch DIR",
                     file);
    } else if (config_text_read(&reader.text, file, problems)) {
        config = read_tree(&reader, arguments, paths);
    }
    config_text_finish(&reader.text);
    if (problems_any(problems)) {
        json_decref(config);
        return NULL;
    }
    return config;
}

json_t *config_option(const json_t *config, const char *key) {
    return json_object_get(json_object_get(config, "options"), key);
}

const char *config_text_option(const json_t *config, const char *key) {
    const char *text = json_string_value(config_option(config, key));
    return text ? text : "";
}

unsigned config_number_option(const json_t *config, const char *key) {
    return (unsigned)json_integer_value(config_option(config, key));
}

bool config_state_dir_chosen(const json_t *config) {
    return json_is_true(json_object_get(config, "state_dir_chosen"));
}

bool config_truth_option(const json_t *config, const char *key) {
    return json_is_true(config_option(config, key));
}
