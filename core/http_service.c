/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP service that all sinks share: its addresses, their sockets, and the way to a handler. */
#include "http_service.h"

#include "base/log.h"
#include "base/memory.h"
#include "http_service_address.h"
#include "http_service_connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <unistd.h>

/* connections the kernel holds while the loop is busy: all browsers come back at once */
#define BACKLOG 1024

/* descriptors that connections leave to the rest of the daemon: workers, state, log, plugins */
#define SPARE_DESCRIPTORS 64

/* out of descriptors: a listening socket stays readable, so that trying at once would only spin */
static const struct timeval accept_pause = {.tv_sec = 1};

struct route {
    STAILQ_ENTRY(route) next;
    char *pattern;
    size_t length; /* of the pattern, without its * */
    bool folder;   /* the pattern ends with * */
    mrq_handler handler;
    void *self;
};

STAILQ_HEAD(route_list, route);

struct mrq_address {
    STAILQ_ENTRY(mrq_address) next;
    struct http_service *service;
    struct mrq_address *joined; /* the address that serves this one's routes, if another does */
    char *text, *owner;         /* as asked for, and by whom first */
    char *label;                /* of the first that asked for it as its own, else of the first */
    enum mrq_sharing sharing;
    struct socket_address socket;
    struct route_list routes;
    struct evhttp *http;
    struct evconnlistener *listener; /* owned by http */
    struct log_fault exhausted;
};

STAILQ_HEAD(address_list, mrq_address);

struct http_service {
    struct event_base *base;
    struct http_connections *connections;
    struct event *retry; /* every second, and when there is room: paused addresses go on */
    unsigned descriptors;
    bool stopped;
    struct address_list addresses;
};

/* ---- the way to a handler ------------------------------------------------------------------ */

static bool route_matches(const struct route *route, const char *path) {
    if (route->folder) {
        return strncmp(path, route->pattern, route->length) == 0;
    }
    return strcmp(path, route->pattern) == 0;
}

static const struct route *find_route(const struct mrq_address *address, const char *path) {
    const struct route *best = NULL, *route;
    STAILQ_FOREACH(route, &address->routes, next) {
        if (route_matches(route, path) && (!best || route->length > best->length)) {
            best = route;
        }
    }
    return best;
}

static void reply_not_found(struct evhttp_request *request) {
    static const char text[] = "There is nothing here.\n";
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Content-Type", "text/plain; charset=utf-8");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    struct evbuffer *body = evbuffer_new();
    if (body && evhttp_request_get_command(request) != EVHTTP_REQ_HEAD) {
        evbuffer_add_reference(body, text, strlen(text), NULL, NULL);
    }
    evhttp_send_reply(request, HTTP_NOTFOUND, "Not Found", body);
    if (body) {
        evbuffer_free(body);
    }
}

static void handle_request(struct evhttp_request *request, void *self) {
    struct mrq_address *address = self;
    http_connections_requested(address->service->connections, request);
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
    const struct route *route = find_route(address, path && *path ? path : "/");
    if (route) {
        route->handler(request, route->self);
    } else {
        reply_not_found(request);
    }
}

/* ---- sockets ------------------------------------------------------------------------------- */

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

/* The kernel gives the lowest free number, so that one descriptor more tells how many there are. */
static bool descriptors_left(const struct mrq_address *address) {
    int fd = fcntl(evconnlistener_get_fd(address->listener), F_DUPFD_CLOEXEC, 0);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0 && (unsigned)fd + SPARE_DESCRIPTORS < address->service->descriptors;
}

/* Lets the next connection come, or leaves it to the kernel until there is room. */
static void accept_or_pause(struct mrq_address *address) {
    struct http_connections *connections = address->service->connections;
    bool descriptors = descriptors_left(address) || http_connections_can_yield(connections);
    if (descriptors) {
        log_fault_over(&address->exhausted, address->owner, "%s accepts connections again",
                       address->text);
    } else {
        log_fault_tell(&address->exhausted, address->owner,
                       "%s accepts no connections: all but %d of the %u descriptors of the daemon "
                       "are in use; allow more with LimitNOFILE= in the service file",
                       address->text, SPARE_DESCRIPTORS, address->service->descriptors);
    }
    if (descriptors && http_connections_room(connections)) {
        evconnlistener_enable(address->listener);
    } else {
        evconnlistener_disable(address->listener);
    }
}

static void handle_retry(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct http_service *service = self;
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener && !service->stopped) {
            accept_or_pause(address);
        }
    }
}

/* Without descriptors or memory in the whole system accept() fails again and again: pause. The
 * second argument is evhttp's, which took the listener over. */
static void handle_accept_error(struct evconnlistener *listener, void *http) {
    (void)http;
    evconnlistener_disable(listener);
}

static struct bufferevent *handle_accept(struct event_base *base, void *self) {
    struct mrq_address *address = self;
    struct http_connections *connections = address->service->connections;
    if (!descriptors_left(address)) {
        http_connections_yield(connections);
    }
    struct bufferevent *stream = http_connections_accept(base, connections);
    accept_or_pause(address); /* for the next one */
    return stream;
}

