/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text written straight into a buffer that is used again for the next file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** Longer texts are cut in messages: a hostile header must not make an answer of megabytes. */
enum { WRITER_VALUE_BYTES = 4096 };

/** Zero it to begin; used bytes end with a NUL that does not count. */
struct writer {
    char *bytes;
    size_t used, room;
};

void writer_free(struct writer *writer);

/** Forgets what was written and keeps the memory. */
void writer_reset(struct writer *writer);

/** Forgets all but the first used bytes, which were all at some time. */
void writer_cut(struct writer *writer, size_t used);

/** Raw JSON text, as it is. */
void writer_raw(struct writer *writer, const char *json);
void writer_append(struct writer *writer, const struct writer *other);

/** A comma, unless the last byte opens an object or a list, or nothing was written. */
void writer_comma(struct writer *writer);

/** A JSON string of any bytes (what is no UTF-8 becomes U+FFFD); NULL becomes null. */
void writer_string(struct writer *writer, const char *text);

/** A comma where one is due, the key, and a colon. key: a plain name of ours or a checker's. */
void writer_key(struct writer *writer, const char *key);

void writer_integer(struct writer *writer, long long value);

/**
 * A database string with the type that DICOM gives it (design.md 5): numeric: a number in its
 * shortest form, or a list of them; else a string, or a list of strings where the text is a list as
 * Python writes it.
 */
void writer_value(struct writer *writer, const char *text, bool numeric);
