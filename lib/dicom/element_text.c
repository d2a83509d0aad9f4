/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an element as the text that the database keeps. */
#include "element_text.h"
#include "base/memory.h"
#include "base/text.h"
#include "decimal.h"
#include "taglist.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUE_BYTES = 2 * PHRASE_BYTES, /* so much of a value is looked at */
    MOST_NUMBERS = 512,             /* more numbers do not fit a text anyway */
    DECIMAL_BYTES = 64,             /* of one number; DICOM's longest, DS, has 16 */
};

static const char escape = 0x1b; /* begins a code extension, and is in no text of ours */

enum kind { KIND_NONE, KIND_TEXT, KIND_WHOLE_TEXT, KIND_NAME, KIND_DECIMAL, KIND_BINARY, KIND_RAW };

enum number { NUMBER_UNSIGNED, NUMBER_SIGNED, NUMBER_REAL };

/* where a VR of two letters stands in the table */
#define VR(a, b) (((a) - 'A') * 26 + ((b) - 'A'))
enum { VRS = VR('Z', 'Z') + 1 };

/* how values of each VR are written (PS3.5 6.2) */
static const struct form {
    uint8_t kind;         /* all others: KIND_NONE */
    bool charsets;        /* its characters depend on Specific Character Set */
    uint8_t number, size; /* KIND_BINARY */
} forms[VRS] = {
    [VR('A', 'E')] = {.kind = KIND_TEXT},
    [VR('A', 'S')] = {.kind = KIND_TEXT},
    [VR('C', 'S')] = {.kind = KIND_TEXT},
    [VR('D', 'A')] = {.kind = KIND_TEXT},
    [VR('D', 'T')] = {.kind = KIND_TEXT},
    [VR('T', 'M')] = {.kind = KIND_TEXT},
    [VR('U', 'I')] = {.kind = KIND_TEXT},
    [VR('L', 'O')] = {.kind = KIND_TEXT, .charsets = true},
    [VR('S', 'H')] = {.kind = KIND_TEXT, .charsets = true},
    [VR('U', 'C')] = {.kind = KIND_TEXT, .charsets = true},
    [VR('L', 'T')] = {.kind = KIND_WHOLE_TEXT, .charsets = true},
    [VR('S', 'T')] = {.kind = KIND_WHOLE_TEXT, .charsets = true},
    [VR('U', 'T')] = {.kind = KIND_WHOLE_TEXT, .charsets = true},
    [VR('U', 'R')] = {.kind = KIND_WHOLE_TEXT},
    [VR('P', 'N')] = {.kind = KIND_NAME, .charsets = true},
    [VR('D', 'S')] = {.kind = KIND_DECIMAL},
    [VR('I', 'S')] = {.kind = KIND_DECIMAL},
    [VR('F', 'D')] = {.kind = KIND_BINARY, .number = NUMBER_REAL, .size = 8},
    [VR('F', 'L')] = {.kind = KIND_BINARY, .number = NUMBER_REAL, .size = 4},
    [VR('S', 'L')] = {.kind = KIND_BINARY, .number = NUMBER_SIGNED, .size = 4},
    [VR('S', 'S')] = {.kind = KIND_BINARY, .number = NUMBER_SIGNED, .size = 2},
    [VR('S', 'V')] = {.kind = KIND_BINARY, .number = NUMBER_SIGNED, .size = 8},
    [VR('U', 'L')] = {.kind = KIND_BINARY, .number = NUMBER_UNSIGNED, .size = 4},
    [VR('U', 'S')] = {.kind = KIND_BINARY, .number = NUMBER_UNSIGNED, .size = 2},
    [VR('U', 'V')] = {.kind = KIND_BINARY, .number = NUMBER_UNSIGNED, .size = 8},
    [VR('U', 'N')] = {.kind = KIND_RAW},
};

static const struct form *form_of(uint16_t vr) {
    unsigned a = (unsigned)(vr >> 8) - 'A', b = (unsigned)(vr & 0xff) - 'A';
    return &forms[a < 26 && b < 26 ? a * 26 + b : 0]; /* there is no VR AA */
}

