/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a configuration, gathered. */
#include "problems.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>

void problems_init(struct problems *problems) {
    problems->list = json_array();
    problems->warnings = json_array();
}

void problems_finish(struct problems *problems) {
    json_decref(problems->list);
    json_decref(problems->warnings);
    *problems = (struct problems){0};
}

bool problems_any(const struct problems *problems) {
    return json_array_size(problems->list) > 0;
}

static char *place_text(const struct place *place) {
    if (!place || !place->file) {
        return mem_dup("");
    }
    bool named = place->instance;
    const char *instance = named ? place->instance : "";
    const char *separator = named ? ": " : "";
    return place->line ? mem_printf("%s:%u: %s%s", place->file, place->line, instance, separator)
                       : mem_printf("%s: %s%s", place->file, instance, separator);
}

static void append(json_t *list, const struct place *place, const char *format, va_list arguments) {
    AUTOFREE char *sentence = NULL;
    int length = vasprintf(&sentence, format, arguments);
    AUTOFREE char *where = place_text(place);
    AUTOFREE char *line = mem_printf("%s%s", where, length < 0 ? format : sentence);
    json_array_append_new(list, json_any_string(line));
}

void problems_add(struct problems *problems, const struct place *place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(problems->list, place, format, arguments);
    va_end(arguments);
}

void problems_warn(struct problems *problems, const struct place *place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    append(problems->warnings, place, format, arguments);
    va_end(arguments);
}

void problems_print(const struct problems *problems) {
    for (size_t i = 0; i < json_array_size(problems->list); i++) {
        fprintf(stderr, "%s\n", json_string_value(json_array_get(problems->list, i)));
    }
    for (size_t i = 0; i < json_array_size(problems->warnings); i++) {
        fprintf(stderr, "warning: %s\n", json_string_value(json_array_get(problems->warnings, i)));
    }
}

void problems_log(const struct problems *problems) {
    for (size_t i = 0; i < json_array_size(problems->list); i++) {
        log_error("%s", json_string_value(json_array_get(problems->list, i)));
    }
    for (size_t i = 0; i < json_array_size(problems->warnings); i++) {
        log_warning("%s", json_string_value(json_array_get(problems->warnings, i)));
    }
}
