/* SPDX-License-Identifier: Apache-2.0 */
/* JSON values as text, with numbers in their shortest form, which jansson cannot do. */
#pragma once

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/** value as one line of JSON text; *length (may be NULL) without the NUL. Free it. */
char *json_text(const json_t *value, size_t *length);

/** The integer that value is, if it is one above 0; else 0. */
json_int_t json_natural(const json_t *value);

/** A JSON string of any bytes: what is no UTF-8 becomes U+FFFD. NULL gives JSON null. */
json_t *json_any_string(const char *bytes);

#ifdef __cplusplus
}
#endif