static enum kind kind_of(uint16_t vr) {
    return (enum kind)form_of(vr)->kind;
}

bool element_is_number(uint16_t vr) {
    enum kind kind = kind_of(vr);
    return kind == KIND_DECIMAL || kind == KIND_BINARY;
}

bool element_is_text(uint16_t vr) {
    enum kind kind = kind_of(vr);
    return kind != KIND_NONE && kind != KIND_BINARY && kind != KIND_RAW;
}

uint16_t element_vr(const char *known, uint16_t said) {
    uint16_t vr = dicom_vr(known);
    if (vr == said || vr == dicom_vr("UN") || kind_of(said) == KIND_BINARY) {
        return said;
    }
    return kind_of(vr) == KIND_BINARY && element_is_text(said) ? dicom_vr("DS") : vr;
}

/* nothing but spaces and printable ASCII, as nearly all values: eight bytes at a time */
static bool is_plain(const char *bytes, size_t length) {
    const uint64_t spaces = 0x2020202020202020, high = 0x8080808080808080;
    uint64_t found = 0, word;
    size_t i = 0;
    for (; i + sizeof(word) <= length; i += sizeof(word)) {
        memcpy(&word, bytes + i, sizeof(word));
        found |= (word | (word - spaces)) & high; /* a byte below a space borrows */
    }
    for (; i < length; i++) {
        found |= (uint8_t)((uint8_t)bytes[i] | (uint8_t)(bytes[i] - ' ')) & 0x80;
    }
    return found == 0;
}

void element_add_valid(struct phrase *out, const char *bytes, size_t length) {
    if (is_plain(bytes, length)) {
        phrase_add(out, bytes, length);
        return;
    }
    size_t from = out->used;
    AUTOFREE char *valid = text_valid(bytes, length);
    phrase_add_text(out, valid);
    for (; from < out->used; from++) {
        char c = out->bytes[from];
        if (c == '\t' || c == '\n' || c == escape) {
            out->bytes[from] = ' ';
        }
    }
}

static bool is_padding(char c) {
    return c == ' ' || c == '\0';
}

/* one value, already UTF-8 or to be made so, without its padding */
static void add_value(struct phrase *out, const char *bytes, size_t length, enum kind kind) {
    while (length > 0 && is_padding(bytes[length - 1])) {
        length--;
    }
    while (kind == KIND_DECIMAL && length > 0 && *bytes == ' ') {
        bytes++;
        length--;
    }
    while (kind == KIND_NAME && length > 0 && bytes[length - 1] == '=') {
        length--; /* empty groups of a name, as the reference has it */
    }
    element_add_valid(out, bytes, length);
}

/* values parted by backslashes, as Python writes a list of them */
static void add_values(struct phrase *out, const char *bytes, size_t length, enum kind kind) {
    const char *quote = kind == KIND_TEXT ? "'" : "";
    const char *end = bytes + length;
    phrase_add_text(out, "[");
    for (const char *at = bytes; at <= end;) {
        const char *stop = memchr(at, '\\', (size_t)(end - at));
        if (!stop) {
            stop = end;
        }
        phrase_add_text(out, at == bytes ? quote : ", ");
        phrase_add_text(out, at == bytes ? "" : quote);
        add_value(out, at, (size_t)(stop - at), kind);
        phrase_add_text(out, quote);
        at = stop + 1;
    }
    phrase_add_text(out, "]");
}

/* is there something that only the character set can tell: a high byte, or an escape? */
static bool is_coded(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)bytes[i] >= 0x80 || bytes[i] == escape) {
            return true;
        }
    }
    return false;
}

/* what parts the pieces of a text, at which code extensions end (PS3.5 6.1.2.5.3) */
static const char *delimiters_of(enum kind kind) {
    return kind == KIND_NAME ? "\\^=" : kind == KIND_WHOLE_TEXT ? "" : "\\";
}

static void add_parts(struct phrase *out, enum kind kind, const char *bytes, size_t length) {
    if (kind != KIND_WHOLE_TEXT && memchr(bytes, '\\', length)) {
        add_values(out, bytes, length, kind);
    } else {
        add_value(out, bytes, length, kind);
    }
}

