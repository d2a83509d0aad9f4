/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside made fit for JSON, and numbers in their shortest form. */
#include "text.h"
#include "memory.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 64 }; /* longer texts are no numbers of DICOM (PS3.5 6.2: DS has 16) */

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* what a character of each length must lie in, once its bytes are put together */
static const struct {
    unsigned char mask, lead;
    uint32_t least;
} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

size_t text_character(const char *text, size_t left) {
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t form = 0; form < 4; form++) {
        if ((bytes[0] & forms[form].mask) != forms[form].lead) {
            continue;
        }
        if (form >= left) {
            return 0;
        }
        uint32_t code = bytes[0] & (uint32_t)(unsigned char)~forms[form].mask;
        for (size_t i = 1; i <= form; i++) {
            if ((bytes[i] & 0xc0) != 0x80) {
                return 0;
            }
            code = (code << 6) | (bytes[i] & 0x3fU);
        }
        bool surrogate = code >= 0xd800 && code <= 0xdfff;
        return code < forms[form].least || code > 0x10ffff || surrogate ? 0 : form + 1;
    }
    return 0;
}

char *text_valid(const char *bytes, size_t length) {
    char *out = mem_zeroed(length * (sizeof(replacement) - 1) + 1, 1);
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        size_t character = bytes[at] ? text_character(bytes + at, length - at) : 0;
        if (character) {
            memcpy(out + used, bytes + at, character);
            used += character;
            at += character;
        } else {
            memcpy(out + used, replacement, sizeof(replacement) - 1);
            used += sizeof(replacement) - 1;
            at++;
        }
    }
    return mem_resize(out, used + 1, 1);
}

/* Unicode 15, Bidi_Control and the separators; each range is within one length of UTF-8 */
static const struct {
    uint32_t first, last;
} harmful[] = {{0x80, 0x9f},     {0x61c, 0x61c},   {0x200e, 0x200f},
               {0x2028, 0x2029}, {0x202a, 0x202e}, {0x2066, 0x2069}};

enum text_hidden text_hidden(const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    if (length == 1) {
        return bytes[0] < ' ' || bytes[0] == 0x7f ? TEXT_CONTROL : TEXT_VISIBLE;
    }
    uint32_t code = bytes[0] & (uint32_t)(0x7f >> length);
    for (size_t i = 1; i < length; i++) {
        code = (code << 6) | (bytes[i] & 0x3fU);
    }
    for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++) {
        if (code >= harmful[i].first && code <= harmful[i].last) {
            return TEXT_HARMFUL;
        }
    }
    return TEXT_VISIBLE;
}

size_t text_shown(const char *bytes, size_t length, char *out, size_t room) {
    size_t used = 0;
    for (size_t at = 0, step; at < length; at += step) {
        size_t character = text_character(bytes + at, length - at);
        enum text_hidden hidden = character ? text_hidden(bytes + at, character) : TEXT_HARMFUL;
        const char *shown = hidden == TEXT_HARMFUL   ? replacement
                            : hidden == TEXT_CONTROL ? " "
                                                     : bytes + at;
        size_t size = hidden == TEXT_HARMFUL ? sizeof(replacement) - 1 : character;
        if (used + size >= room) {
            break;
        }
        memcpy(out + used, shown, size);
        used += size;
        step = character ? character : 1;
    }
    out[used] = '\0';
    return used;
}

char *text_shown_copy(const char *text) {
    size_t length = strlen(text), room = length * (sizeof(replacement) - 1) + 1;
    char *out = mem_zeroed(room, 1);
    return mem_resize(out, text_shown(text, length, out, room) + 1, 1);
}

void text_number(double value, char *out, size_t room) {
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, room, "%.*g", digits, value);
        if (strtod(out, NULL) == value) {
            return;
        }
    }
}

bool text_to_number(const char *text, double *value) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strspn(text, "+-.0123456789eE");
    const char *rest = text + length;
    while (isspace((unsigned char)*rest)) {
        rest++;
    }
    if (length == 0 || length >= NUMBER_BYTES || *rest) {
        return false;
    }
    char *end;
    double number = strtod(text, &end);
    if (end != text + length || !isfinite(number)) {
        return false;
    }
    *value = number;
    return true;
}

uint64_t text_hash(uint64_t seed, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++) {
        seed = (seed ^ at[i]) * 0x100000001b3ULL;
    }
    return seed;
}

/* U+00C0 to U+00DE but for the times sign */
static bool is_latin_capital(const unsigned char *text) {
    return text[0] == 0xc3 && text[1] >= 0x80 && text[1] <= 0x9e && text[1] != 0x97;
}

int text_next_letter(const char **text) {
    const unsigned char *at = (const unsigned char *)*text;
    bool latin = at[0] == 0xc3 && at[1];
    *text += latin ? 2 : *at ? 1 : 0;
    if (latin) {
        return 0xc300 | (is_latin_capital(at) ? at[1] + 0x20 : at[1]);
    }
    return *at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at;
}

bool text_same_letters(const char *a, const char *b) {
    int from_a, from_b;
    do {
        from_a = text_next_letter(&a);
        from_b = text_next_letter(&b);
    } while (from_a == from_b && from_a);
    return from_a == from_b;
}

uint64_t text_hash_letters(uint64_t seed, const char *text) {
    int letter;
    do {
        letter = text_next_letter(&text);
        seed = text_hash(seed, &letter, sizeof(letter));
    } while (letter);
    return seed;
}

static const char hex_digits[] = "0123456789abcdef";

void text_write_hex(char *text, uint64_t number) {
    for (size_t i = TEXT_HEX_DIGITS; i-- > 0; number >>= 4) {
        text[i] = hex_digits[number & 15];
    }
}

bool text_read_hex(const char *text, uint64_t *number) {
    *number = 0;
    for (size_t i = 0; i < TEXT_HEX_DIGITS; i++) {
        const char *digit = text[i] ? strchr(hex_digits, text[i]) : NULL;
        if (!digit) {
            return false;
        }
        *number = *number << 4 | (uint64_t)(digit - hex_digits);
    }
    return true;
}