static void set_up_http(struct mrq_address *address) {
    evhttp_set_allowed_methods(address->http, UINT16_MAX); /* else evhttp answers them with 501 */
    evhttp_set_max_headers_size(address->http, HTTP_HEADER_BYTES);
    evhttp_set_max_body_size(address->http, HTTP_BODY_BYTES);
    evhttp_set_default_content_type(address->http, NULL);
    evhttp_set_bevcb(address->http, handle_accept, address);
    evhttp_set_gencb(address->http, handle_request, address);
}

static bool address_bind(struct mrq_address *address) {
    struct event_base *base = address->service->base;
    const unsigned flags = LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
    struct evconnlistener *listener = evconnlistener_new_bind(
        base, NULL, NULL, flags | LEV_OPT_DISABLED, BACKLOG,
        (const struct sockaddr *)&address->socket.any, (int)address->socket.length);
    if (!listener) {
        int error = errno;
        log_error("%s: cannot listen on %s: %m; %s with the option \"listen\" of %s (-p and "
                  "--ws-port on the command line)",
                  address->owner, address->text, bind_remedy(error), address->owner);
        return false;
    }
    address->http = evhttp_new(base);
    if (!address->http || !evhttp_bind_listener(address->http, listener)) {
        log_error("%s: cannot serve %s: the event loop refuses it", address->owner, address->text);
        evconnlistener_free(listener);
        return false;
    }
    address->listener = listener;
    set_up_http(address);
    evconnlistener_set_error_cb(listener, handle_accept_error);
    socket_address_of(evconnlistener_get_fd(listener), &address->socket);
    evconnlistener_enable(listener);
    return true;
}

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
        address = mem_new(struct mrq_address);
        address->service = service;
        address->text = mem_dup(text);
        address->owner = mem_dup(owner);
        address->label = mem_dup(label);
        address->socket = socket;
        address->sharing = sharing;
        STAILQ_INIT(&address->routes);
        STAILQ_INSERT_TAIL(&service->addresses, address, next);
    }
    if (sharing == MRQ_OWN && address->sharing == MRQ_SHARED) {
        free(address->label);
        address->label = mem_dup(label);
        address->sharing = MRQ_OWN;
    }
    return address;
}

void http_service_route(struct mrq_address *address, const char *pattern, mrq_handler handler,
                        void *self) {
    size_t length = strlen(pattern);
    struct route *route = mem_new(struct route);
    route->pattern = mem_dup(pattern);
    route->folder = length > 0 && pattern[length - 1] == '*';
    route->length = route->folder ? length - 1 : length;
    route->handler = handler;
    route->self = self;
    STAILQ_INSERT_TAIL(&address->routes, route, next);
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
            STAILQ_CONCAT(&address->joined->routes, &address->routes);
        }
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

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
    service->retry = event_new(base, -1, EV_PERSIST, handle_retry, service);
    if (!service->retry) {
        log_error("the HTTP service cannot join the event loop");
        free(service);
        return NULL;
    }
    service->connections = http_connections_create(base, service->retry);
    service->descriptors = count_descriptors();
    STAILQ_INIT(&service->addresses);
    return service;
}

static void address_destroy(struct mrq_address *address) {
    if (address->http) {
        evhttp_free(address->http); /* the listener too, and every connection, upgraded ones too */
    }
    struct route *route;
    while ((route = STAILQ_FIRST(&address->routes))) {
        STAILQ_REMOVE_HEAD(&address->routes, next);
        free(route->pattern);
        free(route);
    }
    free(address->text);
    free(address->owner);
    free(address->label);
    free(address);
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

bool http_service_start(struct http_service *service) {
    join_partners(service);
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (!address->joined && !address_bind(address)) {
            return false;
        }
    }
    if (event_add(service->retry, &accept_pause) < 0) {
        log_error("the HTTP service cannot join the event loop");
        return false;
    }
    return true;
}

void http_service_stop(struct http_service *service) {
    service->stopped = true;
    struct mrq_address *address;
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener) {
            evconnlistener_disable(address->listener);
        }
    }
}

void http_service_each(const struct http_service *service,
                       void (*visit)(void *self, const char *label, const char *address),
                       void *self) {
    const struct mrq_address *address;
    char text[SOCKET_ADDRESS_TEXT];
    STAILQ_FOREACH(address, &service->addresses, next) {
        if (address->listener) {
            socket_address_print(&address->socket, text, sizeof(text));
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
            socket_address_print(&address->socket, text, sizeof(text));
            json_array_append_new(addresses, json_string(text));
        }
    }
    json_object_set_new(health, "addresses", addresses);
    json_object_set_new(health, "connections",
                        json_integer((json_int_t)http_connections_open(service->connections)));
    json_object_set_new(health, "cut",
                        json_integer((json_int_t)http_connections_cut(service->connections)));
}
