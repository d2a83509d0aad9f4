/* SPDX-License-Identifier: Apache-2.0 */
/* What a deviation is called, in the words of the dashboard. */
#include "sentence.h"
#include "compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUE_BYTES = 160, /* of one value in a sentence; longer ones are cut */
    DIGITS_LEAST = 4,  /* significant ones; more where two different values would look alike */
    DIGITS_MOST = 16,
};

/* never an exponent: 12345.6 with four digits is 12346 */
static void number_text(char *text, size_t room, double value, int digits) {
    int whole = value == 0 ? 1 : (int)floor(log10(fabs(value))) + 1;
    int decimals = digits > whole ? digits - whole : 0;
    snprintf(text, room, "%.*f", decimals > 12 ? 12 : decimals, value);
    size_t length = strlen(text);
    while (strchr(text, '.') && length && (text[length - 1] == '0' || text[length - 1] == '.')) {
        bool point = text[--length] == '.';
        text[length] = '\0';
        if (point) {
            break;
        }
    }
}

static bool all_same(const double *values, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return false;
        }
    }
    return true;
}

/* numbers as people write them: "94 × 88", "30 or 35", "2.3"; zeros of a matrix are fillers */
static bool numbers_text(char *out, const struct parameter *parameter, const char *text,
                         int digits) {
    double values[COMPARE_NUMBERS];
    size_t count = compare_numbers(text, values, COMPARE_NUMBERS);
    bool times = parameter->style == STYLE_TIMES;
    bool matrix = times && !*parameter->unit;
    if (times && !matrix && all_same(values, count)) {
        count = count ? 1 : 0;
    }
    out[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < count && used < VALUE_BYTES; i++) {
        char number[VALUE_BYTES];
        if (matrix && values[i] == 0) {
            continue;
        }
        number_text(number, sizeof(number), values[i], digits);
        used += (size_t)snprintf(out + used, VALUE_BYTES - used, "%s%s",
                                 used == 0 ? ""
                                 : times   ? " × "
                                           : " or ",
                                 number);
    }
    return used > 0;
}

static void value_text(char *out, const struct parameter *parameter, const char *text, int digits) {
    bool quoted = parameter->style == STYLE_QUOTED;
    char numbers[VALUE_BYTES];
    if (quoted || parameter->rule == RULE_EXACT ||
        !numbers_text(numbers, parameter, text, digits)) {
        snprintf(out, VALUE_BYTES, quoted ? "\"%.140s\"" : "%.140s", text);
        return;
    }
    snprintf(out, VALUE_BYTES, "%.120s%s", numbers, parameter->unit);
}

static void both_texts(char *expected, char *had, const struct parameter *parameter,
                       const char *expect, const char *have) {
    for (int digits = DIGITS_LEAST; digits <= DIGITS_MOST; digits++) {
        value_text(expected, parameter, expect, digits);
        value_text(had, parameter, have ? have : expect, digits);
        if (!have || strcmp(expected, had) != 0) {
            return;
        }
    }
}

static void seen_text(char *out, size_t room, long long seen, bool few) {
    const char *only = few ? " only" : "";
    if (seen == 1 || seen == 2) {
        snprintf(out, room, " (seen %s%s)", seen == 1 ? "once" : "twice", only);
    } else {
        snprintf(out, room, " (seen %lld times%s)", seen, only);
    }
}

static const char *sign_text(const char *phase) {
    return strcmp(phase, "1") == 0 ? "positive (1)" : strcmp(phase, "0") == 0 ? "negative (0)" : "";
}

void sentence_write(char sentence[SENTENCE_BYTES], const struct parameter *parameter,
                    const char *expect, const char *have, long long seen, bool few) {
    char expected[VALUE_BYTES], had[VALUE_BYTES], evidence[64];
    seen_text(evidence, sizeof(evidence), seen, few);
    both_texts(expected, had, parameter, expect, have);
    bool sign = parameter->style == STYLE_SIGN && have && *sign_text(expect) && *sign_text(have);
    if (sign) {
        snprintf(sentence, SENTENCE_BYTES, "Phase encoding is reversed: %s, template %s%s",
                 sign_text(have), sign_text(expect), evidence);
    } else if (!have) {
        snprintf(sentence, SENTENCE_BYTES, "%s is not in the header, template %s%s",
                 parameter->name, expected, evidence);
    } else {
        snprintf(sentence, SENTENCE_BYTES, "%s is %s, template %s%s", parameter->name, had,
                 expected, evidence);
    }
}
