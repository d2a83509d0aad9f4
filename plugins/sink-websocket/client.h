/* SPDX-License-Identifier: Apache-2.0 */
/* One browser on the websocket, from the 101 to the end of its connection. */
#pragma once

#include "frame.h"

#include <event2/http.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct client;
LIST_HEAD(client_list, client);

/** All clients of an instance: a client moves itself from list to list, and counts why. */
struct clients {
    struct client_list open;    /* take messages */
    struct client_list closing; /* have been sent a close, and are waited for a little */
    size_t open_count, closing_count;
    size_t unsent_bytes;  /* how much may wait for one client */
    size_t unsent_memory; /* and of the memory for all of them */
    size_t queued;        /* of the memory, by messages that wait */
    int64_t ping_ms;      /* how often a client is asked for a sign of life */
    uint64_t slow;        /* dropped with too much unsent */
    uint64_t lost;        /* dropped without a sign of life */
};

/**
 * Takes over the connection of request, which has been answered with 101, and joins all->open.
 * station: of the events it wants; NULL or "": every one.
 */
struct client *client_create(struct clients *all, struct evhttp_request *request,
                             const char *station);

/** Ends it at once. */
void client_drop(struct client *client);

/** True if the client wants the events of station; NULL: an event of no station. */
bool client_wants(const struct client *client, const char *station);

/** Sends a frame, or queues what the socket does not take. May drop the client, and no other. */
void client_send(struct client *client, struct frame *frame, int64_t now_ms);

/** Sends a close, takes it off the open ones, and ends it when the other side has, or soon. */
void client_close(struct client *client, unsigned code, int64_t now_ms);

/** Sends ping when it is time to; drops a client that has not answered. */
void client_check(struct client *client, struct frame *ping, int64_t now_ms);

/** While more waits for all together than may, drops those who are furthest behind. */
void clients_relieve(struct clients *all);

/** When the client was last sent a message. */
int64_t client_sent_ms(const struct client *client);

/** When a closing client is no longer waited for. */
int64_t client_deadline_ms(const struct client *client);

/** The bytes that wait for it. */
size_t client_unsent(const struct client *client);

/** The next one in its list. */
struct client *client_next(const struct client *client);

/** The clock of all times here: monotonic, in ms. */
int64_t client_clock_ms(void);
