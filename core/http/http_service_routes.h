/* SPDX-License-Identifier: Apache-2.0 */
/* From the path of a request to whoever answers it. */
#pragma once

#include <event2/http.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct http_routes;

struct http_routes *http_routes_create(void);
void http_routes_destroy(struct http_routes *routes); /* takes NULL */

/** See mrq_route(). False: the pattern was there already, and the first is asked. */
bool http_routes_add(struct http_routes *routes, const char *pattern, mrq_handler handler,
                     void *self);

/** Moves all routes of from to the end of routes. */
void http_routes_join(struct http_routes *routes, struct http_routes *from);

/** Has the handler with the longest pattern answer, or answers 404 (405 where it is no GET or
 * HEAD). */
void http_routes_answer(const struct http_routes *routes, struct evhttp_request *request);
