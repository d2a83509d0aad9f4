/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force as libconfig text. */
#include "config_dump.h"
#include "base/text.h"
#include "config_instances.h"
#include "config_options.h"

#include <limits.h>
#include <string.h>

static void dump_string(const char *text, FILE *stream) {
    fputc('"', stream);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            fprintf(stream, "\\%c", *text);
        } else if ((unsigned char)*text < ' ') {
            fprintf(stream, "\\x%02x", (unsigned)(unsigned char)*text);
        } else {
            fputc(*text, stream);
        }
    }
    fputc('"', stream);
}

static void dump_integer(json_int_t value, FILE *stream) {
    bool wide = value < INT_MIN || value > INT_MAX; /* libconfig wants an L behind those */
    fprintf(stream, "%" JSON_INTEGER_FORMAT "%s", value, wide ? "L" : "");
}

static void dump_real(double value, FILE *stream) {
    char number[32];
    text_number(value, number, sizeof(number));
    fprintf(stream, "%s%s", number, strpbrk(number, ".e") ? "" : ".0");
}

static void dump_value(const json_t *value, FILE *stream);

static void dump_array(const json_t *array, FILE *stream) {
    fputs("[", stream);
    for (size_t i = 0; i < json_array_size(array); i++) {
        fputs(i ? ", " : " ", stream);
        dump_value(json_array_get(array, i), stream);
    }
    fputs(" ]", stream);
}

static void dump_group(const json_t *group, FILE *stream) {
    const char *key;
    json_t *member;
    fputs("{ ", stream);
    json_object_foreach((json_t *)group, key, member) {
        fprintf(stream, "%s = ", key);
        dump_value(member, stream);
        fputs("; ", stream);
    }
    fputs("}", stream);
}

static void dump_value(const json_t *value, FILE *stream) {
    switch (json_typeof(value)) {
    case JSON_STRING:
        dump_string(json_string_value(value), stream);
        break;
    case JSON_INTEGER:
        dump_integer(json_integer_value(value), stream);
        break;
    case JSON_REAL:
        dump_real(json_real_value(value), stream);
        break;
    case JSON_ARRAY:
        dump_array(value, stream);
        break;
    case JSON_OBJECT:
        dump_group(value, stream);
        break;
    default:
        fputs(json_is_true(value) ? "true" : "false", stream);
    }
}

static void dump_member(const char *before, const char *key, const json_t *value, FILE *stream) {
    if (value) {
        fprintf(stream, "%s%s = ", before, key);
        dump_value(value, stream);
        fputs(";\n", stream);
    }
}

static void dump_members(const json_t *values, FILE *stream) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)values, key, value) {
        dump_member("    ", key, value, stream);
    }
}

static void dump_instance(const json_t *instance, FILE *stream) {
    fputs("\n  {\n", stream);
    dump_member("    ", "plugin", json_object_get(instance, "plugin"), stream);
    dump_member("    ", "name", json_object_get(instance, "name"), stream);
    dump_members(json_object_get(instance, "settings"), stream);
    dump_members(json_object_get(instance, "common"), stream);
    fputs("  }", stream);
}

void config_dump(const json_t *config, FILE *stream) {
    fprintf(stream, "# in force by %s\n", json_string_value(json_object_get(config, "file")));
    const json_t *options = json_object_get(config, "options");
    for (const struct mrq_option *option = config_options; option->key; option++) {
        dump_member("", option->key, json_object_get(options, option->key), stream);
    }
    for (size_t i = 0; config_instance_lists[i]; i++) {
        const json_t *list = json_object_get(config, config_instance_lists[i]);
        fprintf(stream, "%s = (", config_instance_lists[i]);
        for (size_t j = 0; j < json_array_size(list); j++) {
            fputs(j ? "," : "", stream);
            dump_instance(json_array_get(list, j), stream);
        }
        fputs(json_array_size(list) ? "\n);\n" : " );\n", stream);
    }
}
