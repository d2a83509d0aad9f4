/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evhttp still owns the connection: whoever frees it, handle_gone() is called, and only there is a
 * client freed.
 */
#include "client.h"

#include "base/memory.h"
#include "base/text.h"
#include "inbound.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>

#define CLOSE_TRY_AGAIN_LATER 1013 /* registered with IANA after RFC 6455 */

/* a browser that has been sent a close ends the connection within a round trip; but on a slow line
 * it must first take what was queued before */
#define CLOSING_MS 10000

/* of pongs that wait for a client: who wants more of them and takes none is no browser */
#define PONG_BYTES 4096

/* without a sign of life after so many pings a client is dead */
#define PINGS_MAXIMUM 2

struct client {
    LIST_ENTRY(client) next;
    struct clients *all;
    struct bufferevent *stream;
    struct evbuffer *unsent; /* the output of stream */
    int fd;
    bool closing;
    unsigned pings; /* since the last sign of life */
    size_t pongs;   /* bytes of them since nothing was unsent */
    char *station;  /* NULL: every one */
    int64_t sent_ms, pinged_ms, deadline_ms;
    struct evhttp_connection *connection;
    struct inbound *inbound;
};

int64_t client_clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the end ------------------------------------------------------------------------------- */

/* libevent frees a bufferevent in the loop's next turn; the memory is wanted now, and at the end
 * there is no such turn. */
static void forget_unsent(struct client *client) {
    evbuffer_unfreeze(client->unsent, 1);
    evbuffer_drain(client->unsent, evbuffer_get_length(client->unsent));
}

static void handle_gone(struct evhttp_connection *connection, void *self) {
    (void)connection;
    struct client *client = self;
    forget_unsent(client);
    LIST_REMOVE(client, next);
    if (client->closing) {
        client->all->closing_count--;
    } else {
        client->all->open_count--;
    }
    inbound_destroy(client->inbound);
    free(client->station);
    free(client);
}

void client_drop(struct client *client) {
    evhttp_connection_free(client->connection); /* comes back through handle_gone() */
}

/* A close has been sent or queued: no message may follow it, and when it is out our side is shut,
 * so that the other side sees it even if it still sends. */
static void begin_closing(struct client *client, int64_t now_ms) {
    client->closing = true;
    client->deadline_ms = now_ms + CLOSING_MS;
    LIST_REMOVE(client, next);
    LIST_INSERT_HEAD(&client->all->closing, client, next);
    client->all->open_count--;
    client->all->closing_count++;
    if (evbuffer_get_length(client->unsent) == 0) {
        shutdown(client->fd, SHUT_WR);
    }
}

/* ---- sending ------------------------------------------------------------------------------- */

static void release_frame(const void *data, size_t length, void *frame) {
    (void)data, (void)length;
    frame_unqueue(frame);
}

/* Straight to the socket where nothing waits: that is far quicker for all clients together than the
 * way through the loop, and costs no memory. False: the connection is broken. */
static bool send_frame(struct client *client, struct frame *frame) {
    size_t done = 0;
    if (evbuffer_get_length(client->unsent) == 0) {
        ssize_t sent = send(client->fd, frame->bytes, frame->length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
            return false;
        }
        done = sent > 0 ? (size_t)sent : 0;
    }
    if (done < frame->length) {
        frame_queue(frame, &client->all->queued);
        evbuffer_add_reference(client->unsent, frame->bytes + done, frame->length - done,
                               release_frame, frame);
    }
    return true;
}

void client_close(struct client *client, unsigned code, int64_t now_ms) {
    struct frame *frame = frame_create_close(code);
    bool sent = send_frame(client, frame);
    frame_release(frame);
    if (sent) {
        begin_closing(client, now_ms);
    } else {
        client_drop(client);
    }
}

void client_send(struct client *client, struct frame *frame, int64_t now_ms) {
    size_t unsent = evbuffer_get_length(client->unsent);
    if (unsent > 0 && unsent + frame->length > client->all->unsent_bytes) {
        client->all->slow++;
        client_close(client, CLOSE_TRY_AGAIN_LATER, now_ms);
        return;
    }
    client->sent_ms = now_ms;
    if (!send_frame(client, frame)) {
        client_drop(client);
    }
}

static size_t most_unsent(const struct client_list *list) {
    size_t most = 0;
    const struct client *client;
    LIST_FOREACH(client, list, next) {
        size_t unsent = client_unsent(client);
        most = unsent > most ? unsent : most;
    }
    return most;
}

