/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line gives to a configuration. */
#include "config_variables.h"
#include "base/json_text.h"
#include "base/memory.h"

/* in the order of enum variable */
static const struct {
    const char *reference; /* as it stands in the text */
    const char *given_by;  /* on the command line */
    const char *otherwise; /* its value where the command line does not give one */
} rows[CONFIG_VARIABLES] = {
    {"${watch}", "--watch", NULL},
    {"${http}", "-p", "127.0.0.1:8080"},
    {"${websocket}", "--ws-port", "127.0.0.1:5000"},
    {"${database}", "--database", NULL},
};

enum variable { WATCH, HTTP, WEBSOCKET, DATABASE };

static const char *given(const struct arguments *arguments, enum variable variable) {
    switch (variable) {
    case WATCH:
        return arguments->watch_count ? arguments->watch[0] : NULL;
    case HTTP:
        return arguments->http;
    case WEBSOCKET:
        return arguments->websocket;
    case DATABASE:
        return arguments->database;
    }
    return NULL;
}

static const char *value_of(const struct config_variables *variables, enum variable variable) {
    const char *value = given(variables->arguments, variable);
    const char *otherwise = variable == DATABASE ? variables->database : rows[variable].otherwise;
    return value ? value : otherwise;
}

static json_t *watched(const struct arguments *arguments) {
    json_t *folders = json_array();
    for (size_t i = 0; i < arguments->watch_count; i++) {
        json_array_append_new(folders, json_any_string(arguments->watch[i]));
    }
    return folders;
}

/* the variable that text begins with, or CONFIG_VARIABLES */
static size_t variable_at(const char *text) {
    size_t i = 0;
    while (i < CONFIG_VARIABLES &&
           strncmp(text, rows[i].reference, strlen(rows[i].reference)) != 0) {
        i++;
    }
    return i;
}

static const char *filled_in(struct config_variables *variables, const char *at,
                             const struct place *place, struct problems *problems) {
    size_t variable = variable_at(at);
    if (variable == CONFIG_VARIABLES) {
        problems_add(problems, place,
                     "\"%.40s\": there is no such variable; known: ${watch}, ${http}, "
                     "${websocket}, ${database}",
                     at);
        return NULL;
    }
    variables->used[variable] = true;
    const char *value = value_of(variables, (enum variable)variable);
    if (!value) {
        problems_add(problems, place, "uses %s: give it by %s on the command line",
                     rows[variable].reference, rows[variable].given_by);
    }
    return value;
}

json_t *config_expand(struct config_variables *variables, const char *text,
                      const struct place *place, struct problems *problems) {
    if (strcmp(text, rows[WATCH].reference) == 0 && variables->arguments->watch_count > 1) {
        variables->used[WATCH] = true;
        return watched(variables->arguments);
    }
    AUTOFREE char *expanded = mem_dup("");
    const char *dollar;
    while ((dollar = strstr(text, "${"))) {
        const char *value = filled_in(variables, dollar, place, problems);
        if (!value) {
            return NULL;
        }
        char *longer = mem_printf("%s%.*s%s", expanded, (int)(dollar - text), text, value);
        free(expanded);
        expanded = longer;
        text = dollar + strlen(rows[variable_at(dollar)].reference);
    }
    AUTOFREE char *whole = mem_printf("%s%s", expanded, text);
    json_t *string = json_string(whole);
    if (!string) {
        problems_add(problems, place, "\"%s\" is no UTF-8 text", whole);
    }
    return string;
}

void config_variables_unused(const struct config_variables *variables, const char *file,
                             struct problems *problems) {
    for (size_t i = 0; i < CONFIG_VARIABLES; i++) {
        if (!variables->used[i] && given(variables->arguments, (enum variable)i)) {
            struct place place = {.file = file};
            problems_add(problems, &place,
                         "does not use %s, so %s has no effect: leave it out, or write %s there",
                         rows[i].reference, rows[i].given_by, rows[i].reference);
        }
    }
}