static void add_text(struct phrase *out, const struct form *form, const struct element_value *value,
                     const struct charset *charset) {
    enum kind kind = (enum kind)form->kind;
    const char *bytes = (const char *)value->bytes;
    size_t length = value->length < VALUE_BYTES ? value->length : VALUE_BYTES;
    if (!is_plain(bytes, length) && is_coded(bytes, length)) {
        const struct charset none = {.converter = charset->converter};
        bytes = charset_utf8(form->charsets ? charset : &none, delimiters_of(kind), bytes, &length);
    }
    if (kind == KIND_DECIMAL && memchr(bytes, ',', length)) {
        AUTOFREE char *mended = mem_dup_length(bytes, length);
        decimal_mend(mended, length, value->values);
        add_parts(out, kind, mended, length);
    } else {
        add_parts(out, kind, bytes, length);
    }
}

static uint64_t little(const uint8_t *bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = size; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

static double real_of(uint64_t bits, size_t size) {
    double value;
    if (size == sizeof(float)) {
        uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof(single));
        return (double)single;
    }
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static int64_t signed_of(uint64_t bits, size_t size) {
    unsigned shift = 64 - 8 * (unsigned)size;
    return (int64_t)(bits << shift) >> shift;
}

static void add_binary(struct phrase *out, const struct form *form, const uint8_t *bytes) {
    size_t size = form->size;
    uint64_t bits = little(bytes, size);
    char text[32];
    if (form->number == NUMBER_REAL) {
        phrase_add_double(out, real_of(bits, size));
        return;
    }
    if (form->number == NUMBER_SIGNED) {
        snprintf(text, sizeof(text), "%" PRId64, signed_of(bits, size));
    } else {
        snprintf(text, sizeof(text), "%" PRIu64, bits);
    }
    phrase_add_text(out, text);
}

static bool add_numbers(struct phrase *out, const struct form *form, const uint8_t *bytes,
                        size_t length) {
    size_t size = form->size, count = length / size;
    if (length % size) {
        return false;
    }
    if (count > MOST_NUMBERS) {
        count = MOST_NUMBERS;
    }
    phrase_add_text(out, count > 1 ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        phrase_add_text(out, i ? ", " : "");
        add_binary(out, form, bytes + i * size);
    }
    phrase_add_text(out, count > 1 ? "]" : "");
    return true;
}

/* of unknown VR: shown if it is readable */
static bool add_raw(struct phrase *out, const char *bytes, size_t length) {
    while (length > 0 && is_padding(bytes[length - 1])) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] < ' ' || bytes[i] > '~') {
            return false;
        }
    }
    phrase_add(out, bytes, length);
    return true;
}

static bool decimal_number(const uint8_t *bytes, size_t length, double *number) {
    char text[DECIMAL_BYTES];
    while (length > 0 && is_padding((char)bytes[length - 1])) {
        length--;
    }
    if (length >= sizeof(text)) {
        return false;
    }
    memcpy(text, bytes, length);
    text[length] = '\0';
    decimal_mend(text, length, 1);
    return text_to_number(text, number);
}

bool element_number(uint16_t vr, const uint8_t *bytes, size_t length, double *number) {
    const struct form *form = form_of(vr);
    enum kind kind = (enum kind)form->kind;
    if (kind == KIND_DECIMAL) {
        return decimal_number(bytes, length, number);
    }
    if (kind != KIND_BINARY || length != form->size) {
        return false;
    }
    uint64_t bits = little(bytes, length);
    *number = form->number == NUMBER_REAL     ? real_of(bits, length)
              : form->number == NUMBER_SIGNED ? (double)signed_of(bits, length)
                                              : (double)bits;
    return isfinite(*number);
}

bool element_text(struct phrase *out, const struct element_value *value,
                  const struct charset *charset) {
    const struct form *form = form_of(value->vr);
    phrase_clear(out);
    switch ((enum kind)form->kind) {
    case KIND_NONE:
        return false;
    case KIND_BINARY:
        return add_numbers(out, form, value->bytes, value->length);
    case KIND_RAW:
        return add_raw(out, (const char *)value->bytes, value->length);
    default:
        add_text(out, form, value, charset);
        return true;
    }
}
