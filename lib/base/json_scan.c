/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text checked and cut into its members without a tree. */
#include "json_scan.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_NUMBER = 18 }; /* bytes that fit whatever they are, but for an exponent */

struct scan {
    const char *at, *end;
    unsigned depth, deepest;
};

static bool value(struct scan *scan, struct json_slice *slice);

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void skip_space(struct scan *scan) {
    while (scan->at < scan->end && is_space(*scan->at)) {
        scan->at++;
    }
}

static bool take(struct scan *scan, char byte) {
    bool there = scan->at < scan->end && *scan->at == byte;
    scan->at += there;
    return there;
}

/* the four digits of \u0041; -1 where they are none */
static int hexadecimal(struct scan *scan) {
    int code = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
#ifndef PLANTED_FAULT /* what fuzzing must find, in builds for that */
        if (scan->at >= scan->end) {
            return -1;
        }
#endif
        if (!isxdigit((unsigned char)*scan->at)) {
            return -1;
        }
        int digit = *scan->at <= '9' ? *scan->at - '0' : (*scan->at | 0x20) - 'a' + 10;
        code = code * 16 + digit;
    }
    return code;
}

static bool escape(struct scan *scan) {
    if (!take(scan, 'u')) {
        bool known = scan->at < scan->end && *scan->at && strchr("\"\\/bfnrt", *scan->at);
        scan->at += known;
        return known;
    }
    int code = hexadecimal(scan);
    if (code < 0xd800 || code > 0xdfff) {
        return code > 0;
    }
    if (code > 0xdbff || !take(scan, '\\') || !take(scan, 'u')) {
        return false;
    }
    int low = hexadecimal(scan);
    return low >= 0xdc00 && low <= 0xdfff;
}

/* a character that is no plain one */
static bool special(struct scan *scan) {
    if (take(scan, '\\')) {
        return escape(scan);
    }
    if ((unsigned char)*scan->at < ' ') {
        return false;
    }
    size_t length = text_character(scan->at, (size_t)(scan->end - scan->at));
    scan->at += length;
    return length > 0;
}

static bool string(struct scan *scan) {
    if (!take(scan, '"')) {
        return false;
    }
    while (scan->at < scan->end) {
        unsigned char byte = (unsigned char)*scan->at;
        if (byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\') {
            scan->at++;
        } else if (take(scan, '"')) {
            return true;
        } else if (!special(scan)) {
            return false;
        }
    }
    return false;
}

static size_t digits(struct scan *scan) {
    const char *from = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        scan->at++;
    }
    return (size_t)(scan->at - from);
}

