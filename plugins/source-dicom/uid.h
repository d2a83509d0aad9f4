/* SPDX-License-Identifier: Apache-2.0 */
/* Unique identifiers that become names of folders. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { UID_BYTES = 64 }; /* PS3.5 9.1 */

/**
 * True if length bytes are a UID: digits and dots, 64 at most, no empty component (PS3.5 9.1). A
 * component may begin with a zero, which the standard forbids and some scanners write.
 */
bool uid_valid(const char *bytes, size_t length);

#ifdef __cplusplus
}
#endif