static void drop_behind(struct clients *all, struct client_list *list, size_t unsent_bytes) {
    struct client *client = LIST_FIRST(list);
    while (client && all->queued > all->unsent_memory) {
        struct client *next = client_next(client);
        if (client_unsent(client) >= unsent_bytes) {
            all->slow++;
            client_drop(client);
        }
        client = next;
    }
}

/* Each round halves what a client may have waiting, so that there are few rounds however many
 * clients there are. */
void clients_relieve(struct clients *all) {
    while (all->queued > all->unsent_memory) {
        size_t open = most_unsent(&all->open), closing = most_unsent(&all->closing);
        size_t least = (open > closing ? open : closing) / 2 + 1;
        drop_behind(all, &all->closing, least);
        drop_behind(all, &all->open, least);
    }
}

/* ---- receiving ----------------------------------------------------------------------------- */

static void put(void *self, const void *bytes, size_t length) {
    struct client *client = self;
    client->pongs += length;
    evbuffer_add(client->unsent, bytes, length);
}

static void handle_readable(struct bufferevent *stream, void *self) {
    struct client *client = self;
    struct evbuffer *input = bufferevent_get_input(stream);
    client->pings = 0;
    if (client->closing) {
        evbuffer_drain(input, evbuffer_get_length(input));
        return;
    }
    int64_t now_ms = client_clock_ms();
    if (!inbound_read(client->inbound, input)) {
        begin_closing(client, now_ms);
    } else if (client->pongs > PONG_BYTES) {
        client->all->slow++; /* it pings and does not read */
        client_close(client, CLOSE_TRY_AGAIN_LATER, now_ms);
    }
}

static void handle_sent(struct bufferevent *stream, void *self) {
    (void)stream;
    struct client *client = self;
    client->pongs = 0;
    if (client->closing) {
        shutdown(client->fd, SHUT_WR);
    }
}

static void handle_end(struct bufferevent *stream, short what, void *self) {
    (void)stream, (void)what;
    client_drop(self);
}

/* ---- life ---------------------------------------------------------------------------------- */

static void take_over(struct client *client) {
    const int yes = 1; /* messages are small and must not wait for each other's acknowledgement */
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    evhttp_connection_set_closecb(client->connection, handle_gone, client);
    bufferevent_set_max_single_read(client->stream, INBOUND_BYTES);
    bufferevent_setcb(client->stream, handle_readable, handle_sent, handle_end, client);
    bufferevent_enable(client->stream, EV_READ | EV_WRITE);
    if (evbuffer_get_length(bufferevent_get_input(client->stream)) > 0) {
        bufferevent_trigger(client->stream, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
    }
}

struct client *client_create(struct clients *all, struct evhttp_request *request,
                             const char *station) {
    struct client *client = mem_new(struct client);
    client->all = all;
    client->connection = evhttp_request_get_connection(request);
    client->stream = evhttp_connection_get_bufferevent(client->connection);
    client->unsent = bufferevent_get_output(client->stream);
    client->fd = bufferevent_getfd(client->stream);
    client->station = station && *station ? mem_dup(station) : NULL;
    client->inbound = inbound_create(put, client);
    client->sent_ms = client->pinged_ms = client_clock_ms();
    LIST_INSERT_HEAD(&all->open, client, next);
    all->open_count++;
    evhttp_clear_headers(evhttp_request_get_input_headers(request)); /* never asked for again */
    take_over(client);
    return client;
}

bool client_wants(const struct client *client, const char *station) {
    return !client->station || !station || text_same_letters(client->station, station);
}

void client_check(struct client *client, struct frame *ping, int64_t now_ms) {
    if (now_ms - client->pinged_ms < client->all->ping_ms) {
        return;
    }
    if (client->pings >= PINGS_MAXIMUM) {
        client->all->lost++;
        client_drop(client);
        return;
    }
    client->pings++;
    client->pinged_ms = now_ms;
    if (!send_frame(client, ping)) {
        client_drop(client);
    }
}

int64_t client_sent_ms(const struct client *client) {
    return client->sent_ms;
}

int64_t client_deadline_ms(const struct client *client) {
    return client->deadline_ms;
}

size_t client_unsent(const struct client *client) {
    return evbuffer_get_length(client->unsent);
}

struct client *client_next(const struct client *client) {
    return LIST_NEXT(client, next);
}
