/* SPDX-License-Identifier: Apache-2.0 */
/* Routes in a list: there are about ten. */
#include "http_service_routes.h"

#include "base/memory.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdbool.h>
#include <sys/queue.h>

struct route {
    STAILQ_ENTRY(route) next;
    char *pattern;
    size_t length; /* of the pattern, without its * */
    bool folder;   /* the pattern ends with * */
    mrq_handler handler;
    void *self;
};

STAILQ_HEAD(http_routes, route);

static bool route_matches(const struct route *route, const char *path) {
    if (route->folder) {
        return strncmp(path, route->pattern, route->length) == 0;
    }
    return strcmp(path, route->pattern) == 0;
}

static const struct route *find_route(const struct http_routes *routes, const char *path) {
    const struct route *best = NULL, *route;
    STAILQ_FOREACH(route, routes, next) {
        if (route_matches(route, path) && (!best || route->length > best->length)) {
            best = route;
        }
    }
    return best;
}

static void reply_nothing(struct evhttp_request *request) {
    enum evhttp_cmd_type method = evhttp_request_get_command(request);
    bool wrong_method = method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD;
    const char *text = wrong_method ? "Only GET and HEAD work here.\n" : "There is nothing here.\n";
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    if (wrong_method) {
        evhttp_add_header(headers, "Allow", "GET, HEAD");
    }
    evhttp_add_header(headers, "Content-Type", "text/plain; charset=utf-8");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(headers, "Content-Security-Policy", "default-src 'none'");
    evhttp_add_header(headers, "Cache-Control", "no-store");
    struct evbuffer *body = evbuffer_new();
    if (body && method != EVHTTP_REQ_HEAD) {
        evbuffer_add_reference(body, text, strlen(text), NULL, NULL);
    }
    if (wrong_method) {
        evhttp_send_reply(request, HTTP_BADMETHOD, "Method Not Allowed", body);
    } else {
        evhttp_send_reply(request, HTTP_NOTFOUND, "Not Found", body);
    }
    if (body) {
        evbuffer_free(body);
    }
}

struct http_routes *http_routes_create(void) {
    struct http_routes *routes = mem_new(struct http_routes);
    STAILQ_INIT(routes);
    return routes;
}

void http_routes_destroy(struct http_routes *routes) {
    if (!routes) {
        return;
    }
    struct route *route;
    while ((route = STAILQ_FIRST(routes))) {
        STAILQ_REMOVE_HEAD(routes, next);
        free(route->pattern);
        free(route);
    }
    free(routes);
}

bool http_routes_add(struct http_routes *routes, const char *pattern, mrq_handler handler,
                     void *self) {
    size_t length = strlen(pattern);
    bool first = true;
    const struct route *other;
    STAILQ_FOREACH(other, routes, next) {
        first = first && strcmp(other->pattern, pattern) != 0;
    }
    struct route *route = mem_new(struct route);
    route->pattern = mem_dup(pattern);
    route->folder = length > 0 && pattern[length - 1] == '*';
    route->length = route->folder ? length - 1 : length;
    route->handler = handler;
    route->self = self;
    STAILQ_INSERT_TAIL(routes, route, next);
    return first;
}

void http_routes_join(struct http_routes *routes, struct http_routes *from) {
    STAILQ_CONCAT(routes, from);
}

void http_routes_answer(const struct http_routes *routes, struct evhttp_request *request) {
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
    const struct route *route = find_route(routes, path && *path ? path : "/");
    if (route) {
        route->handler(request, route->self);
    } else {
        reply_nothing(request);
    }
}
