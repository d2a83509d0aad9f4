/* SPDX-License-Identifier: Apache-2.0 */
/* A text that grows, up to a bound, in a buffer that is used again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    /*
     * The longest text that a header value may have: Image Comments (LT) have up to 10,240
     * characters by the standard; nobody reads more than this, and a message holds them all.
     */
    PHRASE_BYTES = 4096
};

struct phrase {
    char *bytes; /* NULL, or ends with a NUL */
    size_t used, room;
};

/** Makes it empty: bytes is "". */
void phrase_clear(struct phrase *phrase);

/** Appends; what does not fit is left out, at the end of a character. */
void phrase_add(struct phrase *phrase, const char *text, size_t length);
void phrase_add_text(struct phrase *phrase, const char *text);

/** Appends a double as Python writes it: "10.352", "68.0", "1e+16". */
void phrase_add_double(struct phrase *phrase, double value);

void phrase_finish(struct phrase *phrase);
