/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal strings (DS) with commas in them. */
#pragma once

#include <stddef.h>

/**
 * Changes the commas of text, a DS of length bytes, to what they stand for. A comma is no character
 * of DS (PS3.5 6.2): scanners of some countries write it as decimal point ("0,5\0,5"), others part
 * values by it ("0.5,0.5"). values is how many the dictionary allows, 0 if not known: that tells.
 */
void decimal_mend(char *text, size_t length, size_t values);
