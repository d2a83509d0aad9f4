/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol text of Siemens scanners: lines of "key = value" between ASCCONV marks. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** The rest of a protocol text. */
struct ascconv {
    const char *at, *end;
};

/** A piece of the text; no NUL behind. */
struct ascconv_piece {
    const char *text;
    size_t length;
};

/** Begins at the first ASCCONV mark of text, or at its beginning where it has none. */
void ascconv_begin(struct ascconv *ascconv, const char *text, size_t length);

/** The next line without the white space before it; false at the end. */
bool ascconv_next(struct ascconv *ascconv, struct ascconv_piece *line);

/**
 * If the line is "key = value" with this key: its value, without quotes ("…" or ""…""), else up to
 * the next white space.
 */
bool ascconv_value(const struct ascconv_piece *line, const char *key, struct ascconv_piece *value);

/** The same for any key that tells of the shim: see taglist.h, TAG_SHIMS. */
bool ascconv_shim(const struct ascconv_piece *line, struct ascconv_piece *value);
