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

/** 64-bit hash (FNV-1a), chained through seed; begin with TEXT_HASH_SEED. */
#define TEXT_HASH_SEED 0xcbf29ce484222325ULL
uint64_t text_hash(uint64_t seed, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
