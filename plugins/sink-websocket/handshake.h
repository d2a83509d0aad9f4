/* SPDX-License-Identifier: Apache-2.0 */
/* The opening handshake of a websocket, the server's side (RFC 6455, 4.2). */
#pragma once

#include "origin/origin.h"

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdbool.h>

/** True if request is a websocket client that may come in; else has answered why not. */
bool handshake_check(struct evhttp_request *request, const struct origins *origins);

/** Answers with a sentence for people and status. */
void handshake_refuse(struct evhttp_request *request, int status, const char *text);

/** Answers 101 on stream, the connection of a request that has passed the check. */
void handshake_accept(struct evhttp_request *request, struct bufferevent *stream);
