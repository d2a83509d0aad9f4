/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its option. */
#include "config_check.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "plugin/describe.h"

#include <stdio.h>

enum { VALUE_SHOWN = 80 }; /* characters of a wrong value in its message */

static const char *const type_phrases[] = {
    [MRQ_STRING] = "a string",
    [MRQ_BOOLEAN] = "true or false",
    [MRQ_INTEGER] = "a whole number",
    [MRQ_NUMBER] = "a number",
    [MRQ_STRINGS] = "a list of strings, such as [ \"a\", \"b\" ]",
    [MRQ_NUMBERS] = "a group of numbers, such as { TE = 0.05; }",
};

static bool is_ranged(const struct mrq_option *option) {
    return option->minimum != 0 || option->maximum != 0;
}

static char *choices_text(const char *choices) {
    char *text = mem_dup("");
    for (const char *at = choices; *at;) {
        size_t length = strcspn(at, "|");
        bool last = !at[length];
        const char *separator = at == choices ? "" : last ? " or " : ", ";
        char *longer = mem_printf("%s%s\"%.*s\"", text, separator, (int)length, at);
        free(text);
        text = longer;
        at += length + !last;
    }
    return text;
}

char *config_allowed(const struct mrq_option *option) {
    if (option->choices) {
        return choices_text(option->choices);
    }
    AUTOFREE char *unit = option->unit ? mem_printf(" (%s)", option->unit) : mem_dup("");
    if (!is_ranged(option)) {
        return mem_printf("%s%s", type_phrases[option->type], unit);
    }
    char minimum[32], maximum[32];
    text_number(option->minimum, minimum, sizeof(minimum));
    text_number(option->maximum, maximum, sizeof(maximum));
    return mem_printf("%s from %s to %s%s", type_phrases[option->type], minimum, maximum, unit);
}

static bool is_choice(const char *choices, const char *word) {
    size_t length = strlen(word);
    for (const char *at = choices; *at; at += *at == '|') {
        size_t next = strcspn(at, "|");
        if (next == length && strncmp(at, word, length) == 0) {
            return true;
        }
        at += next;
    }
    return false;
}

static bool in_range(const struct mrq_option *option, double value) {
    return !is_ranged(option) || (value >= option->minimum && value <= option->maximum);
}

static bool value_allowed(const struct mrq_option *option, const json_t *value) {
    if (!plugin_value_fits(option->type, value)) {
        return false;
    }
    if (json_is_string(value) && option->choices) {
        return is_choice(option->choices, json_string_value(value));
    }
    if (json_is_number(value)) {
        return in_range(option, json_number_value(value));
    }
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member) {
        if (!in_range(option, json_number_value(member))) {
            return false;
        }
    }
    for (size_t i = 0; option->choices && i < json_array_size(value); i++) {
        if (!is_choice(option->choices, json_string_value(json_array_get(value, i)))) {
            return false;
        }
    }
    return true;
}

bool config_check(const struct mrq_option *option, const json_t *value, const struct place *place,
                  struct problems *problems) {
    if (value_allowed(option, value)) {
        return true;
    }
    AUTOFREE char *allowed = config_allowed(option);
    AUTOFREE char *have = json_text(value, NULL);
    bool longer = strlen(have) > VALUE_SHOWN;
    problems_add(problems, place, "option \"%s\" is %.*s%s, but must be %s", option->key,
                 VALUE_SHOWN, have, longer ? "…" : "", allowed);
    return false;
}
