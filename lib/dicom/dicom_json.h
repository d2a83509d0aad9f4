/* SPDX-License-Identifier: Apache-2.0 */
/* A header value's text as a JSON value. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/**
 * text, as dicom_value has it or the database keeps it, as JSON.
 * numeric: "3000" becomes 3000, "[94, 0, 0, 88]" and "4.8,38.76" become arrays; integers stay
 * integers. Where a part is no number (or not finite) the whole text stays a string.
 * Otherwise: "['ORIGINAL', 'PRIMARY']" becomes an array of strings, all else one string.
 * NULL becomes null, and so does an empty numeric text. Bytes that are no UTF-8 become U+FFFD.
 */
json_t *dicom_json(const char *text, bool numeric);
