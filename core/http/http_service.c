/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP service that all sinks share: the addresses they ask for, each with its routes. */
#include "http_service.h"

#include "base/log.h"
#include "base/memory.h"
#include "http_service_address.h"
#include "http_service_connection.h"
#include "http_service_listener.h"
#include "http_service_routes.h"

#include <errno.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/resource.h>

struct mrq_address {
    STAILQ_ENTRY(mrq_address) next;
    struct http_service *service;
    struct mrq_address *joined; /* the address that serves this one's routes, if another does */
    char *text, *owner;         /* as asked for, and by whom first */
    char *label;                /* of the first that asked for it as its own, else of the first */
    enum mrq_sharing sharing;
    bool told; /* that two want the same of it */
    struct socket_address socket;
    struct http_routes *routes;
    struct http_listener *listener;
};

STAILQ_HEAD(address_list, mrq_address);

struct http_service {
    struct event_base *base;
    struct http_connections *connections;
    struct event *retry; /* while an address waits, and when there is room: it goes on */
    unsigned descriptors;
    bool stopped;
    bool beside; /* what is in use may be the running daemon's */
    struct address_list addresses;
};

/* ---- the addresses asked for --------------------------------------------------------------- */

static struct mrq_address *find_address(const struct http_service *service,
                                        const struct socket_address *socket) {
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (socket_address_port(&address->socket) == socket_address_port(socket) &&
            socket_address_same_host(&address->socket, socket)) {
            break;
        }
    }
    return address;
}

static struct mrq_address *address_create(struct http_service *service,
                                          const struct socket_address *socket, const char *text,
                                          const char *owner) {
    struct mrq_address *address = mem_new(struct mrq_address);
    address->service = service;
    address->socket = *socket;
    address->text = mem_dup(text);
    address->owner = mem_dup(owner);
    address->sharing = MRQ_SHARED;
    address->routes = http_routes_create();
    STAILQ_INSERT_TAIL(&service->addresses, address, next);
    return address;
}

static void address_destroy(struct mrq_address *address) {
    http_listener_destroy(address->listener);
    http_routes_destroy(address->routes);
    free(address->text);
    free(address->owner);
    free(address->label);
    free(address);
}

struct mrq_address *http_service_listen(struct http_service *service, const char *owner,
                                        const char *text, const char *label,
                                        enum mrq_sharing sharing) {
    struct socket_address socket;
    if (!socket_address_parse(text, &socket)) {
        log_error("%s: \"%s\" is no address: write it as 127.0.0.1:8080 or [::1]:8080, with a "
                  "number for the host (0.0.0.0 and [::] are all of them)",
                  owner, text);
        return NULL;
    }
    struct mrq_address *address =
        socket_address_port(&socket) ? find_address(service, &socket) : NULL;
    if (!address) {
        address = address_create(service, &socket, text, owner);
    }
    if (!address->label || (sharing == MRQ_OWN && address->sharing == MRQ_SHARED)) {
        free(address->label);
        address->label = mem_dup(label);
        address->sharing = sharing;
    }
    return address;
}

void http_service_route(struct mrq_address *address, const char *pattern, mrq_handler handler,
                        void *self) {
    if (!http_routes_add(address->routes, pattern, handler, self) && !address->told) {
        address->told = true;
        log_warning("%s: two sinks answer %s on %s, and only the first is asked: give one an "
                    "address or a path of its own",
                    address->owner, pattern, address->text);
    }
}

void http_service_upgraded(struct evhttp_request *request) {
    http_connections_release(request);
}

/* With port 0 a shared address belongs to an own one of the same host: first of all to another
 * instance's, since the page and its websocket want one origin. */
static struct mrq_address *find_partner(const struct http_service *service,
                                        const struct mrq_address *shared) {
    struct mrq_address *address, *partner = NULL;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->sharing != MRQ_OWN ||
            !socket_address_same_host(&address->socket, &shared->socket)) {
            continue;
        }
        if (strcmp(address->owner, shared->owner) != 0) {
            return address;
        }
        partner = partner ? partner : address;
    }
    return partner;
}

