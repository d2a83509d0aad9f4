/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a configuration text, with their lines. */
#include "config_scan.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void pass_line(struct config_scan *scan) {
    scan->at += strcspn(scan->at, "\n");
}

static void pass_block(struct config_scan *scan) {
    for (scan->at += 2; *scan->at && strncmp(scan->at, "*/", 2) != 0; scan->at++) {
        scan->line += *scan->at == '\n';
    }
    scan->at += *scan->at ? 2 : 0;
}

static void pass_space(struct config_scan *scan) {
    for (;;) {
        if (*scan->at == '#' || strncmp(scan->at, "//", 2) == 0) {
            pass_line(scan);
        } else if (strncmp(scan->at, "/*", 2) == 0) {
            pass_block(scan);
        } else if (isspace((unsigned char)*scan->at)) {
            scan->line += *scan->at == '\n';
            scan->at++;
        } else {
            return;
        }
    }
}

static void pass_string(struct config_scan *scan) {
    for (scan->at++; *scan->at && *scan->at != '"'; scan->at++) {
        scan->at += *scan->at == '\\' && scan->at[1];
        scan->line += *scan->at == '\n';
    }
    scan->at += *scan->at == '"';
}

struct config_word config_scan_next(struct config_scan *scan) {
    static const char include[] = "@include";
    pass_space(scan);
    struct config_word word = {.kind = CONFIG_MARK, .start = scan->at, .line = scan->line};
    if (!*scan->at) {
        word.kind = CONFIG_END;
    } else if (*scan->at == '"') {
        pass_string(scan);
        word.kind = CONFIG_STRING;
    } else if (strncmp(scan->at, include, sizeof(include) - 1) == 0) {
        scan->at += sizeof(include) - 1;
        word.kind = CONFIG_INCLUDE;
    } else if (isalnum((unsigned char)*scan->at) || strchr("_+-.*", *scan->at)) {
        while (isalnum((unsigned char)*scan->at) || (*scan->at && strchr("_+-.*", *scan->at))) {
            scan->at++;
        }
        word.kind = CONFIG_WORD;
    } else {
        scan->at++;
    }
    word.length = (size_t)(scan->at - word.start);
    return word;
}

/* decimal digits with a sign, or hexadecimal ones; no fraction, no exponent, no L behind */
static bool is_plain_integer(const struct config_word *word) {
    const char *at = word->start + (strchr("+-", *word->start) != NULL);
    bool hexadecimal = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
    at += hexadecimal ? 2 : 0;
    size_t digits = strspn(at, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789");
    return digits > 0 && at + digits == word->start + word->length;
}

void config_scan_integers(const char *text, const char *file, struct problems *problems) {
    struct config_scan scan = {text, 1};
    struct config_word word;
    while ((word = config_scan_next(&scan)).kind != CONFIG_END) {
        if (word.kind != CONFIG_WORD || !is_plain_integer(&word)) {
            continue;
        }
        errno = 0;
        long long value = strtoll(word.start, NULL, 0);
        value = errno ? LLONG_MAX : value;
        if (value < INT_MIN || value > INT_MAX) {
            struct place place = {.file = file, .line = word.line};
            problems_add(problems, &place, "%.*s does not fit 32 bits: write %.*sL, if it is meant",
                         (int)word.length, word.start, (int)word.length, word.start);
        }
    }
}

static bool is_mark(const struct config_word *word, const char *marks) {
    return word->kind == CONFIG_MARK && strchr(marks, *word->start);
}

static bool is_bare_word(const struct config_word *word) {
    bool letter = word->kind == CONFIG_WORD && isalpha((unsigned char)*word->start);
    bool truth = (word->length == 4 && strncasecmp(word->start, "true", 4) == 0) ||
                 (word->length == 5 && strncasecmp(word->start, "false", 5) == 0);
    return letter && !truth;
}

static const char *hint_for(const struct config_word *before, const struct config_word *word) {
    if (is_mark(before, ",") && is_mark(word, ")]}")) {
        return ": no comma may stand before the closing bracket";
    }
    if (is_mark(before, "=:") && is_bare_word(word)) {
        return ": a text needs quotes around it, and a truth value is true or false";
    }
    if (is_mark(before, "=:") && is_mark(word, ";")) {
        return ": there is no value behind the =";
    }
    return NULL;
}

const char *config_scan_hint(const char *text, unsigned line) {
    struct config_scan scan = {text, 1};
    struct config_word before = {0}, word = config_scan_next(&scan);
    const char *hint = NULL;
    while (word.kind != CONFIG_END && word.line <= line) {
        hint = before.kind && word.line == line && !hint ? hint_for(&before, &word) : hint;
        if (word.kind == CONFIG_STRING && (word.length < 2 || word.start[word.length - 1] != '"')) {
            return ": a quotation mark is missing";
        }
        before = word;
        word = config_scan_next(&scan);
    }
    return hint ? hint : "";
}
