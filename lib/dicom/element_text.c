/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an element as the text that the database keeps. */
#include "element_text.h"
#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUE_BYTES = 2 * PHRASE_BYTES, /* so much of a value is looked at */
    MOST_NUMBERS = 512,             /* more numbers do not fit a text anyway */
};

enum kind { KIND_NONE, KIND_TEXT, KIND_WHOLE_TEXT, KIND_NAME, KIND_DECIMAL, KIND_BINARY, KIND_RAW };

/* how values of each VR are written (PS3.5 6.2) */
static const struct {
    char vr[3];
    uint8_t kind;
    uint8_t size;  /* KIND_BINARY */
    bool charsets; /* its characters depend on Specific Character Set */
} forms[] = {
    {"AE", KIND_TEXT, 0, false},      {"AS", KIND_TEXT, 0, false},
    {"CS", KIND_TEXT, 0, false},      {"DA", KIND_TEXT, 0, false},
    {"DT", KIND_TEXT, 0, false},      {"TM", KIND_TEXT, 0, false},
    {"UI", KIND_TEXT, 0, false},      {"LO", KIND_TEXT, 0, true},
    {"SH", KIND_TEXT, 0, true},       {"UC", KIND_TEXT, 0, true},
    {"LT", KIND_WHOLE_TEXT, 0, true}, {"ST", KIND_WHOLE_TEXT, 0, true},
    {"UT", KIND_WHOLE_TEXT, 0, true}, {"UR", KIND_WHOLE_TEXT, 0, false},
    {"PN", KIND_NAME, 0, true},       {"DS", KIND_DECIMAL, 0, false},
    {"IS", KIND_DECIMAL, 0, false},   {"FD", KIND_BINARY, 8, false},
    {"FL", KIND_BINARY, 4, false},    {"SL", KIND_BINARY, 4, false},
    {"SS", KIND_BINARY, 2, false},    {"SV", KIND_BINARY, 8, false},
    {"UL", KIND_BINARY, 4, false},    {"US", KIND_BINARY, 2, false},
    {"UV", KIND_BINARY, 8, false},    {"UN", KIND_RAW, 0, false},
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static size_t form_of(uint16_t vr) {
    size_t form = 0;
    while (form < FORMS && dicom_vr(forms[form].vr) != vr) {
        form++;
    }
    return form;
}

bool element_is_number(uint16_t vr) {
    size_t form = form_of(vr);
    return form < FORMS && (forms[form].kind == KIND_DECIMAL || forms[form].kind == KIND_BINARY);
}

static bool is_ascii(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)bytes[i] >= 0x80 || bytes[i] == '\0') {
            return false;
        }
    }
    return true;
}

static void add_plain(struct phrase *out, const char *bytes, size_t length) {
    size_t from = out->used;
    phrase_add(out, bytes, length);
    for (; from < out->used; from++) {
        if (out->bytes[from] == '\t' || out->bytes[from] == '\n') {
            out->bytes[from] = ' ';
        }
    }
}

void element_add_valid(struct phrase *out, const char *bytes, size_t length) {
    if (is_ascii(bytes, length)) {
        add_plain(out, bytes, length);
        return;
    }
    AUTOFREE char *valid = text_valid(bytes, length);
    add_plain(out, valid, strlen(valid));
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
        if ((unsigned char)bytes[i] >= 0x80 || bytes[i] == 0x1b) {
            return true;
        }
    }
    return false;
}

static bool says_utf8(const struct charset *charset) {
    static const char utf8[] = "ISO_IR 192";
    size_t length = charset->length;
    while (length > 0 && is_padding(charset->text[length - 1])) {
        length--;
    }
    return length == sizeof(utf8) - 1 && memcmp(charset->text, utf8, length) == 0;
}

static void add_text(struct phrase *out, size_t form, const char *bytes, size_t length,
                     const struct charset *charset) {
    if (length > VALUE_BYTES) {
        length = VALUE_BYTES;
    }
    if (is_coded(bytes, length) && !(forms[form].charsets && says_utf8(charset))) {
        bool own = forms[form].charsets && charset->text;
        size_t converted;
        const char *text = dcmtk_utf8(charset->toolkit, own ? charset->text : "",
                                      own ? charset->length : 0, bytes, length, &converted);
        if (text) {
            bytes = text;
            length = converted;
        }
    }
    enum kind kind = forms[form].kind;
    if (kind != KIND_WHOLE_TEXT && memchr(bytes, '\\', length)) {
        add_values(out, bytes, length, kind);
    } else {
        add_value(out, bytes, length, kind);
    }
}

static uint64_t little(const uint8_t *bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = size; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

static void add_real(struct phrase *out, uint64_t bits, size_t size) {
    double value;
    if (size == sizeof(float)) {
        uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof(single));
        value = (double)single;
    } else {
        memcpy(&value, &bits, sizeof(value));
    }
    phrase_add_double(out, value);
}

static void add_binary(struct phrase *out, size_t form, const uint8_t *bytes) {
    size_t size = forms[form].size;
    uint64_t bits = little(bytes, size);
    char text[32];
    if (forms[form].vr[0] == 'F') {
        add_real(out, bits, size);
        return;
    }
    if (forms[form].vr[0] == 'S') {
        unsigned shift = 64 - 8 * (unsigned)size;
        snprintf(text, sizeof(text), "%" PRId64, (int64_t)(bits << shift) >> shift);
    } else {
        snprintf(text, sizeof(text), "%" PRIu64, bits);
    }
    phrase_add_text(out, text);
}

static bool add_numbers(struct phrase *out, size_t form, const uint8_t *bytes, size_t length) {
    size_t size = forms[form].size, count = length / size;
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

bool element_text(struct phrase *out, uint16_t vr, const uint8_t *bytes, size_t length,
                  const struct charset *charset) {
    size_t form = form_of(vr);
    if (form == FORMS) {
        return false;
    }
    phrase_clear(out);
    switch ((enum kind)forms[form].kind) {
    case KIND_BINARY:
        return add_numbers(out, form, bytes, length);
    case KIND_RAW:
        return add_raw(out, (const char *)bytes, length);
    default:
        add_text(out, form, (const char *)bytes, length, charset);
        return true;
    }
}
