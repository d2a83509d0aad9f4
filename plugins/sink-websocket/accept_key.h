/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a websocket client's key (RFC 6455, 4.2.2). */
#pragma once

#include <stdbool.h>

#define WEBSOCKET_KEY_BYTES 24 /* 16 bytes in base64 */
#define ACCEPT_KEY_BYTES 29    /* 20 bytes in base64, and the NUL */

/** True if key is 16 bytes in base64. */
bool websocket_key_valid(const char *key);

/** Writes base64(SHA-1(key + GUID)); key is a valid one. */
void websocket_accept_key(const char *key, char out[ACCEPT_KEY_BYTES]);
