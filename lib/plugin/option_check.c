/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its option. */
#include "plugin/option_check.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "plugin/describe.h"

#include <math.h>
#include <stdio.h>

enum {
    VALUE_SHOWN = 80,   /* characters of a wrong value in its message */
    CHOICES_MOST = 256, /* words in choices */
};

/* before: in front of a range or a number of entries; after: behind it */
static const struct {
    const char *before, *after;
} phrases[] = {
    [MRQ_STRING] = {"a string", ""},
    [MRQ_BOOLEAN] = {"true or false", ""},
    [MRQ_INTEGER] = {"a whole number", ""},
    [MRQ_NUMBER] = {"a number", ""},
    [MRQ_STRINGS] = {"strings", ", such as [ \"a\", \"b\" ]"},
    [MRQ_NUMBERS] = {"a group of numbers", ", such as { TE = 0.05; }"},
    [MRQ_PATH] = {"the path of a file, in quotes", ""},
    [MRQ_FOLDER] = {"the path of a folder, in quotes", ""},
    [MRQ_FOLDERS] = {"folders", ", such as [ \"/data/dicomstream\" ]"},
};

static bool is_ranged(const struct mrq_option *option) {
    return option->minimum != 0 || option->maximum != 0;
}

static bool is_list(const struct mrq_option *option) {
    return option->type == MRQ_STRINGS || option->type == MRQ_FOLDERS;
}

static bool is_path(const struct mrq_option *option) {
    return option->type >= MRQ_PATH && option->type <= MRQ_FOLDERS;
}

/* ---- what it may be, for people ---- */

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

char *option_allowed(const struct mrq_option *option) {
    const char *before = phrases[option->type].before, *after = phrases[option->type].after;
    if (option->choices && option->type == MRQ_STRING) {
        return choices_text(option->choices);
    }
    AUTOFREE char *unit = option->unit ? mem_printf(" (%s)", option->unit) : mem_dup("");
    char minimum[32], maximum[32];
    text_number(option->minimum, minimum, sizeof(minimum));
    text_number(option->maximum, maximum, sizeof(maximum));
    if (is_list(option)) {
        return is_ranged(option)
                   ? mem_printf("a list of %s to %s %s%s", minimum, maximum, before, after)
                   : mem_printf("a list of %s%s", before, after);
    }
    return is_ranged(option)
               ? mem_printf("%s from %s to %s%s%s", before, minimum, maximum, unit, after)
               : mem_printf("%s%s%s", before, unit, after);
}

/* ---- what is wrong ---- */

static bool in_range(const struct mrq_option *option, double value) {
    return !is_ranged(option) || (value >= option->minimum && value <= option->maximum);
}

/* the choices as a list ended by NULL; their texts are those of copy */
static const char **choice_names(char *copy, const char **names) {
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(copy, "|", &rest); word && count < CHOICES_MOST;
         word = strtok_r(NULL, "|", &rest)) {
        names[count++] = word;
    }
    names[count] = NULL;
    return names;
}

/* NULL if there is such a choice; else a sentence with the nearest, or with all of them */
static char *choice_fault(const struct mrq_option *option, const char *word) {
    if (!option->choices) {
        return NULL;
    }
    AUTOFREE char *copy = mem_dup(option->choices);
    const char *names[CHOICES_MOST + 1];
    for (const char **name = choice_names(copy, names); *name; name++) {
        if (strcmp(*name, word) == 0) {
            return NULL;
        }
    }
    const char *nearest = text_nearest(word, names);
    if (nearest) {
        return mem_printf("has \"%.*s\"; did you mean \"%s\"?", VALUE_SHOWN, word, nearest);
    }
    AUTOFREE char *all = choices_text(option->choices);
    return mem_printf("has \"%.*s\", but may have %s", VALUE_SHOWN, word, all);
}

static char *entry_fault(const struct mrq_option *option, const char *text) {
    if (is_path(option) && !*text) {
        return mem_dup("has \"\", which is no folder: leave it out, or name one");
    }
    return choice_fault(option, text);
}

static char *list_fault(const struct mrq_option *option, const json_t *value, size_t *entry) {
    char *fault = NULL;
    for (size_t i = 0; !fault && i < json_array_size(value); i++) {
        fault = entry_fault(option, json_string_value(json_array_get(value, i)));
        *entry = fault ? i : OPTION_WHOLE;
    }
    return fault;
}

static char *member_fault(const struct mrq_option *option, const char *key, double number) {
    char *fault = choice_fault(option, key);
    if (fault || in_range(option, number)) {
        return fault;
    }
    char have[32], minimum[32], maximum[32];
    text_number(number, have, sizeof(have));
    text_number(option->minimum, minimum, sizeof(minimum));
    text_number(option->maximum, maximum, sizeof(maximum));
    return mem_printf("has %s = %s, but its numbers must be from %s to %s", key, have, minimum,
                      maximum);
}

static char *group_fault(const struct mrq_option *option, const json_t *value, size_t *entry) {
    const char *key;
    json_t *member;
    size_t index = 0;
    json_object_foreach((json_t *)value, key, member) {
        char *fault = member_fault(option, key, json_number_value(member));
        if (fault) {
            *entry = index;
            return fault;
        }
        index++;
    }
    return NULL;
}

/* the value as a whole: a type, a range, a number of entries, one of the words */
static bool whole_fits(const struct mrq_option *option, const json_t *value) {
    if (!plugin_value_fits(option->type, value)) {
        return false;
    }
    if (is_list(option)) {
        return in_range(option, json_is_array(value) ? (double)json_array_size(value) : 1);
    }
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        AUTOFREE char *fault = choice_fault(option, text);
        return !fault && (*text || !option->required || !is_path(option));
    }
    return !json_is_number(value) || in_range(option, json_number_value(value));
}

/* 2.0 where a whole number must stand: as it stands there, and what to write */
static bool is_whole_real(const struct mrq_option *option, const json_t *value) {
    double real = json_real_value(value);
    return option->type == MRQ_INTEGER && json_is_real(value) && real == floor(real) &&
           in_range(option, real);
}

static char *whole_fault(const struct mrq_option *option, const json_t *value) {
    AUTOFREE char *allowed = option_allowed(option);
    AUTOFREE char *have = json_text(value, NULL);
    if (is_whole_real(option, value)) {
        double real = json_real_value(value);
        return mem_printf("is %.1f, but must be %s: write %.0f", real, allowed, real);
    }
    return mem_printf("is %.*s%s, but must be %s", VALUE_SHOWN, have,
                      strlen(have) > VALUE_SHOWN ? "…" : "", allowed);
}

char *option_fault(const struct mrq_option *option, const json_t *value, size_t *entry) {
    *entry = OPTION_WHOLE;
    if (!whole_fits(option, value)) {
        return whole_fault(option, value);
    }
    return json_is_object(value) ? group_fault(option, value, entry)
           : is_list(option) && json_is_string(value)
               ? entry_fault(option, json_string_value(value))
               : list_fault(option, value, entry);
}
