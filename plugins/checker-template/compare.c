/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison of one value with a template's. */
#include "compare.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { NUMBER_BYTES = 64 };

#define SPACES " \t\n\v\f\r"

/* far below any tolerance that means something: 30.05 - 30 is a little more than 0.05 */
static const double rounding = 1e-9;

/* scanners compute TR anew for each image: 1999.99975 and 2000.00003 are one */
static const double noise = 1e-6;

size_t compare_numbers(const char *text, double *values, size_t room) {
    size_t count = 0, length = strlen(text);
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    for (const char *end = text + length; text <= end; count++) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        size_t part = (size_t)((comma ? comma : end) - text);
        char number[NUMBER_BYTES];
        if (part >= sizeof(number) || count == room) {
            return 0;
        }
        memcpy(number, text, part);
        number[part] = '\0';
        if (!text_to_number(number, &values[count])) {
            return 0;
        }
        text += part + 1;
    }
    return count;
}

static bool same_text(const char *a, const char *b);

static bool near(double a, double b, double tolerance) {
    return a == b || fabs(a - b) <= tolerance + rounding * fmax(1, fabs(a));
}

static bool same_decimals(double a, double b) {
    return rint(a * 1000) == rint(b * 1000);
}

static bool same_number(enum rule rule, double tolerance, double a, double b) {
    return (tolerance > 0 ? near(a, b, tolerance) : a == b) ||
           (rule == RULE_WHOLE && (trunc(a) == trunc(b) || fabs(a - b) <= noise * fabs(a))) ||
           (rule == RULE_DECIMALS && same_decimals(a, b));
}

static bool same_numbers(enum rule rule, double tolerance, const char *expect, const char *have) {
    double a[COMPARE_NUMBERS], b[COMPARE_NUMBERS];
    size_t count = compare_numbers(expect, a, COMPARE_NUMBERS);
    if (count == 0 || compare_numbers(have, b, COMPARE_NUMBERS) == 0) {
        return same_text(expect, have);
    }
    if (compare_numbers(have, b, COMPARE_NUMBERS) != count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!same_number(rule, tolerance, a[i], b[i])) {
            return false;
        }
    }
    return true;
}

/* an image has one of the TEs of its series; a second TR or angle of a file must be one of them */
static bool same_sets(enum rule rule, double tolerance, const char *expect, const char *have) {
    double a[COMPARE_NUMBERS], b[COMPARE_NUMBERS];
    size_t expected = compare_numbers(expect, a, COMPARE_NUMBERS);
    size_t found = compare_numbers(have, b, COMPARE_NUMBERS), members = 0;
    if (!expected || !found) {
        return same_text(expect, have);
    }
    for (size_t i = 0; i < found; i++) {
        size_t at = 0;
        while (at < expected && !same_number(rule, tolerance, a[at], b[i])) {
            at++;
        }
        members += at < expected;
    }
    return rule == RULE_SHARED ? members > 0 : members == found;
}

/* moves on to the next letter of a text whose case and white space are folded; 0 at its end */
static int next_folded(const char **text) {
    if (**text && strchr(SPACES, **text)) {
        *text += strspn(*text, SPACES);
        return **text ? ' ' : 0;
    }
    return text_next_letter(text);
}

static bool same_text(const char *a, const char *b) {
    const char *left = a + strspn(a, SPACES), *right = b + strspn(b, SPACES);
    int from_left, from_right;
    do {
        from_left = next_folded(&left);
        from_right = next_folded(&right);
    } while (from_left == from_right && from_left);
    return from_left == from_right;
}

/* "ep_b1540#27" becomes "ep_": one series has a strength and a number for each of its directions */
static void take_out_direction(char *text) {
    char *to = text, before = '\0';
    for (const char *from = text; *from;) {
        bool strength = tolower((unsigned char)*from) == 'b' && !isalnum((unsigned char)before);
        size_t digits = strspn(from + 1, "0123456789");
        if (digits && (*from == '#' || strength)) {
            before = from[digits];
            from += 1 + digits;
        } else {
            before = *from;
            *to++ = *from++;
        }
    }
    *to = '\0';
}

static bool same_sequence(const char *expect, const char *have) {
    AUTOFREE char *a = mem_dup(expect);
    AUTOFREE char *b = mem_dup(have);
    take_out_direction(a);
    take_out_direction(b);
    return same_text(a, b);
}

bool compare_values(enum rule rule, double tolerance, const char *expect, const char *have) {
    if (strcmp(expect, have) == 0) { /* nearly always */
        return true;
    }
    switch (rule) {
    case RULE_TEXT:
        return same_text(expect, have);
    case RULE_EXACT:
        return strcmp(expect, have) == 0;
    case RULE_SHARED:
    case RULE_MEMBERS:
    case RULE_WHOLE:
        return same_sets(rule, tolerance, expect, have);
    case RULE_SEQUENCE:
        return same_sequence(expect, have);
    default:
        return same_numbers(rule, tolerance, expect, have);
    }
}
