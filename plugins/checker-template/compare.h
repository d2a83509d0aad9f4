/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison of one value with a template's. */
#pragma once

#include "parameters.h"

/** True where two database strings, both present, are the same by the rule within tolerance. */
bool compare_values(enum rule rule, double tolerance, const char *expect, const char *have);

enum {
    COMPARE_NUMBERS = 64
}; /* in one value; the longest list is that of an enhanced file's TEs */

/**
 * The numbers of a text that is numbers only ("3000", "[94, 0, 0, 88]", "4.8,38.76"): how many;
 * 0 where anything in it is no number, or there are more than room.
 */
size_t compare_numbers(const char *text, double *values, size_t room);
