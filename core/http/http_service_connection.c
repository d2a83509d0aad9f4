/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every connection stands in one list, ordered by when its present request began; as all have the
 * same time, that is the order of their deadlines too. The first of the list is cut when its time
 * is over, or when another needs its place: so whoever waits, trickles or does not read makes way
 * for those who come with a request, and nobody is refused. While all places are taken, an answer
 * ends its connection.
 */
#include "http_service_connection.h"

#include "base/clock.h"
#include "base/memory.h"
#include "http_service.h"

#include <event2/buffer.h>
#include <event2/http_struct.h>
#include <sys/queue.h>

/* what may lie unread in a connection's buffer: more than the largest header or body let through */
#define UNREAD_BYTES (64 * 1024)

/* whose request is younger than that keeps its place: it has hardly had a chance */
#define GRACE_MS 250

struct connection {
    TAILQ_ENTRY(connection) next;
    struct http_connections *all;
    struct bufferevent *stream;
    struct evhttp_connection *http; /* NULL until it is adopted */
    long long began_ms;             /* its present request: came, or the one before was answered */
};

TAILQ_HEAD(connection_list, connection);

struct http_connections {
    struct connection_list list;
    struct connection_list fresh; /* accepted, not adopted yet */
    struct event *adopt;          /* active when there are fresh ones */
    struct event *expire;
    struct event *room; /* not ours: active when somebody waits for a place and one is free */
    bool awaited;
    unsigned maximum, deadline_ms;
    size_t open; /* in both lists */
    uint64_t cut;
};

static void await_deadline(struct http_connections *all) {
    const struct connection *first = TAILQ_FIRST(&all->list);
    if (!first) {
        event_del(all->expire);
        return;
    }
    const struct timeval delay = clock_delay(first->began_ms + all->deadline_ms - clock_ms());
    event_add(all->expire, &delay);
}

static void append(struct connection *connection) {
    struct http_connections *all = connection->all;
    connection->began_ms = clock_ms();
    TAILQ_INSERT_TAIL(&all->list, connection, next);
    if (!event_pending(all->expire, EV_TIMEOUT, NULL)) {
        await_deadline(all);
    }
}

static void leave(struct connection *connection) {
    struct http_connections *all = connection->all;
    all->open--;
    if (all->awaited) {
        all->awaited = false;
        event_active(all->room, EV_TIMEOUT, 1);
    }
    free(connection);
}

static void forget(struct connection *connection) {
    TAILQ_REMOVE(&connection->all->list, connection, next);
    leave(connection);
}

/* libevent frees a bufferevent in the loop's next turn. What is unsent is given back now: at the
 * end there is no such turn, and whoever lent it may have gone by then. */
static void give_back_unsent(struct bufferevent *stream) {
    struct evbuffer *unsent = bufferevent_get_output(stream);
    evbuffer_unfreeze(unsent, 1);
    evbuffer_drain(unsent, evbuffer_get_length(unsent));
}

static void handle_close(struct evhttp_connection *http, void *self) {
    give_back_unsent(evhttp_connection_get_bufferevent(http));
    forget(self);
}

static void cut(struct connection *connection) {
    connection->all->cut++;
    evhttp_connection_free(connection->http); /* comes back through handle_close() */
}

static bool first_is_older(const struct http_connections *all, unsigned age_ms) {
    const struct connection *first = TAILQ_FIRST(&all->list);
    return first && clock_ms() - first->began_ms >= age_ms;
}

/* evhttp says nothing about a new connection until a request is whole, but it is the argument of
 * the callbacks on the bufferevent that we gave. Our reference keeps that until we have looked. */
static void adopt(struct connection *connection) {
    struct http_connections *all = connection->all;
    void *http = NULL;
    bufferevent_getcb(connection->stream, NULL, NULL, NULL, &http);
    bufferevent_decref(connection->stream);
    TAILQ_REMOVE(&all->fresh, connection, next);
    if (!http) { /* evhttp gave it up at once */
        leave(connection);
        return;
    }
    connection->http = http;
    append(connection);
    evhttp_connection_set_closecb(connection->http, handle_close, connection);
}

