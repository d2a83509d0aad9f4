/* SPDX-License-Identifier: Apache-2.0 */
/* evhttp on a socket of ours, with bounds; it accepts while there are descriptors and room. */
#include "http_service_listener.h"

#include "base/log.h"
#include "base/memory.h"
#include "http_service.h"

#include <errno.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

/* connections the kernel holds while the loop is busy: all browsers come back at once */
#define BACKLOG 1024

/* descriptors that connections leave to the rest of the daemon: workers, state, log, plugins */
#define SPARE_DESCRIPTORS 64

struct http_listener {
    struct http_listener_settings settings;
    struct evhttp *http;
    struct evconnlistener *socket; /* owned by http */
    struct log_fault exhausted;
};

static void handle_request(struct evhttp_request *request, void *self) {
    const struct http_listener *listener = self;
    http_connections_requested(listener->settings.connections, request);
    http_routes_answer(listener->settings.routes, request);
}

/* The kernel gives the lowest free number, so that one descriptor more tells how many there are. */
static bool descriptors_left(const struct http_listener *listener) {
    int fd = fcntl(evconnlistener_get_fd(listener->socket), F_DUPFD_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0 && (unsigned)fd + SPARE_DESCRIPTORS < listener->settings.descriptors;
}

static void tell_descriptors(struct http_listener *listener, bool left) {
    const struct http_listener_settings *settings = &listener->settings;
    if (left) {
        log_fault_over(&listener->exhausted, settings->owner, "%s accepts connections again",
                       settings->text);
        return;
    }
    log_fault_tell(&listener->exhausted, settings->owner,
                   "%s accepts no connections: all but %d of the %u descriptors of the daemon are "
                   "in use; allow more with LimitNOFILE= in the service file",
                   settings->text, SPARE_DESCRIPTORS, settings->descriptors);
}

/* what cannot accept, for want of descriptors, would only spin if it tried at once */
static const struct timeval accept_pause = {.tv_usec = 250 * 1000};

static void wait_for_room(struct http_listener *listener) {
    evconnlistener_disable(listener->socket);
    if (!evtimer_pending(listener->settings.retry, NULL)) {
        evtimer_add(listener->settings.retry, &accept_pause);
    }
}

void http_listener_retry(struct http_listener *listener) {
    struct http_connections *connections = listener->settings.connections;
    bool descriptors = descriptors_left(listener) || http_connections_can_yield(connections);
    tell_descriptors(listener, descriptors);
    if (descriptors && http_connections_room(connections)) {
        evconnlistener_enable(listener->socket);
    } else {
        wait_for_room(listener);
    }
}

static void handle_pause_over(evutil_socket_t fd, short what, void *socket) {
    (void)fd, (void)what;
    evconnlistener_enable(socket);
}

/* Without descriptors or memory in the whole system accept() fails again and again: pause. The
 * second argument is evhttp's, which took the socket over and keeps it for as long as the loop
 * runs. */
static void handle_accept_error(struct evconnlistener *socket, void *http) {
    (void)http;
    struct event_base *base = evconnlistener_get_base(socket);
    if (event_base_once(base, -1, EV_TIMEOUT, handle_pause_over, socket, &accept_pause) == 0) {
        evconnlistener_disable(socket);
    }
}

static struct bufferevent *handle_accept(struct event_base *base, void *self) {
    struct http_listener *listener = self;
    struct http_connections *connections = listener->settings.connections;
    if (!descriptors_left(listener)) {
        http_connections_yield(connections);
    }
    struct bufferevent *stream = http_connections_accept(base, connections);
    http_listener_retry(listener); /* for the next one */
    return stream;
}

static const char *bind_remedy(int error) {
    switch (error) {
    case EADDRINUSE:
        return "another program has it (ss -ltnp shows which): stop that, or choose another port";
    case EADDRNOTAVAIL:
        return "this machine has no such address (ip address shows those it has): choose another";
    case EACCES:
        return "ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one";
    default:
        return "choose another address";
    }
}

bool http_listener_is_ours(int error) {
    return error == EADDRINUSE || error == EACCES;
}

static struct evconnlistener *bind_socket(const struct http_listener_settings *settings) {
    const unsigned flags =
        LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_DISABLED;
    const struct socket_address *address = &settings->address;
    struct evconnlistener *socket =
        evconnlistener_new_bind(settings->base, NULL, NULL, flags, BACKLOG,
                                (const struct sockaddr *)&address->any, (int)address->length);
    if (!socket && !(settings->beside && http_listener_is_ours(errno))) {
        log_error("%s: cannot listen on %s: %m; %s with the option \"listen\" of %s (-p and "
                  "--ws-port on the command line)",
                  settings->owner, settings->text, bind_remedy(errno), settings->owner);
    }
    return socket;
}

static void set_up_http(struct http_listener *listener) {
    evhttp_set_allowed_methods(listener->http, UINT16_MAX); /* else evhttp answers with 501 */
    evhttp_set_max_headers_size(listener->http, HTTP_HEADER_BYTES);
    evhttp_set_max_body_size(listener->http, HTTP_BODY_BYTES);
    evhttp_set_default_content_type(listener->http, NULL);
    evhttp_set_bevcb(listener->http, handle_accept, listener);
    evhttp_set_gencb(listener->http, handle_request, listener);
}

struct http_listener *http_listener_create(const struct http_listener_settings *settings) {
    struct evconnlistener *socket = bind_socket(settings);
    if (!socket) {
        return NULL;
    }
    struct http_listener *listener = mem_new(struct http_listener);
    listener->settings = *settings;
    listener->socket = socket;
    listener->http = evhttp_new(settings->base);
    if (!listener->http || !evhttp_bind_listener(listener->http, socket)) {
        abort(); /* out of memory, as in mem_new() */
    }
    set_up_http(listener);
    evconnlistener_set_error_cb(socket, handle_accept_error);
    socket_address_of(evconnlistener_get_fd(socket), &listener->settings.address);
    evconnlistener_enable(socket);
    return listener;
}

void http_listener_destroy(struct http_listener *listener) {
    if (listener) {
        evhttp_free(listener->http); /* the socket too, and every connection, upgraded ones too */
        free(listener);
    }
}

void http_listener_stop(struct http_listener *listener) {
    evconnlistener_disable(listener->socket);
}

const struct socket_address *http_listener_address(const struct http_listener *listener) {
    return &listener->settings.address;
}
