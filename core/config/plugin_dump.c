/* SPDX-License-Identifier: Apache-2.0 */
/* --dump-plugin and --list-plugins. */
#include "plugin_dump.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "catalogue.h"
#include "config_options.h"
#include "plugin/describe.h"
#include "plugin/loader.h"
#include "source_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* texts as they are, all else as JSON text; what is absent is left out */
static void print_member(const char *before, const char *key, const json_t *object) {
    const json_t *value = json_object_get(object, key);
    if (json_is_string(value) && strcmp(key, "default") != 0) {
        printf("%s%s=%s\n", before, key, json_string_value(value));
    } else if (value && !json_is_null(value)) {
        AUTOFREE char *text = json_text(value, NULL);
        printf("%s%s=%s\n", before, key, text);
    }
}

static void print_option(const json_t *option) {
    static const char *const members[] = {"type", "required", "default", "minimum", "maximum",
                                          "unit", "choices",  "help",    "common"};
    AUTOFREE char *before =
        mem_printf("option.%s.", json_string_value(json_object_get(option, "key")));
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        print_member(before, members[i], option);
    }
}

static struct catalogue *open_catalogue(const struct arguments *arguments,
                                        const struct paths *paths) {
    return catalogue_create(paths->worker,
                            arguments->plugin_dir ? arguments->plugin_dir : paths->plugin_dir);
}

static void print_options(const json_t *options) {
    for (size_t i = 0; i < json_array_size(options); i++) {
        print_option(json_array_get(options, i));
    }
}

/* what the configuration has at its top, as if the daemon were a plugin too */
static bool dump_own_options(void) {
    puts("name=mrqartd\nkind=daemon\nversion=" MRQART_VERSION
         "\ndescription=the options at the top of the configuration");
    json_auto_t *options = plugin_describe_options(config_options);
    print_options(options);
    return true;
}

/* a source's own options, and those that every source has */
static void print_all_options(const json_t *described) {
    const char *kind = json_string_value(json_object_get(described, "kind"));
    print_options(json_object_get(described, "options"));
    if (kind && strcmp(kind, plugin_kind_name(MRQ_SOURCE)) == 0) {
        json_auto_t *common = plugin_describe_options(source_options);
        for (size_t i = 0; i < json_array_size(common); i++) {
            json_object_set_new(json_array_get(common, i), "common", json_true());
        }
        print_options(common);
    }
}

static bool exists(const struct catalogue *catalogue, const char *plugin) {
    AUTOFREE char *file = catalogue_file(catalogue, plugin);
    if (access(file, R_OK) == 0) {
        return true;
    }
    char **names = catalogue_names(catalogue);
    const char *nearest = text_nearest(plugin, (const char *const *)names);
    log_error("cannot read the plugin %s: %m; %s%s%s", file,
              nearest ? "did you mean \"" : "see --list-plugins", nearest ? nearest : "",
              nearest ? "\"?" : "");
    catalogue_names_free(names);
    return false;
}

bool plugin_dump(const struct arguments *arguments, const struct paths *paths) {
    static const char *const members[] = {"name", "kind", "version", "description", "abi", "file"};
    if (strcmp(arguments->plugin, "mrqartd") == 0) {
        return dump_own_options();
    }
    struct catalogue *catalogue = open_catalogue(arguments, paths);
    const json_t *described =
        exists(catalogue, arguments->plugin)
            ? catalogue_describe(catalogue, arguments->plugin, (enum mrq_kind)0)
            : NULL;
    for (size_t i = 0; described && i < sizeof(members) / sizeof(members[0]); i++) {
        print_member("", members[i], described);
    }
    print_all_options(described);
    catalogue_destroy(catalogue);
    return described;
}

bool plugin_list(const struct arguments *arguments, const struct paths *paths) {
    struct catalogue *catalogue = open_catalogue(arguments, paths);
    char **names = catalogue_names(catalogue);
    bool all = true;
    for (char **name = names; *name; name++) {
        const json_t *described = catalogue_describe(catalogue, *name, (enum mrq_kind)0);
        if (!described) {
            all = false;
            continue;
        }
        AUTOFREE char *description = json_text(json_object_get(described, "description"), NULL);
        printf("name=%s kind=%s version=%s description=%s\n", *name,
               json_string_value(json_object_get(described, "kind")),
               json_string_value(json_object_get(described, "version")), description);
    }
    if (!*names) {
        fprintf(stderr, "mrqartd: no plugins in %s\n",
                arguments->plugin_dir ? arguments->plugin_dir : paths->plugin_dir);
        all = false;
    }
    catalogue_names_free(names);
    catalogue_destroy(catalogue);
    return all;
}
