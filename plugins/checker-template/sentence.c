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
    BEFORE_BYTES = 40, /* of what two long texts have in common */
};

/* one of the two values, and what stands between its numbers */
struct side {
    const char *text, *between;
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
static bool numbers_text(char *out, const struct parameter *parameter, const struct side *side,
                         int digits) {
    double values[COMPARE_NUMBERS];
    size_t count = compare_numbers(side->text, values, COMPARE_NUMBERS);
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
                                           : side->between,
                                 number);
    }
    return used > 0;
}

static void value_text(char *out, const struct parameter *parameter, const struct side *side,
                       int digits) {
    bool quoted = parameter->style == STYLE_QUOTED;
    char numbers[VALUE_BYTES];
    if (quoted || parameter->rule == RULE_EXACT ||
        !numbers_text(numbers, parameter, side, digits)) {
        snprintf(out, VALUE_BYTES, quoted ? "\"%.140s\"" : "%.140s", side->text);
        return;
    }
    snprintf(out, VALUE_BYTES, "%.120s%s", numbers, parameter->unit);
}

/* as it stands, from shortly before the place where it begins to differ */
static void raw_text(char *out, const char *text, size_t differs) {
    size_t from = differs > BEFORE_BYTES ? differs - BEFORE_BYTES : 0;
    while (from < differs && ((unsigned char)text[from] & 0xc0) == 0x80) {
        from++; /* within a character of UTF-8 */
    }
    snprintf(out, VALUE_BYTES, "\"%s%.140s\"", from ? "…" : "", text + from);
}

/* two different values never look alike: 256 × 256 may be [256, 0, 0, 256] or [0, 256, 256, 0] */
static void both_texts(char *expected, char *had, const struct parameter *parameter,
                       const char *expect, const char *have) {
    const struct side template = {expect, " or "}, file = {have ? have : expect, " and "};
    for (int digits = DIGITS_LEAST; digits <= DIGITS_MOST; digits++) {
        value_text(expected, parameter, &template, digits);
        value_text(had, parameter, &file, digits);
        if (!have || strcmp(expected, had) != 0) {
            return;
        }
    }
    size_t differs = 0;
    while (expect[differs] && expect[differs] == have[differs]) {
        differs++;
    }
    raw_text(expected, expect, differs);
    raw_text(had, have, differs);
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
