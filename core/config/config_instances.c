/* SPDX-License-Identifier: Apache-2.0 */
/* The instances of plugins that a configuration lists. */
#include "config_instances.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "catalogue.h"
#include "check/check.h"
#include "config.h"
#include "plugin/describe.h"
#include "plugin/loader.h"
#include "source_options.h"

#include <ctype.h>
#include <unistd.h>

enum {
    NAME_BYTES = 64,                     /* it becomes part of file names and log lines */
    INSTANCES_MOST = CHECK_CHECKERS_MOST /* of one kind; of checkers no worker takes more */
};

const char *const config_instance_lists[] = {"sources", "checkers", "sinks", NULL};

static const enum mrq_kind kinds[] = {MRQ_SOURCE, MRQ_CHECKER, MRQ_SINK};

static const char *const instance_keys[] = {"plugin", "name", NULL};

struct listing {
    struct config_reader *reader;
    struct catalogue *catalogue;
    json_t *names; /* taken: name to the place that took it */
};

static bool name_valid(const char *name) {
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i])) {
            return false;
        }
    }
    return length > 0 && length <= NAME_BYTES && *name != '.';
}

static bool take_name(struct listing *listing, const char *name, const struct place *place) {
    if (!name_valid(name)) {
        problems_add(listing->reader->problems, place,
                     "name \"%.80s\" must be 1 to %d letters, digits, and - _ .", name, NAME_BYTES);
        return false;
    }
    const char *taken = json_string_value(json_object_get(listing->names, name));
    if (taken) {
        problems_add(listing->reader->problems, place,
                     "the name \"%s\" is taken at %s: give this one a name of its own (name = …)",
                     name, taken);
        return false;
    }
    AUTOFREE char *at = mem_printf("%s:%u", place->file, place->line);
    json_object_set_new(listing->names, name, json_any_string(at));
    return true;
}

/* a plugin that is named by a path is one from the folder of the configuration file */
static char *plugin_path(const struct config_reader *reader, const char *plugin) {
    return *plugin == '/' || !strchr(plugin, '/') ? mem_dup(plugin)
                                                  : mem_printf("%s/%s", reader->text.base, plugin);
}

static bool plugin_exists(struct listing *listing, const char *plugin, const struct place *place) {
    AUTOFREE char *file = catalogue_file(listing->catalogue, plugin);
    if (access(file, R_OK) == 0) {
        return true;
    }
    char **names = catalogue_names(listing->catalogue);
    const char *nearest = text_nearest(plugin, (const char *const *)names);
    problems_add(listing->reader->problems, place, "cannot read its plugin %s: %m%s%s%s", file,
                 nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                 nearest ? "\"?" : " (mrqartd --list-plugins says which there are)");
    catalogue_names_free(names);
    return false;
}

static const char *text_member(const config_setting_t *group, const char *key) {
    const char *text = NULL;
    config_setting_lookup_string(group, key, &text);
    return text;
}

/* name and plugin are no options of a table: a number there would be passed over */
static bool keys_are_texts(struct listing *listing, const config_setting_t *group) {
    bool texts = true;
    for (const char *const *key = instance_keys; *key; key++) {
        const config_setting_t *setting = config_setting_get_member(group, *key);
        if (setting && config_setting_type(setting) != CONFIG_TYPE_STRING) {
            AUTOFREE char *file = NULL;
            struct place place = config_text_place(&listing->reader->text, setting, &file);
            problems_add(listing->reader->problems, &place,
                         "option \"%s\" must be a string, such as \"source-inotify\"", *key);
            texts = false;
        }
    }
    return texts;
}

/* why a plugin cannot be described: the last that was said of it, where we have heard it */
static void hear_reason(void *self, enum mrq_level level, const char *line) {
    char **reason = self;
    if (level <= MRQ_ERROR) {
        free(*reason);
        *reason = mem_dup(line);
    }
}

static const json_t *describe(struct listing *listing, const char *plugin, enum mrq_kind kind,
                              const struct place *place) {
    AUTOFREE char *reason = NULL;
    log_divert(hear_reason, &reason);
    const json_t *described = catalogue_describe(listing->catalogue, plugin, kind);
    log_divert(NULL, NULL);
    if (!described) {
        problems_add(listing->reader->problems, place, "its plugin cannot be used%s%s",
                     reason ? ": " : ", for the reason given above", reason ? reason : "");
    }
    return described;
}

