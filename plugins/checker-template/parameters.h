/* SPDX-License-Identifier: Apache-2.0 */
/* What is compared with a template, and how (reference.md 4), as data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum rule {
    RULE_TEXT,     /* white space and case aside */
    RULE_EXACT,    /* byte by byte */
    RULE_NUMBERS,  /* number by number where both are numbers, else as text */
    RULE_DECIMALS, /* numbers, to three decimals */
    RULE_SHARED,   /* sets of numbers: one member in common */
    RULE_MEMBERS,  /* sets of numbers: each of the file's is one of the template's */
    RULE_WHOLE,    /* the same, after truncation to whole ones */
    RULE_SEQUENCE, /* as text, direction and strength of diffusion taken out */
};

/** Among which images of a series a value must stay the same. */
enum steady {
    STEADY_NEVER,       /* differs by design */
    STEADY_SERIES,      /* all */
    STEADY_ORIENTATION, /* those of one orientation: a localizer has three */
    STEADY_ECHO,        /* those of one echo */
};

/** How a value is written for people. */
enum style { STYLE_PLAIN, STYLE_QUOTED, STYLE_TIMES, STYLE_SIGN };

struct parameter {
    const char *name;
    enum rule rule;
    enum steady steady;
    bool not_live;   /* real-time files lack it: its absence there is no error */
    bool first_only; /* differs from image to image: judged on the first one of a series */
    enum style style;
    const char *unit; /* with its blank; "" where there is none */
};

enum { PARAMETERS = 17 };

/** In the order of acqdb_parameters. */
extern const struct parameter parameters[PARAMETERS];

/** The index of a parameter, or -1. */
int parameter_index(const char *name);
