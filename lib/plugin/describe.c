/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables as JSON and back. */
#include "plugin/describe.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "plugin/loader.h"
#include "plugin/option_check.h"

static const char *const type_names[] = {
    [MRQ_STRING] = "string", [MRQ_BOOLEAN] = "boolean", [MRQ_INTEGER] = "integer",
    [MRQ_NUMBER] = "number", [MRQ_STRINGS] = "strings", [MRQ_NUMBERS] = "numbers",
    [MRQ_PATH] = "path",     [MRQ_FOLDER] = "folder",   [MRQ_FOLDERS] = "folders",
};

const char *plugin_type_name(enum mrq_type type) {
    bool known = type >= MRQ_STRING && type <= MRQ_FOLDERS;
    return known ? type_names[type] : NULL;
}

static enum mrq_type type_named(const char *name) {
    for (enum mrq_type type = MRQ_STRING; name && type <= MRQ_FOLDERS; type++) {
        if (strcmp(name, type_names[type]) == 0) {
            return type;
        }
    }
    return (enum mrq_type)0;
}

static bool strings_fit(const json_t *value) {
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!json_is_string(json_array_get(value, i))) {
            return false;
        }
    }
    return json_is_array(value) || json_is_string(value);
}

static bool numbers_fit(const json_t *value) {
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member) {
        if (!json_is_number(member)) {
            return false;
        }
    }
    return json_is_object(value);
}

bool plugin_value_fits(enum mrq_type type, const json_t *value) {
    switch (type) {
    case MRQ_STRING:
    case MRQ_PATH:
    case MRQ_FOLDER:
        return json_is_string(value);
    case MRQ_BOOLEAN:
        return json_is_boolean(value);
    case MRQ_INTEGER:
        return json_is_integer(value);
    case MRQ_NUMBER:
        return json_is_number(value);
    case MRQ_STRINGS:
    case MRQ_FOLDERS:
        return strings_fit(value);
    case MRQ_NUMBERS:
        return numbers_fit(value);
    }
    return false;
}

json_t *plugin_preset(const struct mrq_option *option) {
    return option->preset ? json_loads(option->preset, JSON_DECODE_ANY, NULL) : NULL;
}

static bool preset_valid(const struct mrq_option *option, const char *file) {
    json_auto_t *preset = plugin_preset(option);
    size_t entry;
    AUTOFREE char *fault = preset ? option_fault(option, preset, &entry) : NULL;
    if (option->preset && !preset) {
        log_error("%s: the default of option \"%s\" is no JSON text: %s", file, option->key,
                  option->preset);
    } else if (fault) {
        log_error("%s: the default of option \"%s\" %s", file, option->key, fault);
    }
    return !fault && (preset || !option->preset);
}

bool plugin_table_valid(const struct mrq_option *options, const char *file) {
    bool valid = true;
    for (const struct mrq_option *option = options; option->key; option++) {
        if (!plugin_type_name(option->type)) {
            log_error("%s: option \"%s\" is of type %d, which this mrqart does not know", file,
                      option->key, option->type);
            valid = false;
            continue;
        }
        valid &= preset_valid(option, file);
    }
    return valid;
}

static json_t *describe_option(const struct mrq_option *option) {
    json_t *described = json_pack("{s:o, s:s, s:b}", "key", json_any_string(option->key), "type",
                                  plugin_type_name(option->type), "required", option->required);
    json_t *preset = plugin_preset(option);
    json_object_set_new(described, "default", preset ? preset : json_null());
    bool ranged = option->minimum != 0 || option->maximum != 0;
    json_object_set_new(described, "minimum", ranged ? json_real(option->minimum) : json_null());
    json_object_set_new(described, "maximum", ranged ? json_real(option->maximum) : json_null());
    json_object_set_new(described, "choices", json_any_string(option->choices));
    json_object_set_new(described, "unit", json_any_string(option->unit));
    json_object_set_new(described, "help", json_any_string(option->help));
    return described;
}

json_t *plugin_describe_options(const struct mrq_option *options) {
    json_t *described = json_array();
    for (const struct mrq_option *option = options; option && option->key; option++) {
        json_array_append_new(described, describe_option(option));
    }
    return described;
}

json_t *plugin_describe(const struct mrq_plugin *plugin) {
    json_t *described = json_object();
    json_object_set_new(described, "name", json_any_string(plugin->name));
    json_object_set_new(described, "kind", json_string(plugin_kind_name(plugin->kind)));
    json_object_set_new(described, "version", json_any_string(plugin->version));
    json_object_set_new(described, "description", json_any_string(plugin->description));
    json_object_set_new(described, "abi", json_integer(plugin->abi));
    json_object_set_new(described, "options", plugin_describe_options(plugin->options));
    for (const char *const *name = plugin->values; name && *name; name++) {
        if (name == plugin->values) {
            json_object_set_new(described, "values", json_array());
        }
        json_array_append_new(json_object_get(described, "values"), json_any_string(*name));
    }
    return described;
}

static const char *member_text(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

struct mrq_option *plugin_described(const json_t *described) {
    const json_t *list = json_object_get(described, "options");
    if (!json_is_array(list)) {
        return NULL;
    }
    struct mrq_option *options = mem_zeroed(json_array_size(list) + 1, sizeof(*options));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *from = json_array_get(list, i);
        const json_t *preset = json_object_get(from, "default");
        options[i] = (struct mrq_option){
            .key = member_text(from, "key"),
            .type = type_named(member_text(from, "type")),
            .required = json_is_true(json_object_get(from, "required")),
            .minimum = json_number_value(json_object_get(from, "minimum")),
            .maximum = json_number_value(json_object_get(from, "maximum")),
            .choices = member_text(from, "choices"),
            .unit = member_text(from, "unit"),
            .help = member_text(from, "help"),
        };
        if (!options[i].key || !options[i].type) {
            options[i].key = NULL; /* the end for plugin_described_free() */
            plugin_described_free(options);
            return NULL;
        }
        options[i].preset = json_is_null(preset) || !preset ? NULL : json_text(preset, NULL);
    }
    return options;
}

void plugin_described_free(struct mrq_option *options) {
    for (struct mrq_option *option = options; option && option->key; option++) {
        free((char *)option->preset);
    }
    free(options);
}
