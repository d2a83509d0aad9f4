/* SPDX-License-Identifier: Apache-2.0 */
/* A websocket as a browser opens it. */
#pragma once

#include "connection.h"

/** A websocket that has been greeted, or NULL. */
struct websocket *websocket_open(const struct place *place);
void websocket_close(struct websocket *websocket); /* takes NULL */

/** The next text message, waiting until end_ms (of connection_now_ms); NULL: none came. Free it. */
char *websocket_message(struct websocket *websocket, long long end_ms);