/* into a double, or where it is an integer into 64 bits */
static bool fits(const char *text, size_t length, bool integer) {
    char copy[JSON_SCAN_NUMBER + 1];
    if (length > JSON_SCAN_NUMBER) {
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (!integer) {
        return isfinite(strtod(copy, NULL));
    }
    errno = 0;
    strtoll(copy, NULL, 10);
    return errno == 0;
}

static bool number(struct scan *scan) {
    const char *from = scan->at;
    take(scan, '-');
    bool zero = scan->at < scan->end && *scan->at == '0';
    size_t whole = digits(scan);
    bool good = whole > 0 && (!zero || whole == 1);
    bool fraction = take(scan, '.');
    good = good && (!fraction || digits(scan) > 0);
    bool exponent = scan->at < scan->end && (*scan->at | 0x20) == 'e';
    if (exponent) {
        scan->at++;
        (void)(take(scan, '+') || take(scan, '-'));
        good = good && digits(scan) > 0;
    }
    size_t length = (size_t)(scan->at - from);
    bool small = length <= SMALL_NUMBER && !exponent;
    return good && (small || fits(from, length, !fraction && !exponent));
}

static bool word(struct scan *scan, const char *expected) {
    size_t length = strlen(expected);
    bool there = (size_t)(scan->end - scan->at) >= length && !memcmp(scan->at, expected, length);
    scan->at += there ? length : 0;
    return there;
}

/* "name": before the value of a member; its text without quotes goes to *name */
static bool key(struct scan *scan, struct json_slice *name) {
    const char *from = scan->at + 1;
    if (!string(scan)) {
        return false;
    }
    *name = (struct json_slice){.text = from, .length = (size_t)(scan->at - from) - 1};
    skip_space(scan);
    return take(scan, ':');
}

struct wanted {
    const char *const *names;
    struct json_slice *values;
    size_t count;
};

static void keep(const struct wanted *wanted, const struct json_slice *name,
                 const struct json_slice *slice) {
    for (size_t i = 0; i < wanted->count; i++) {
        if (strlen(wanted->names[i]) == name->length &&
            memcmp(wanted->names[i], name->text, name->length) == 0) {
            wanted->values[i] = *slice;
        }
    }
}

/* an object (wanted: whose members are sought, or NULL) or a list, behind its first bracket */
static bool members(struct scan *scan, bool object, const struct wanted *wanted, size_t *count) {
    const char closing = object ? '}' : ']';
    if (++scan->depth > scan->deepest) {
        return false;
    }
    *count = 0;
    skip_space(scan);
    bool more = !take(scan, closing);
    while (more) {
        struct json_slice name = {0}, slice;
        skip_space(scan);
        if ((object && !key(scan, &name)) || !value(scan, &slice)) {
            return false;
        }
        if (wanted) {
            keep(wanted, &name, &slice);
        }
        ++*count;
        skip_space(scan);
        more = take(scan, ',');
        if (!more && !take(scan, closing)) {
            return false;
        }
    }
    scan->depth--;
    return true;
}

static bool scalar(struct scan *scan) {
    switch (*scan->at) {
    case '"':
        return string(scan);
    case 't':
        return word(scan, "true");
    case 'f':
        return word(scan, "false");
    case 'n':
        return word(scan, "null");
    default:
        return number(scan);
    }
}

static bool value(struct scan *scan, struct json_slice *slice) {
    skip_space(scan);
    *slice = (struct json_slice){.text = scan->at};
    if (scan->at >= scan->end) {
        return false;
    }
    bool good;
    if (take(scan, '{')) {
        good = members(scan, true, NULL, &slice->members);
    } else if (take(scan, '[')) {
        good = members(scan, false, NULL, &slice->members);
    } else {
        good = scalar(scan);
    }
    slice->length = (size_t)(scan->at - slice->text);
    return good;
}

static void forget(struct json_slice *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        values[i] = (struct json_slice){0};
    }
}

bool json_scan_object(const char *text, size_t length, unsigned depth, const char *const *names,
                      struct json_slice *values, size_t count) {
    struct scan scan = {.at = text, .end = text + length, .deepest = depth};
    const struct wanted wanted = {names, values, count};
    size_t found;
    forget(values, count);
    skip_space(&scan);
    bool good = take(&scan, '{') && members(&scan, true, &wanted, &found);
    skip_space(&scan);
    if (!good || scan.at < scan.end) {
        forget(values, count);
        return false;
    }
    return true;
}

bool json_scan_value(const char *text, size_t length, unsigned depth) {
    struct scan scan = {.at = text, .end = text + length, .deepest = depth};
    struct json_slice slice;
    bool good = value(&scan, &slice);
    skip_space(&scan);
    return good && scan.at == scan.end;
}

bool json_scan_element(struct json_slice *list, struct json_slice *element) {
    struct scan scan = {.at = list->text, .end = list->text + list->length, .deepest = JSON_DEPTH};
    skip_space(&scan);
    if (!list->members || !(take(&scan, '[') || take(&scan, ',')) || !value(&scan, element)) {
        return false;
    }
    list->members--;
    list->text = scan.at;
    list->length = (size_t)(scan.end - scan.at);
    return true;
}
