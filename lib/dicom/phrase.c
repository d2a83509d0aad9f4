/* SPDX-License-Identifier: Apache-2.0 */
/* A text that grows, up to a bound. */
#include "phrase.h"
#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

void phrase_clear(struct phrase *phrase) {
    phrase->used = 0;
    phrase_add(phrase, "", 0);
}

void phrase_add(struct phrase *phrase, const char *text, size_t length) {
    size_t left = PHRASE_BYTES - phrase->used;
    if (length > left) {
        length = left;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
            length--;
        }
    }
    if (phrase->used + length + 1 > phrase->room) {
        phrase->room = (phrase->used + length + 1) * 2;
        phrase->bytes = mem_resize(phrase->bytes, phrase->room, 1);
    }
    memcpy(phrase->bytes + phrase->used, text, length);
    phrase->used += length;
    phrase->bytes[phrase->used] = '\0';
}

void phrase_add_text(struct phrase *phrase, const char *text) {
    phrase_add(phrase, text, strlen(text));
}

/* the shortest digits that read back: 0.d1d2…dn * 10^point */
static int shortest(double value, char digits[20], int *point) {
    char text[32];
    int first = value < DBL_MIN ? 0 : 14; /* of normal numbers 15 digits lose nothing */
    for (int precision = first; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    int count = 0;
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9') {
            digits[count++] = *at;
        }
    }
    *point = atoi(at + 1) + 1;
    while (count > 1 && digits[count - 1] == '0') {
        count--;
    }
    return count;
}

/* Python's repr: an exponent from 1e16 on and below 1e-4, else a point with a digit behind it */
static void write_double(double value, char *out, size_t room) {
    char digits[20];
    int point;
    int count = shortest(fabs(value), digits, &point);
    const char *sign = signbit(value) ? "-" : "";
    if (point > 16 || point < -3) {
        snprintf(out, room, "%s%c%s%.*se%+03d", sign, digits[0], count > 1 ? "." : "", count - 1,
                 digits + 1, point - 1);
    } else if (point <= 0) {
        snprintf(out, room, "%s0.%.*s%.*s", sign, -point, "000", count, digits);
    } else if (count <= point) {
        snprintf(out, room, "%s%.*s%.*s.0", sign, count, digits, point - count, "0000000000000000");
    } else {
        snprintf(out, room, "%s%.*s.%.*s", sign, point, digits, count - point, digits + point);
    }
}

void phrase_add_double(struct phrase *phrase, double value) {
    char text[48];
    if (isfinite(value)) {
        write_double(value, text, sizeof(text));
        phrase_add_text(phrase, text);
    } else if (isnan(value)) {
        phrase_add_text(phrase, "nan");
    } else {
        phrase_add_text(phrase, value < 0 ? "-inf" : "inf");
    }
}

void phrase_finish(struct phrase *phrase) {
    free(phrase->bytes);
    *phrase = (struct phrase){0};
}
