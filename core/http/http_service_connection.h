/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections of the HTTP service that speak HTTP: how many there may be, and how long each may
 * take for one request, all of it: to wait for it, to receive it and to take the answer.
 */
#pragma once

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdbool.h>
#include <stdint.h>

struct http_connections;

/** room: made active when http_connections_room() was false and would be true now. */
struct http_connections *http_connections_create(struct event_base *base, struct event *room);
void http_connections_destroy(struct http_connections *connections); /* takes NULL */

/** Sets the bounds: see HTTP_CONNECTIONS and HTTP_DEADLINE_MS in http_service.h. */
void http_connections_limit(struct http_connections *connections, unsigned maximum,
                            unsigned deadline_ms);

/** True if one more may come, perhaps in the place of one that has waited for long. */
bool http_connections_room(struct http_connections *connections);

/** True if some connection has waited for so long that it may be cut. */
bool http_connections_can_yield(const struct http_connections *connections);

/** Cuts the one that has waited longest, if it is that long. */
void http_connections_yield(struct http_connections *connections);

/** The bufferevent of a connection that evhttp is about to make: what evhttp_set_bevcb() wants. */
struct bufferevent *http_connections_accept(struct event_base *base, void *connections);

/** The connection has a whole request: when its answer has been sent, its time begins anew. */
void http_connections_requested(struct http_connections *connections,
                                struct evhttp_request *request);

/** The connection speaks HTTP no more: it is neither counted nor cut. */
void http_connections_release(struct evhttp_request *request);

size_t http_connections_open(const struct http_connections *connections);
uint64_t http_connections_cut(const struct http_connections *connections);
