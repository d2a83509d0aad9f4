/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside made fit for JSON, and numbers in their shortest form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The length of the valid UTF-8 character at text (1 to 4), or 0 where the bytes are none
 * (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF). left > 0.
 */
size_t text_character(const char *text, size_t left);

/** A copy of length bytes as valid UTF-8: what is no character becomes U+FFFD. Free it. */
char *text_valid(const char *bytes, size_t length);

/** What people must not be shown as it is: see text_shown(). */
enum text_hidden {
    TEXT_VISIBLE,
    TEXT_CONTROL, /* U+0000 to U+001F and U+007F */
    TEXT_HARMFUL, /* C1 controls; line and paragraph separators; what turns the direction of text */
};

/** Of the valid UTF-8 character of that length at text. */
enum text_hidden text_hidden(const char *text, size_t length);

/**
 * bytes as a log or a terminal may show them: valid UTF-8, a space for each control character,
 * U+FFFD for each harmful one and for what is no character. As much of it as fits into room with
 * its NUL, and never a part of a character. Returns its length.
 */
size_t text_shown(const char *bytes, size_t length, char *out, size_t room);

/** The same of all of text. Free it. */
char *text_shown_copy(const char *text);

/** The shortest decimal form that reads back as the same double ("55.804", "3000"); room ≥ 32. */
void text_number(double value, char *out, size_t room);

/**
 * The number that all of text is, surrounding spaces aside (decimal point whatever the locale;
 * hexadecimal, infinity and not-a-number are none); false if it is none.
 */
bool text_to_number(const char *text, double *value);

/**
 * The letter at *text in its small form, 0 at the end; *text moves on. Folded are ASCII and the
 * capitals of Latin 1 as UTF-8, which scanners write; any other byte is passed on as it is.
 */
int text_next_letter(const char **text);

/** The same text in any case of letters. */
bool text_same_letters(const char *a, const char *b);

/** Sixteen small hexadecimal digits, no NUL; read: false where there are none. */
enum { TEXT_HEX_DIGITS = 16 };
void text_write_hex(char *text, uint64_t number);
bool text_read_hex(const char *text, uint64_t *number);

/** 64-bit hash (FNV-1a), chained through seed; begin with TEXT_HASH_SEED. */
#define TEXT_HASH_SEED 0xcbf29ce484222325ULL
uint64_t text_hash(uint64_t seed, const void *bytes, size_t length);

/** The same of a text and its end, whatever the case of its letters. */
uint64_t text_hash_letters(uint64_t seed, const char *text);

#ifdef __cplusplus
}
#endif