/* "settings": what the plugin hears of; of a source "common": what core sees to */
static void read_options(struct config_reader *reader, const config_setting_t *group,
                         const struct mrq_option *table, enum mrq_kind kind, json_t *instance) {
    const char *name = text_member(group, "name");
    const char *said = name ? name : text_member(group, "plugin");
    struct mrq_option *joined = kind == MRQ_SOURCE ? source_options_join(table) : NULL;
    json_t *values = config_values(reader, group, joined ? joined : table, instance_keys, said);
    if (joined) {
        json_object_set_new(instance, "common", source_options_split(values));
        free(joined);
    }
    json_object_set_new(instance, "settings", values);
}

/* one { plugin = …; } as JSON, or NULL and a problem */
static json_t *read_instance(struct listing *listing, const config_setting_t *group,
                             const char *plugin, enum mrq_kind kind, const struct place *place) {
    const json_t *described =
        plugin_exists(listing, plugin, place) ? describe(listing, plugin, kind, place) : NULL;
    struct mrq_option *table = described ? plugin_described(described) : NULL;
    if (!table) {
        return NULL;
    }
    const char *given = text_member(group, "name");
    const char *name = given ? given : json_string_value(json_object_get(described, "name"));
    json_t *instance = json_object();
    if (take_name(listing, name ? name : plugin, place)) {
        json_object_set_new(instance, "name", json_any_string(name ? name : plugin));
    }
    json_object_set_new(instance, "plugin", json_any_string(plugin));
    json_object_set(instance, "file", json_object_get(described, "file"));
    AUTOFREE char *at = mem_printf("%s:%u", place->file, place->line);
    json_object_set_new(instance, "place", json_any_string(at));
    read_options(listing->reader, group, table, kind, instance);
    plugin_described_free(table);
    return instance;
}

static json_t *read_element(struct listing *listing, const config_setting_t *element,
                            const char *list, enum mrq_kind kind) {
    AUTOFREE char *file = NULL;
    struct place place = config_text_place(&listing->reader->text, element, &file);
    if (!config_setting_is_group(element)) {
        problems_add(listing->reader->problems, &place,
                     "%s: every %s stands in braces: { plugin = \"…\"; }", list,
                     plugin_kind_name(kind));
        return NULL;
    }
    if (!keys_are_texts(listing, element)) {
        return NULL;
    }
    const char *plugin = text_member(element, "plugin");
    if (!plugin || !*plugin) {
        problems_add(listing->reader->problems, &place,
                     "%s: option \"plugin\" is missing: which plugin is it?", list);
        return NULL;
    }
    const char *name = text_member(element, "name");
    place.instance = name ? name : plugin;
    AUTOFREE char *path = plugin_path(listing->reader, plugin);
    return read_instance(listing, element, path, kind, &place);
}

static json_t *read_list(struct listing *listing, const config_setting_t *setting, const char *list,
                         enum mrq_kind kind) {
    json_t *instances = json_array();
    bool empty = config_setting_is_array(setting) && config_setting_length(setting) == 0;
    if (!config_setting_is_list(setting) && !empty) {
        AUTOFREE char *file = NULL;
        struct place place = config_text_place(&listing->reader->text, setting, &file);
        problems_add(listing->reader->problems, &place,
                     "\"%s\" must be a list of groups: %s = ( { plugin = \"…\"; } );", list, list);
        return instances;
    }
    int count = config_setting_length(setting);
    if (count > INSTANCES_MOST) {
        AUTOFREE char *file = NULL;
        struct place place = config_text_place(&listing->reader->text, setting, &file);
        problems_add(listing->reader->problems, &place,
                     "\"%s\" has %d entries, and %d are the most", list, count, INSTANCES_MOST);
    }
    for (int i = 0; i < count; i++) {
        json_t *instance =
            read_element(listing, config_setting_get_elem(setting, (unsigned)i), list, kind);
        if (instance) {
            json_array_append_new(instances, instance);
        }
    }
    return instances;
}

void config_instances(struct config_reader *reader, json_t *config, const char *worker) {
    struct listing listing = {
        .reader = reader,
        .catalogue = catalogue_create(worker, config_text_option(config, "plugin_dir")),
        .names = json_object(),
    };
    for (size_t i = 0; config_instance_lists[i]; i++) {
        const char *list = config_instance_lists[i];
        const config_setting_t *setting = config_lookup(&reader->text.tree, list);
        if (!setting && kinds[i] == MRQ_SOURCE) {
            struct place place = {.file = reader->text.file};
            problems_add(reader->problems, &place,
                         "names no sources: nothing would be watched; see mrqart.conf(5)");
        }
        json_object_set_new(config, list,
                            setting ? read_list(&listing, setting, list, kinds[i]) : json_array());
    }
    json_decref(listing.names);
    catalogue_destroy(listing.catalogue);
}
