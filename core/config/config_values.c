/* SPDX-License-Identifier: Apache-2.0 */
/* One group of a configuration as checked values. */
#include "config_values.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "plugin/describe.h"
#include "plugin/option_check.h"

#include <math.h>

enum { NESTING = 16 }; /* no option is deeper */

static struct place place_of(const struct config_reader *reader, const config_setting_t *setting,
                             const char *instance, char **file) {
    struct place place = config_text_place(&reader->text, setting, file);
    place.instance = instance;
    return place;
}

static json_t *scalar_json(struct config_reader *reader, const config_setting_t *setting,
                           const struct place *place) {
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_STRING:
        return config_expand(&reader->variables, config_setting_get_string(setting), place,
                             reader->problems);
    case CONFIG_TYPE_BOOL:
        return json_boolean(config_setting_get_bool(setting));
    case CONFIG_TYPE_INT:
        return json_integer(config_setting_get_int(setting));
    case CONFIG_TYPE_INT64:
        return json_integer(config_setting_get_int64(setting));
    default:
        if (!isfinite(config_setting_get_float(setting))) {
            problems_add(reader->problems, place, "a number is too large");
            return NULL;
        }
        return json_real(config_setting_get_float(setting));
    }
}

static json_t *json_below(struct config_reader *reader, const config_setting_t *setting,
                          const char *instance, unsigned depth);

/* an element may be a variable of several values, which then all become elements */
static void append_element(json_t *array, json_t *element) {
    if (json_is_array(element)) {
        json_array_extend(array, element);
        json_decref(element);
    } else {
        json_array_append_new(array, element);
    }
}

static json_t *aggregate_json(struct config_reader *reader, const config_setting_t *setting,
                              const char *instance, unsigned depth) {
    bool group = config_setting_is_group(setting);
    json_t *whole = group ? json_object() : json_array();
    for (int i = 0; i < config_setting_length(setting); i++) {
        const config_setting_t *member = config_setting_get_elem(setting, (unsigned)i);
        json_t *value = json_below(reader, member, instance, depth + 1);
        if (!value) {
            json_decref(whole);
            return NULL;
        }
        if (group) {
            json_object_set_new(whole, config_setting_name(member), value);
        } else if (config_setting_is_aggregate(member)) {
            json_array_append_new(whole, value);
        } else {
            append_element(whole, value);
        }
    }
    return whole;
}

static json_t *json_below(struct config_reader *reader, const config_setting_t *setting,
                          const char *instance, unsigned depth) {
    AUTOFREE char *file = NULL;
    struct place place = place_of(reader, setting, instance, &file);
    if (depth > NESTING) {
        problems_add(reader->problems, &place, "is nested too deeply");
        return NULL;
    }
    return config_setting_is_aggregate(setting) ? aggregate_json(reader, setting, instance, depth)
                                                : scalar_json(reader, setting, &place);
}

json_t *config_json(struct config_reader *reader, const config_setting_t *setting,
                    const char *instance) {
    return json_below(reader, setting, instance, 0);
}

static const struct mrq_option *option_named(const struct mrq_option *table, const char *key) {
    for (; table->key; table++) {
        if (strcmp(table->key, key) == 0) {
            return table;
        }
    }
    return NULL;
}

static bool is_among(const char *const *names, const char *name) {
    for (; *names; names++) {
        if (strcmp(*names, name) == 0) {
            return true;
        }
    }
    return false;
}

/* all names that may stand in a group, ended by NULL */
static const char **names_known(const struct mrq_option *table, const char *const *keys) {
    size_t count = 0;
    const char **names = NULL;
    for (; table->key || *keys; count++) {
        names = mem_resize(names, count + 2, sizeof(*names));
        names[count] = table->key ? (table++)->key : *keys++;
    }
    names = mem_resize(names, count + 1, sizeof(*names));
    names[count] = NULL;
    return names;
}

