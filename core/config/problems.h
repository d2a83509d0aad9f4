/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a configuration: gathered, so that all of it is told in one go. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/** Where in the configuration something stands. */
struct place {
    const char *file;     /* NULL: nowhere in particular */
    unsigned line;        /* 0: not known */
    const char *instance; /* name or plugin of the instance; NULL: none */
};

/** Sentences, in the order in which they were found: JSON arrays of strings. */
struct problems {
    json_t *list;
    json_t *warnings; /* what works, and hardly as it is meant */
};

void problems_init(struct problems *problems);
void problems_finish(struct problems *problems);
bool problems_any(const struct problems *problems);

/** One more: "FILE:LINE: INSTANCE: …". place may be NULL. */
void problems_add(struct problems *problems, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** One more warning. */
void problems_warn(struct problems *problems, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** On stderr, one line each, as a command says it; warnings begin with "warning: ". */
void problems_print(const struct problems *problems);

/** In the log. */
void problems_log(const struct problems *problems);
