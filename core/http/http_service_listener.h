/* SPDX-License-Identifier: Apache-2.0 */
/* A listening socket of the HTTP service, and when it accepts. */
#pragma once

#include "http_service_address.h"
#include "http_service_connection.h"
#include "http_service_routes.h"

#include <event2/event.h>

struct http_listener;

struct http_listener_settings {
    struct event_base *base;
    struct http_connections *connections;
    const struct http_routes *routes;
    const char *owner, *text; /* whose address it is, and as it was written: for messages */
    struct socket_address address;
    unsigned descriptors; /* that the daemon may have */
    struct event *retry;  /* a timer that calls http_listener_retry(): added while one waits */
    bool beside;          /* what http_listener_is_ours() says is no fault: nothing is said of it */
};

/** Binds the address and accepts. Says why and returns NULL, and errno, when that cannot be. */
struct http_listener *http_listener_create(const struct http_listener_settings *settings);

/** Beside the running daemon: its port is in use, and its capabilities may be needed to have it. */
bool http_listener_is_ours(int error);

/** Closes all connections too, upgraded ones as well; takes NULL. */
void http_listener_destroy(struct http_listener *listener);

/** Lets the next connection come, or leaves it to the kernel until there is room. */
void http_listener_retry(struct http_listener *listener);

/** Accepts no more. */
void http_listener_stop(struct http_listener *listener);

/** Where it listens: with port 0 the kernel chose. */
const struct socket_address *http_listener_address(const struct http_listener *listener);
