/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text written straight into a buffer. */
#include "check/writer.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    NUMBER_BYTES = 64,  /* a number in its text: DS has 16 characters (PS3.5 6.2) */
    EXACT_DIGITS = 15,  /* a decimal of so many digits is its own shortest form (IEEE 754) */
    ESCAPED_BYTES = 12, /* the longest that one byte becomes, and a NUL */
};

void writer_free(struct writer *writer) {
    free(writer->bytes);
    *writer = (struct writer){0};
}

static void reserve(struct writer *writer, size_t more) {
    if (writer->used + more + 1 > writer->room) {
        writer->room = (writer->used + more + 1) * 2;
        writer->bytes = mem_resize(writer->bytes, writer->room, 1);
    }
}

static void put(struct writer *writer, const char *bytes, size_t length) {
    reserve(writer, length);
    memcpy(writer->bytes + writer->used, bytes, length);
    writer->used += length;
    writer->bytes[writer->used] = '\0';
}

void writer_reset(struct writer *writer) {
    writer->used = 0;
    put(writer, "", 0);
}

void writer_cut(struct writer *writer, size_t used) {
    writer->used = used;
    if (writer->bytes) {
        writer->bytes[used] = '\0';
    }
}

void writer_raw(struct writer *writer, const char *json) {
    put(writer, json, strlen(json));
}

void writer_append(struct writer *writer, const struct writer *other) {
    put(writer, other->used ? other->bytes : "", other->used);
}

void writer_comma(struct writer *writer) {
    char last = writer->used ? writer->bytes[writer->used - 1] : '\0';
    if (last && last != '{' && last != '[' && last != ':') {
        put(writer, ",", 1);
    }
}

/*
 * RFC 8259 7: quotes, backslashes and controls are special; DEL too, for people's terminals, and
 * what is no ASCII. Eight bytes at once: the high bit of a byte of x - ones & ~x says that it was
 * 0.
 */
static bool has_special(uint64_t bytes) {
    const uint64_t ones = 0x0101010101010101ULL, high = ones << 7;
    uint64_t quote = bytes ^ (ones * '"'), backslash = bytes ^ (ones * '\\');
    uint64_t del = bytes ^ (ones * 0x7f);
    uint64_t found =
        bytes | (bytes - ones * ' ') | (quote - ones) | (backslash - ones) | (del - ones);
    return found & high;
}