static void unknown_option(const struct config_reader *reader, const struct place *place,
                           const char *key, const char **names) {
    const char *nearest = text_nearest(key, names);
    if (nearest) {
        problems_add(reader->problems, place, "unknown option \"%s\"; did you mean \"%s\"?", key,
                     nearest);
        return;
    }
    AUTOFREE char *all = mem_dup("");
    for (; *names; names++) {
        char *longer = mem_printf("%s%s%s", all, *all ? ", " : "", *names);
        free(all);
        all = longer;
    }
    problems_add(reader->problems, place, "unknown option \"%s\"; known: %s", key, all);
}

/* a path as it stands is one from the folder of the configuration file; "" is none */
static json_t *resolved(const struct config_reader *reader, json_t *text) {
    const char *path = json_string_value(text);
    if (*path && *path != '/') {
        AUTOFREE char *whole = mem_printf("%s/%s", reader->text.base, path);
        json_string_set(text, whole);
    }
    return text;
}

/* as the rest of the program expects a value: a lone string in a list, paths that are absolute */
static json_t *normalised(const struct config_reader *reader, const struct mrq_option *option,
                          json_t *value) {
    bool list = option->type == MRQ_STRINGS || option->type == MRQ_FOLDERS;
    value = list && json_is_string(value) ? json_pack("[o]", value) : value;
    if (option->type == MRQ_PATH || option->type == MRQ_FOLDER) {
        return resolved(reader, value);
    }
    for (size_t i = 0; option->type == MRQ_FOLDERS && i < json_array_size(value); i++) {
        resolved(reader, json_array_get(value, i));
    }
    return value;
}

/* the line of the entry that is wrong, where it has one of its own */
static const config_setting_t *entry_at(const config_setting_t *setting, size_t entry) {
    bool own = entry != OPTION_WHOLE && config_setting_is_aggregate(setting) &&
               entry < (size_t)config_setting_length(setting);
    return own ? config_setting_get_elem(setting, (unsigned)entry) : setting;
}

static void read_option(struct config_reader *reader, const config_setting_t *setting,
                        const struct mrq_option *option, const char *instance, json_t *values) {
    json_t *value = config_json(reader, setting, instance);
    if (!value) {
        return;
    }
    size_t entry;
    AUTOFREE char *fault = option_fault(option, value, &entry);
    if (!fault) {
        json_object_set_new(values, option->key, normalised(reader, option, value));
        return;
    }
    AUTOFREE char *file = NULL;
    struct place place = place_of(reader, entry_at(setting, entry), instance, &file);
    problems_add(reader->problems, &place, "option \"%s\" %s", option->key, fault);
    json_decref(value);
}

static void fill_preset(const struct mrq_option *option, json_t *values) {
    json_auto_t *preset = plugin_preset(option);
    json_t *given = json_object_get(values, option->key);
    if (preset && !given) {
        json_object_set(values, option->key, preset);
    } else if (preset && option->type == MRQ_NUMBERS) {
        json_t *merged = json_copy(preset);
        json_object_update(merged, given);
        json_object_set_new(values, option->key, merged);
    }
}

json_t *config_values(struct config_reader *reader, const config_setting_t *group,
                      const struct mrq_option *table, const char *const *keys,
                      const char *instance) {
    json_t *values = json_object();
    const char **names = names_known(table, keys);
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const struct mrq_option *option = option_named(table, config_setting_name(setting));
        if (option) {
            read_option(reader, setting, option, instance, values);
        } else if (!is_among(keys, config_setting_name(setting))) {
            AUTOFREE char *file = NULL;
            struct place place = place_of(reader, setting, instance, &file);
            unknown_option(reader, &place, config_setting_name(setting), names);
        }
    }
    free(names);
    for (; table->key; table++) {
        if (table->required && !config_setting_get_member(group, table->key)) {
            AUTOFREE char *file = NULL;
            struct place place = place_of(reader, group, instance, &file);
            AUTOFREE char *allowed = option_allowed(table);
            problems_add(reader->problems, &place, "option \"%s\" is missing: %s", table->key,
                         allowed);
        }
        fill_preset(table, values);
    }
    return values;
}
