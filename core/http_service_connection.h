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

struct http_connections *http_connections_create(struct event_base *base);
void http_connections_destroy(struct http_connections *connections); /* takes NULL */

/** Sets the bounds: see HTTP_CONNECTIONS and HTTP_DEADLINE_MS in http_service.h. */
void http_connections_limit(struct http_connections *connections, unsigned maximum,
                            unsigned deadline_ms);

/** The bufferevent of a connection that evhttp is about to make: what evhttp_set_bevcb() wants. */
struct bufferevent *http_connections_accept(struct event_base *base, void *connections);

/** The connection has a whole request: when its answer has been sent, its time begins anew. */
void http_connections_requested(struct http_connections *connections,
                                struct evhttp_request *request);

/** The connection speaks HTTP no more: it is neither counted nor cut. */
void http_connections_release(struct evhttp_request *request);

size_t http_connections_open(const struct http_connections *connections);
uint64_t http_connections_cut(const struct http_connections *connections);
