/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP service that all sinks share: addresses, routes, and the bounds that keep slow, huge or
 * many requests from starving the others: request line, headers, body, connections, deadlines.
 */
#pragma once

#include <event2/event.h>
#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

/* connections that speak HTTP at a time; for one more, the one that waits longest is cut */
#define HTTP_CONNECTIONS 512
/* for one request: to wait for it (keep-alive), to receive it and to take the answer */
#define HTTP_DEADLINE_MS 30000
#define HTTP_HEADER_BYTES (16 * 1024) /* request line and headers: a browser sends about 1 KiB */
/* An answer has 4 KiB, and what is longer gets its 413 from who reads it; beyond this from evhttp,
 * before it is read. */
#define HTTP_BODY_BYTES (64 * 1024)

struct http_service;

struct http_service *http_service_create(struct event_base *base);
void http_service_destroy(struct http_service *service); /* takes NULL; closes all connections */

/** Other bounds than HTTP_CONNECTIONS and HTTP_DEADLINE_MS, from the next request on. */
void http_service_limit(struct http_service *service, unsigned connections, unsigned deadline_ms);

/** See mrq_listen(), mrq_route(), mrq_upgraded(). owner: name of the instance that asks. */
struct mrq_address *http_service_listen(struct http_service *service, const char *owner,
                                        const char *address, const char *label,
                                        enum mrq_sharing sharing);
void http_service_route(struct mrq_address *address, const char *pattern, mrq_handler handler,
                        void *self);
void http_service_upgraded(struct evhttp_request *request);

/** Binds every address that was asked for. Says why and returns false when one cannot be had. */
bool http_service_start(struct http_service *service);

/** For a trial beside a daemon that runs: an address in use may be its own, and is passed over. */
void http_service_beside(struct http_service *service);

/** Accepts no more connections; what is open goes on. */
void http_service_stop(struct http_service *service);

/** Calls visit for every bound address with its label ("http") and "127.0.0.1:41234". */
void http_service_each(const struct http_service *service,
                       void (*visit)(void *self, const char *label, const char *address),
                       void *self);

/** For /healthz: connections open, refused, addresses. */
void http_service_health(const struct http_service *service, json_t *health);