static void handle_adopt(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct http_connections *all = self;
    struct connection *connection;
    while ((connection = TAILQ_FIRST(&all->fresh))) {
        adopt(connection);
    }
}

static void handle_expire(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct http_connections *all = self;
    while (first_is_older(all, all->deadline_ms)) {
        cut(TAILQ_FIRST(&all->list));
    }
    await_deadline(all);
}

static struct connection *find(struct http_connections *all, struct evhttp_request *request) {
    const struct evhttp_connection *http = evhttp_request_get_connection(request);
    struct connection *connection;
    TAILQ_FOREACH_REVERSE(connection, &all->list, connection_list, next) {
        if (connection->http == http) {
            break;
        }
    }
    return connection;
}

static void handle_answered(struct evhttp_request *request, void *self) {
    (void)request;
    struct connection *connection = self;
    TAILQ_REMOVE(&connection->all->list, connection, next);
    append(connection);
}

struct http_connections *http_connections_create(struct event_base *base, struct event *room) {
    struct http_connections *all = mem_new(struct http_connections);
    all->room = room;
    TAILQ_INIT(&all->list);
    TAILQ_INIT(&all->fresh);
    all->maximum = HTTP_CONNECTIONS;
    all->deadline_ms = HTTP_DEADLINE_MS;
    all->adopt = event_new(base, -1, 0, handle_adopt, all);
    all->expire = evtimer_new(base, handle_expire, all);
    if (!all->adopt || !all->expire) {
        abort(); /* out of memory, as in mem_new() */
    }
    return all;
}

void http_connections_destroy(struct http_connections *all) {
    if (!all) {
        return;
    }
    struct connection *connection;
    while ((connection = TAILQ_FIRST(&all->fresh))) {
        TAILQ_REMOVE(&all->fresh, connection, next);
        bufferevent_decref(connection->stream);
        free(connection);
    }
    event_free(all->adopt);
    event_free(all->expire);
    free(all);
}

void http_connections_limit(struct http_connections *all, unsigned maximum, unsigned deadline_ms) {
    all->maximum = maximum;
    all->deadline_ms = deadline_ms;
}

bool http_connections_can_yield(const struct http_connections *all) {
    return first_is_older(all, GRACE_MS);
}

void http_connections_yield(struct http_connections *all) {
    if (first_is_older(all, GRACE_MS)) {
        cut(TAILQ_FIRST(&all->list));
    }
}

bool http_connections_room(struct http_connections *all) {
    all->awaited = all->open >= all->maximum && !http_connections_can_yield(all);
    return !all->awaited;
}

struct bufferevent *http_connections_accept(struct event_base *base, void *connections) {
    struct http_connections *all = connections;
    struct bufferevent *stream = bufferevent_socket_new(base, -1, 0);
    if (!stream) {
        return NULL;
    }
    if (all->open >= all->maximum) {
        http_connections_yield(all);
    }
    bufferevent_setwatermark(stream, EV_READ, 0, UNREAD_BYTES);
    bufferevent_incref(stream);
    struct connection *connection = mem_new(struct connection);
    connection->all = all;
    connection->stream = stream;
    all->open++;
    TAILQ_INSERT_TAIL(&all->fresh, connection, next);
    event_active(all->adopt, EV_TIMEOUT, 1);
    return stream;
}

void http_connections_requested(struct http_connections *all, struct evhttp_request *request) {
    struct connection *connection = find(all, request);
    if (all->open >= all->maximum) { /* whoever asks again and again must not keep others out */
        evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
    }
    if (connection) {
        evhttp_request_set_on_complete_cb(request, handle_answered, connection);
    }
}

void http_connections_release(struct evhttp_request *request) {
    if (request->on_complete_cb == handle_answered) {
        struct connection *connection = request->on_complete_cb_arg;
        evhttp_connection_set_closecb(connection->http, NULL, NULL);
        evhttp_request_set_on_complete_cb(request, NULL, NULL);
        forget(connection);
    }
}

size_t http_connections_open(const struct http_connections *all) {
    return all->open;
}

uint64_t http_connections_cut(const struct http_connections *all) {
    return all->cut;
}
