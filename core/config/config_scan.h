/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a configuration text, with their lines: for what libconfig does not tell. */
#pragma once

#include "problems.h"

#include <stddef.h>

enum config_word_kind {
    CONFIG_END,
    CONFIG_WORD,    /* name, number, true, false */
    CONFIG_STRING,  /* with its quotes */
    CONFIG_MARK,    /* one character: = : ; , { } [ ] ( ) and whatever else stands there */
    CONFIG_INCLUDE, /* @include */
};

struct config_word {
    enum config_word_kind kind;
    const char *start;
    size_t length;
    unsigned line;
};

struct config_scan {
    const char *at;
    unsigned line;
};

/** The next word; comments are passed over. Begin with {text, 1}. */
struct config_word config_scan_next(struct config_scan *scan);

/** Adds a problem for each integer that does not fit 32 bits, which libconfig would cut off. */
void config_scan_integers(const char *text, const char *file, struct problems *problems);

/**
 * Adds a problem for what no configuration has outside its texts: a byte order mark, quotation
 * marks of a word processor, whatever else is no ASCII.
 */
void config_scan_marks(const char *text, const char *file, struct problems *problems);

/** What a "syntax error" that was met at line may come from; "" where nothing is found. Free it. */
char *config_scan_hint(const char *text, unsigned line);
