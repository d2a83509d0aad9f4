/* SPDX-License-Identifier: Apache-2.0 */
/* Options in a JSON object. */
#include "settings.h"

#include "base/memory.h"

#include <string.h>

struct fake_settings {
    struct mrq_settings settings;
    json_t *values;
};

static const json_t *value_of(const struct mrq_settings *settings, const char *key) {
    return json_object_get(((const struct fake_settings *)settings)->values, key);
}

static const char *string(const struct mrq_settings *settings, const char *key) {
    return json_string_value(value_of(settings, key));
}

static double number(const struct mrq_settings *settings, const char *key) {
    return json_number_value(value_of(settings, key));
}

static size_t count(const struct mrq_settings *settings, const char *key) {
    return json_array_size(value_of(settings, key));
}

static const char *item(const struct mrq_settings *settings, const char *key, size_t index) {
    return json_string_value(json_array_get(value_of(settings, key), index));
}

static const struct mrq_settings_ops ops = {string, number, count, item};

static json_t *read_json(const char *text) {
    char *quoted = mem_dup(text);
    for (char *c = quoted; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    json_t *value = json_loads(quoted, JSON_DECODE_ANY, NULL);
    free(quoted);
    return value;
}

struct mrq_settings *fake_settings_create(const struct mrq_option *table, const char *values) {
    struct fake_settings *fake = mem_new(struct fake_settings);
    fake->settings.ops = &ops;
    fake->values = read_json(values);
    for (; table->key; table++) {
        if (table->preset && !json_object_get(fake->values, table->key)) {
            json_object_set_new(fake->values, table->key, read_json(table->preset));
        }
    }
    return &fake->settings;
}

void fake_settings_destroy(struct mrq_settings *settings) {
    struct fake_settings *fake = (struct fake_settings *)settings;
    json_decref(fake->values);
    free(fake);
}
