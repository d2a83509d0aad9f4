/* SPDX-License-Identifier: Apache-2.0 */
/* The options of one instance, handed out by key. */
#include "plugin/settings.h"
#include "base/memory.h"
#include "plugin/describe.h"

struct settings {
    struct mrq_settings public; /* what plugins see; first, so that both have one address */
    json_t *values;
};

static const json_t *value_of(const struct mrq_settings *settings, const char *key) {
    return json_object_get(((const struct settings *)settings)->values, key);
}

static const char *settings_string(const struct mrq_settings *settings, const char *key) {
    return json_string_value(value_of(settings, key));
}

/* "tolerances.TE": the member of a group; a name may have dots itself, a key may not */
static const json_t *member_of(const struct mrq_settings *settings, const char *key) {
    const char *dot = strchr(key, '.');
    if (!dot) {
        return NULL;
    }
    AUTOFREE char *group = mem_dup_length(key, (size_t)(dot - key));
    return json_object_get(value_of(settings, group), dot + 1);
}

static double settings_number(const struct mrq_settings *settings, const char *key) {
    const json_t *value = value_of(settings, key);
    value = value ? value : member_of(settings, key);
    return json_is_boolean(value) ? json_is_true(value) : json_number_value(value);
}

static size_t settings_count(const struct mrq_settings *settings, const char *key) {
    const json_t *value = value_of(settings, key);
    return json_is_string(value)   ? 1
           : json_is_object(value) ? json_object_size(value)
                                   : json_array_size(value);
}

static const char *settings_item(const struct mrq_settings *settings, const char *key,
                                 size_t index) {
    const json_t *value = value_of(settings, key);
    if (!json_is_object(value)) {
        bool single = json_is_string(value) && index == 0;
        return json_string_value(single ? value : json_array_get(value, index));
    }
    void *member = json_object_iter((json_t *)value);
    for (; member && index > 0; index--) {
        member = json_object_iter_next((json_t *)value, member);
    }
    return member ? json_object_iter_key(member) : NULL;
}

static const struct mrq_settings_ops operations = {.string = settings_string,
                                                   .number = settings_number,
                                                   .count = settings_count,
                                                   .item = settings_item};

/* names of a group that the configuration does not give keep their default */
static void fill_group(json_t *values, const char *key, json_t *preset) {
    json_t *given = json_object_get(values, key);
    json_t *merged = json_copy(preset);
    json_object_update(merged, given);
    json_object_set_new(values, key, merged);
}

struct mrq_settings *settings_create(const json_t *values, const struct mrq_option *table) {
    struct settings *settings = mem_new(struct settings);
    settings->public.ops = &operations;
    settings->values = values ? json_copy((json_t *)values) : json_object();
    for (const struct mrq_option *option = table; option && option->key; option++) {
        json_auto_t *preset = plugin_preset(option);
        if (preset && !json_object_get(settings->values, option->key)) {
            json_object_set(settings->values, option->key, preset);
        } else if (preset && option->type == MRQ_NUMBERS) {
            fill_group(settings->values, option->key, preset);
        }
    }
    return &settings->public;
}

void settings_destroy(struct mrq_settings *settings) {
    if (settings) {
        json_decref(((struct settings *)settings)->values);
        free(settings);
    }
}
