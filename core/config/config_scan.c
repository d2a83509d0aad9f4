/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a configuration text, with their lines. */
#include "config_scan.h"
#include "base/memory.h"
#include "base/text.h"

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

/* ---- what is no ASCII ---- */

enum { MARKS_TOLD = 10 }; /* lines; a file of another kind has them everywhere */

static char *mark_fault(const char *at) {
    static const struct {
        const char *character, *fault;
    } known[] = {
        {"\xef\xbb\xbf", "the file begins with a byte order mark: save it as UTF-8 without one"},
        {"\xc2\xa0", "a blank is a no-break space (U+00A0): write a plain one"},
        {"\xe2\x80\x9c", "\xe2\x80\x9c is a word processor's quotation mark: write \""},
        {"\xe2\x80\x9d", "\xe2\x80\x9d is a word processor's quotation mark: write \""},
        {"\xe2\x80\x9e", "\xe2\x80\x9e is a word processor's quotation mark: write \""},
        {"\xe2\x80\x98", "\xe2\x80\x98 is a word processor's quotation mark: write \""},
        {"\xe2\x80\x99", "\xe2\x80\x99 is a word processor's quotation mark: write \""},
        {"\xc2\xab", "\xc2\xab is no quotation mark here: write \""},
        {"\xc2\xbb", "\xc2\xbb is no quotation mark here: write \""},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strncmp(at, known[i].character, strlen(known[i].character)) == 0) {
            return mem_dup(known[i].fault);
        }
    }
    size_t length = text_character(at, strlen(at));
    return length ? mem_printf("%.*s can stand within quotes only", (int)length, at)
                  : mem_printf("the byte 0x%02x is no UTF-8: save the file as UTF-8 text",
                               (unsigned)(unsigned char)*at);
}

void config_scan_marks(const char *text, const char *file, struct problems *problems) {
    struct config_scan scan = {text, 1};
    struct config_word word;
    unsigned told = 0, line = 0;
    while (told < MARKS_TOLD && (word = config_scan_next(&scan)).kind != CONFIG_END) {
        if (word.kind == CONFIG_MARK && (unsigned char)*word.start >= 0x80 && word.line != line) {
            AUTOFREE char *fault = mark_fault(word.start);
            struct place place = {.file = file, .line = word.line};
            problems_add(problems, &place, "%s", fault);
            line = word.line;
            told++;
        }
    }
}

/* ---- hints ---- */

enum { BRACKETS_MOST = 64 }; /* open at once; libconfig knows no such depth in earnest */

/* the last words, and the brackets that are open before the newest */
struct course {
    struct config_word earlier, before, word;
    struct config_word open[BRACKETS_MOST];
    size_t depth;
};

static bool is_number(const struct config_word *word) {
    return word->kind == CONFIG_WORD && isdigit((unsigned char)*word->start);
}

static bool is_value(const struct config_word *word) {
    return is_number(word) || word->kind == CONFIG_STRING;
}

static const char *simple_hint(const struct course *course) {
    const struct config_word *before = &course->before, *word = &course->word;
    if (is_mark(before, ",") && is_mark(word, ")]}")) {
        return ": no comma may stand before the closing bracket";
    }
    if (is_mark(before, "=:") && is_bare_word(word)) {
        return ": a text needs quotes around it, and a truth value is true or false";
    }
    if (is_mark(before, "=:") && is_mark(word, ";")) {
        return ": there is no value behind the =";
    }
    if (is_mark(before, "[") && is_mark(word, "{")) {
        return ": groups stand in a list of round brackets, ( { … }, { … } ), not in [ ]";
    }
    if (is_mark(before, "}") && is_mark(word, "{")) {
        return ": a comma is missing between two groups";
    }
    return NULL;
}

/* "5,5" behind a = */
static char *comma_hint(const struct course *course, const struct config_scan *scan) {
    struct config_scan ahead = *scan;
    const struct config_word next = config_scan_next(&ahead);
    bool decimal = is_mark(&course->earlier, "=:") && is_number(&course->before) &&
                   is_mark(&course->word, ",") && is_number(&next) &&
                   next.start == course->word.start + 1;
    return decimal
               ? mem_printf(": a decimal number has a point: %.*s.%.*s", (int)course->before.length,
                            course->before.start, (int)next.length, next.start)
               : NULL;
}

static char *equals_hint(const struct course *course) {
    bool missing = is_bare_word(&course->before) && is_value(&course->word) &&
                   !is_mark(&course->earlier, "=:");
    return missing ? mem_printf(": an = is missing behind %.*s", (int)course->before.length,
                                course->before.start)
                   : NULL;
}

/* a bracket that closes another kind, or none; keeps book of those that are open */
static char *bracket_hint(struct course *course) {
    static const char opening[] = "([{", closing[] = ")]}";
    const struct config_word *word = &course->word;
    if (is_mark(word, opening) && course->depth < BRACKETS_MOST) {
        course->open[course->depth++] = *word;
    }
    if (!is_mark(word, closing)) {
        return NULL;
    }
    if (course->depth == 0) {
        return mem_printf(": the %c closes nothing", *word->start);
    }
    const struct config_word *open = &course->open[--course->depth];
    bool pair = strchr(opening, *open->start) - opening == strchr(closing, *word->start) - closing;
    return pair ? NULL
                : mem_printf(": %c closes the %c of line %u", *word->start, *open->start,
                             open->line);
}

static char *hint_at(struct course *course, const struct config_scan *scan) {
    char *hint = bracket_hint(course);
    const char *simple = hint ? NULL : simple_hint(course);
    hint = simple ? mem_dup(simple) : hint;
    hint = hint ? hint : comma_hint(course, scan);
    return hint ? hint : equals_hint(course);
}

char *config_scan_hint(const char *text, unsigned line) {
    struct config_scan scan = {text, 1};
    struct course course = {0};
    while ((course.word = config_scan_next(&scan)).kind != CONFIG_END && course.word.line <= line) {
        const struct config_word *word = &course.word;
        if (word->kind == CONFIG_STRING &&
            (word->length < 2 || word->start[word->length - 1] != '"')) {
            return mem_dup(": a quotation mark is missing");
        }
        AUTOFREE char *hint = hint_at(&course, &scan);
        if (hint && word->line == line) {
            return mem_dup(hint);
        }
        course.earlier = course.before;
        course.before = course.word;
    }
    if (course.word.kind == CONFIG_END && course.depth > 0) {
        const struct config_word *open = &course.open[course.depth - 1];
        return mem_printf(": the %c of line %u is not closed", *open->start, open->line);
    }
    return mem_dup("");
}