static void join_partners(struct http_service *service) {
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->sharing == MRQ_SHARED && socket_address_port(&address->socket) == 0) {
            address->joined = find_partner(service, address);
        }
        if (address->joined) {
            http_routes_join(address->joined->routes, address->routes);
        }
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

static void handle_retry(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct http_service *service = self;
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener && !service->stopped) {
            http_listener_retry(address->listener);
        }
    }
}

static unsigned count_descriptors(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > UINT32_MAX) {
        return UINT32_MAX;
    }
    return (unsigned)limit.rlim_cur;
}

struct http_service *http_service_create(struct event_base *base) {
    struct http_service *service = mem_new(struct http_service);
    service->base = base;
    service->retry = evtimer_new(base, handle_retry, service);
    if (!service->retry) {
        abort(); /* out of memory, as in mem_new() */
    }
    service->connections = http_connections_create(base, service->retry);
    service->descriptors = count_descriptors();
    STAILQ_INIT(&service->addresses);
    return service;
}

void http_service_destroy(struct http_service *service) {
    if (!service) {
        return;
    }
    struct mrq_address *address;
    while ((address = STAILQ_FIRST(&service->addresses))) {
        STAILQ_REMOVE_HEAD(&service->addresses, next);
        address_destroy(address);
    }
    event_free(service->retry);
    http_connections_destroy(service->connections);
    free(service);
}

void http_service_limit(struct http_service *service, unsigned connections, unsigned deadline_ms) {
    http_connections_limit(service->connections, connections, deadline_ms);
}

static bool address_bind(struct mrq_address *address) {
    const struct http_service *service = address->service;
    const struct http_listener_settings settings = {.base = service->base,
                                                    .connections = service->connections,
                                                    .routes = address->routes,
                                                    .owner = address->owner,
                                                    .text = address->text,
                                                    .address = address->socket,
                                                    .descriptors = service->descriptors,
                                                    .retry = service->retry,
                                                    .beside = service->beside};
    address->listener = http_listener_create(&settings);
    return address->listener || (service->beside && http_listener_is_ours(errno));
}

bool http_service_start(struct http_service *service) {
    join_partners(service);
    bool all = true;
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (!address->joined && !address_bind(address)) {
            all = false; /* the others are tried too, so that all is told at once */
        }
    }
    return all;
}

void http_service_beside(struct http_service *service) {
    service->beside = true;
}

void http_service_stop(struct http_service *service) {
    service->stopped = true;
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener) {
            http_listener_stop(address->listener);
        }
    }
}

/* ---- what there is ------------------------------------------------------------------------- */

static void print_address(const struct mrq_address *address, char text[SOCKET_ADDRESS_TEXT]) {
    socket_address_print(http_listener_address(address->listener), text, SOCKET_ADDRESS_TEXT);
}

void http_service_each(const struct http_service *service,
                       void (*visit)(void *self, const char *label, const char *address),
                       void *self) {
    const struct mrq_address *address;
    char text[SOCKET_ADDRESS_TEXT];
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener) {
            print_address(address, text);
            visit(self, address->label, text);
        }
    }
}

void http_service_health(const struct http_service *service, json_t *health) {
    json_t *addresses = json_array();
    const struct mrq_address *address;
    char text[SOCKET_ADDRESS_TEXT];
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener) {
            print_address(address, text);
            json_array_append_new(addresses, json_string(text));
        }
    }
    json_object_set_new(health, "addresses", addresses);
    json_object_set_new(health, "connections",
                        json_integer((json_int_t)http_connections_open(service->connections)));
    json_object_set_new(health, "cut",
                        json_integer((json_int_t)http_connections_cut(service->connections)));
}
