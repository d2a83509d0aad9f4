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
