/* SPDX-License-Identifier: Apache-2.0 */
/* Which values must stay the same over a series. */
#include "steady.h"
#include "base/memory.h"
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    ORIENTATION = 6,   /* numbers of ImageOrientationPatient */
    TEXT_BYTES = 1024, /* of a list of numbers */
    STEADY_DIGITS = 7,
};

/* absent: a value that one vendor leaves out of some images is no change */
static const char *present(const struct mrq_file *file, const char *name) {
    const char *text = mrq_value(file, name);
    return text && *text && strcmp(text, "null") != 0 ? text : NULL;
}

/* rounded to two decimals: the same slice computed twice differs in the last ones */
void steady_orientation(const struct mrq_file *file, char group[STEADY_GROUP_BYTES]) {
    double values[ORIENTATION];
    size_t count = mrq_numbers(file, "ImageOrientationPatient", values, ORIENTATION);
    group[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < count && i < ORIENTATION && used < STEADY_GROUP_BYTES; i++) {
        double rounded = round(values[i] * 100) / 100;
        used += (size_t)snprintf(group + used, STEADY_GROUP_BYTES - used, "%s%.4g", i ? "," : "",
                                 rounded == 0 ? 0.0 : rounded); /* no minus before a zero */
    }
}

/* numbers of so few digits that they stay as they are: nearly all do, and printf is slow */
static bool is_short(const char *text) {
    size_t digits = 0;
    for (const char *at = text; *at; at++) {
        bool digit = *at >= '0' && *at <= '9';
        bool ends = at[1] == ',' || at[1] == ']' || !at[1];
        digits = digit ? digits + 1 : *at == '.' ? digits : 0;
        bool idle = digit && digits == 1 && *at == '0' && !ends; /* 007, 0.5 */
        bool trailing = ends && (*at == '0' || *at == '.') && digits > 1;
        if (digits > STEADY_DIGITS || idle || trailing || !strchr("0123456789.,[] ", *at)) {
            return false;
        }
    }
    return true;
}

/* numbers in seven digits: TR 1999.99975 and 2000.00003 are one, not a change */
static void steady_text(char *out, const struct parameter *parameter, const char *text) {
    double values[COMPARE_NUMBERS];
    bool numeric = parameter->rule != RULE_TEXT && parameter->rule != RULE_EXACT;
    size_t count = numeric && !is_short(text) ? compare_numbers(text, values, COMPARE_NUMBERS) : 0;
    bool list = text[0] == '[';
    size_t used = (size_t)snprintf(out, TEXT_BYTES, "%s", count ? (list ? "[" : "") : text);
    for (size_t i = 0; i < count && used < TEXT_BYTES; i++) {
        used += (size_t)snprintf(out + used, TEXT_BYTES - used, "%s%.7g", i ? ", " : "", values[i]);
    }
    if (count && list && used < TEXT_BYTES) {
        snprintf(out + used, TEXT_BYTES - used, "]");
    }
}

/* the protocol has several contrasts: echoes, each with an echo time of its own */
static bool has_echoes(const struct mrq_file *file) {
    double contrasts;
    return mrq_numbers(file, "Contrasts", &contrasts, 1) == 1 && contrasts > 1;
}

/* among which images of its series it must not change */
static const char *group_of(const struct steady_image *image, const struct parameter *parameter) {
    const char *group = parameter->steady == STEADY_ORIENTATION ? image->orientation
                        : parameter->steady == STEADY_ECHO ? present(image->file, "EchoNumbers")
                                                           : NULL;
    return group ? group : "";
}

/* the template's values, where they are several of which an image has but one; else NULL */
static const char *by_design(const struct steady_image *image, const struct parameter *parameter,
                             const char *group) {
    const char *expect = image->expect ? image->expect[parameter - parameters] : NULL;
    bool sets = parameter->rule == RULE_MEMBERS || parameter->rule == RULE_WHOLE ||
                (parameter->rule == RULE_SHARED && !*group); /* echoes that have no number */
    return sets && expect && strchr(expect, ',') ? expect : NULL;
}

static void watch_parameter(const struct steady_image *image, const struct parameter *parameter,
                            struct mrq_verdict *verdict) {
    const char *text = present(image->file, parameter->name);
    if (!text || parameter->steady == STEADY_NEVER) {
        return;
    }
    const char *group = group_of(image, parameter);
    if (parameter->steady == STEADY_ECHO && !*group && has_echoes(image->file)) {
        return; /* which of them it is nobody tells */
    }
    const char *several = by_design(image, parameter, group);
    double tolerance = image->tolerances[parameter - parameters];
    if (several && compare_values(parameter->rule, tolerance, several, text)) {
        mrq_watch(verdict, parameter->name, several, MRQ_CONSTANT, several);
        return;
    }
    char steady[TEXT_BYTES];
    steady_text(steady, parameter, text);
    /* its own group: a template that comes while a series runs is no change of the series */
    mrq_watch(verdict, parameter->name, steady, MRQ_CONSTANT, several ? several : group);
}

/* an enhanced file has several at once: "4.8,38.76" */
static void collect_echo_times(const struct mrq_file *file, struct mrq_verdict *verdict) {
    const char *text = present(file, "TE");
    double values[COMPARE_NUMBERS];
    size_t count = text ? compare_numbers(text, values, COMPARE_NUMBERS) : 0;
    for (size_t i = 0; i < count; i++) {
        char number[32];
        snprintf(number, sizeof(number), "%.7g", values[i]);
        mrq_watch(verdict, "TE", number, MRQ_COLLECTED, "");
    }
}

void steady_watch(const struct steady_image *image, struct mrq_verdict *verdict) {
    for (int i = 0; i < PARAMETERS; i++) {
        if (image->chosen[i]) {
            watch_parameter(image, &parameters[i], verdict);
        }
    }
    const char *shims = present(image->file, "Shims");
    if (shims && strncmp(shims, "null", strlen("null")) != 0) { /* ten times null: no protocol */
        mrq_watch(verdict, "Shims", shims, MRQ_CONSTANT, "");
    }
    collect_echo_times(image->file, verdict);
}
