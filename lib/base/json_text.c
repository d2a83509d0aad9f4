/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values as text, with numbers in their shortest form. */
#include "json_text.h"
#include "memory.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

struct output {
    char *bytes;
    size_t used, room;
};

static void append(struct output *output, const char *bytes, size_t length) {
    if (output->used + length + 1 > output->room) {
        output->room = (output->used + length + 1) * 2;
        output->bytes = mem_resize(output->bytes, output->room, 1);
    }
    memcpy(output->bytes + output->used, bytes, length);
    output->used += length;
    output->bytes[output->used] = '\0';
}

static void append_text(struct output *output, const char *text) {
    append(output, text, strlen(text));
}

/* What is not shown to people as it is: its first byte tells nearly always that it is none. */
static bool is_harmful(const char *text, size_t left) {
    unsigned char first = (unsigned char)text[0];
    return (first == 0xc2 || first == 0xd8 || first == 0xe2) && text_character(text, left) &&
           text_hidden(text, text_character(text, left)) == TEXT_HARMFUL;
}

static void append_code(struct output *output, const char *text, size_t length) {
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned code = length == 2
                        ? (bytes[0] & 0x1fU) << 6 | (bytes[1] & 0x3fU)
                        : (bytes[0] & 0xfU) << 12 | (bytes[1] & 0x3fU) << 6 | (bytes[2] & 0x3fU);
    char escaped[8];
    snprintf(escaped, sizeof(escaped), "\\u%04x", code);
    append_text(output, escaped);
}

/* RFC 8259 7: quotes, backslashes and controls must be escaped; DEL, C1 controls and what turns the
 * direction of writing are, for people's terminals */
static void append_string(struct output *output, const char *text, size_t length) {
    append(output, "\"", 1);
    size_t plain = 0;
    for (size_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte >= 0x80 && is_harmful(text + at, length - at)) {
            size_t character = text_character(text + at, length - at);
            append(output, text + plain, at - plain);
            append_code(output, text + at, character);
            plain = at + character;
            at = plain - 1;
            continue;
        }
        if (byte >= ' ' && byte != '"' && byte != '\\' && byte != 0x7f) {
            continue;
        }
        append(output, text + plain, at - plain);
        plain = at + 1;
        char escaped[8];
        if (byte == '"' || byte == '\\') {
            snprintf(escaped, sizeof(escaped), "\\%c", byte);
        } else {
            snprintf(escaped, sizeof(escaped), "\\u%04x", byte);
        }
        append_text(output, escaped);
    }
    append(output, text + plain, length - plain);
    append(output, "\"", 1);
}

static void append_value(struct output *output, const json_t *value);

static void append_object(struct output *output, const json_t *object) {
    const char *key;
    json_t *member;
    const char *separator = "{";
    json_object_foreach((json_t *)object, key, member) {
        append_text(output, separator);
        append_string(output, key, strlen(key));
        append(output, ":", 1);
        append_value(output, member);
        separator = ",";
    }
    append_text(output, *separator == '{' ? "{}" : "}");
}

static void append_array(struct output *output, const json_t *array) {
    append(output, "[", 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i) {
            append(output, ",", 1);
        }
        append_value(output, json_array_get(array, i));
    }
    append(output, "]", 1);
}

static void append_value(struct output *output, const json_t *value) {
    char number[32];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        append_object(output, value);
        break;
    case JSON_ARRAY:
        append_array(output, value);
        break;
    case JSON_STRING:
        append_string(output, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        append_text(output, number);
        break;
    case JSON_REAL:
        text_number(json_real_value(value), number, sizeof(number));
        append_text(output, number);
        break;
    default:
        append_text(output, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
    }
}

char *json_text(const json_t *value, size_t *length) {
    struct output output = {0};
    append_value(&output, value);
    if (length) {
        *length = output.used;
    }
    return output.bytes;
}

json_int_t json_natural(const json_t *value) {
    json_int_t number = json_integer_value(value);
    return number > 0 ? number : 0;
}

json_t *json_any_string(const char *bytes) {
    if (!bytes) {
        return json_null();
    }
    json_t *string = json_string(bytes);
    if (!string) {
        AUTOFREE char *valid = text_valid(bytes, strlen(bytes));
        string = json_string(valid);
    }
    return string;
}