static bool is_plain(unsigned char byte) {
    return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

/* how many bytes at text need no escape */
static size_t plain_bytes(const char *text, size_t length) {
    size_t plain = 0;
    for (uint64_t eight; plain + sizeof(eight) <= length; plain += sizeof(eight)) {
        memcpy(&eight, text + plain, sizeof(eight));
        if (has_special(eight)) {
            break;
        }
    }
    while (plain < length && is_plain((unsigned char)text[plain])) {
        plain++;
    }
    return plain;
}

/* writes what the bytes at text become, and returns how many of them that were */
static size_t put_special(struct writer *writer, const char *text, size_t left) {
    unsigned char byte = (unsigned char)*text;
    char escaped[ESCAPED_BYTES];
    if (byte >= 0x80) {
        size_t character = text_character(text, left);
        put(writer, character ? text : "\xef\xbf\xbd", character ? character : 3);
        return character ? character : 1;
    }
    if (byte == '"' || byte == '\\') {
        snprintf(escaped, sizeof(escaped), "\\%c", byte);
    } else {
        snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
    }
    writer_raw(writer, escaped);
    return 1;
}

static void put_string(struct writer *writer, const char *text, size_t length) {
    size_t kept = length > WRITER_VALUE_BYTES ? WRITER_VALUE_BYTES : length;
    put(writer, "\"", 1);
    for (size_t at = 0; at < kept;) {
        size_t plain = plain_bytes(text + at, kept - at);
        put(writer, text + at, plain);
        at += plain;
        if (at < kept) {
            at += put_special(writer, text + at, length - at);
        }
    }
    writer_raw(writer, kept < length ? "\xe2\x80\xa6\"" : "\"");
}

void writer_string(struct writer *writer, const char *text) {
    if (text) {
        put_string(writer, text, strlen(text));
    } else {
        writer_raw(writer, "null");
    }
}

void writer_key(struct writer *writer, const char *key) {
    writer_comma(writer);
    writer_string(writer, key);
    put(writer, ":", 1);
}

void writer_integer(struct writer *writer, long long value) {
    char number[NUMBER_BYTES];
    snprintf(number, sizeof(number), "%lld", value);
    writer_raw(writer, number);
}

/* true for decimals such as 3000, -1.5, 0.25: JSON as they stand, and already the shortest form */
static bool is_shortest(const char *text, size_t length) {
    size_t at = length && text[0] == '-' ? 1 : 0;
    size_t whole = strspn(text + at, "0123456789");
    if (whole == 0 || (whole > 1 && text[at] == '0')) {
        return false;
    }
    at += whole;
    size_t part = 0;
    if (at < length && text[at] == '.') {
        part = strspn(text + at + 1, "0123456789");
        if (part == 0 || text[at + part] == '0') {
            return false;
        }
        at += 1 + part;
    }
    return at == length && whole + part <= EXACT_DIGITS && strncmp(text, "-0", length) != 0;
}

/* one number of length bytes; false, and nothing written, where it is none */
static bool put_number(struct writer *writer, const char *text, size_t length) {
    char number[NUMBER_BYTES];
    double value;
    if (length >= sizeof(number)) {
        return false;
    }
    memcpy(number, text, length);
    number[length] = '\0';
    if (is_shortest(number, length)) {
        put(writer, number, length);
        return true;
    }
    if (!text_to_number(number, &value)) {
        return false;
    }
    text_number(value, number, sizeof(number));
    writer_raw(writer, number);
    return true;
}

/* "[94, 0, 0, 88]", "4.8,38.76": false, and the writer as it was, where it is no list of numbers */
static bool put_numbers(struct writer *writer, const char *text) {
    size_t before = writer->used;
    size_t length = strlen(text);
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    const char *end = text + length;
    put(writer, "[", 1);
    while (text <= end) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *stop = comma ? comma : end;
        writer_comma(writer);
        text += strspn(text, " ");
        if (text >= stop || !put_number(writer, text, (size_t)(stop - text))) {
            writer->used = before;
            writer->bytes[before] = '\0';
            return false;
        }
        text = stop + 1;
    }
    put(writer, "]", 1);
    return true;
}

/* one item of a Python list at *text, quoted by ' or "; moves on behind it */
static bool put_item(struct writer *writer, const char **text) {
    char quote = **text;
    if (quote != '\'' && quote != '"') {
        return false;
    }
    const char *from = *text + 1;
    const char *to = strchr(from, quote);
    if (!to) {
        return false;
    }
    writer_comma(writer);
    put_string(writer, from, (size_t)(to - from));
    *text = to + 1;
    return true;
}

/* "['ORIGINAL', 'PRIMARY']": false, and the writer as it was, where it is no such list */
static bool put_strings(struct writer *writer, const char *text) {
    size_t before = writer->used;
    put(writer, "[", 1);
    text++;
    while (put_item(writer, &text)) {
        if (strcmp(text, "]") == 0) {
            put(writer, "]", 1);
            return true;
        }
        if (strncmp(text, ", ", 2) != 0) {
            break;
        }
        text += 2;
    }
    writer->used = before;
    writer->bytes[before] = '\0';
    return false;
}

void writer_value(struct writer *writer, const char *text, bool numeric) {
    if (!text || (numeric && !*text)) {
        writer_raw(writer, "null");
        return;
    }
    bool list = text[0] == '[' || (numeric && strchr(text, ','));
    bool written = numeric && list ? put_numbers(writer, text)
                   : numeric       ? put_number(writer, text, strlen(text))
                   : list          ? put_strings(writer, text)
                                   : false;
    if (!written) {
        writer_string(writer, text);
    }
}
