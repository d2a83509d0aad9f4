/* SPDX-License-Identifier: Apache-2.0 */
/* Messages to all clients, each made once; and the tick that finds the silent and the dead. */
#include "hub.h"

#include "base/memory.h"
#include "client.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define CLOSE_GOING_AWAY 1001

/* the tick: a twentieth of the shorter interval: none is late by more; within these bounds */
#define TICKS_PER_INTERVAL 20
#define TICK_MINIMUM_MS 5
#define TICK_MAXIMUM_MS 1000

#define TIME_BYTES 40

struct hub {
    struct mrq_host *host;
    struct clients clients;
    size_t maximum;
    int64_t alive_ms;
    uint64_t seq; /* of the newest event */
    struct event *tick;
    bool stopped;
    uint64_t refused;
};

/* ---- messages of its own ------------------------------------------------------------------- */

/* ISO 8601 with zone: 2024-10-16T16:50:16.250+02:00 */
static void write_time(char out[TIME_BYTES]) {
    struct timespec now;
    struct tm local;
    char zone[8];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    size_t length = strftime(out, TIME_BYTES, "%FT%T", &local);
    strftime(zone, sizeof(zone), "%z", &local);
    snprintf(out + length, TIME_BYTES - length, ".%03ld%.3s:%s", now.tv_nsec / 1000000, zone,
             zone + 3);
}

static struct frame *make_hello(const struct hub *hub) {
    char time[TIME_BYTES];
    write_time(time);
    AUTOFREE char *text = mem_printf("{\"station\": null, \"type\": \"hello\", \"content\": "
                                     "{\"version\": \"%s\", \"epoch\": \"%s\", \"seq\": %" PRIu64
                                     "}, \"time\": \"%s\"}",
                                     hub->host->version, hub->host->epoch, hub->seq, time);
    return frame_create(FRAME_TEXT, text, strlen(text));
}

static struct frame *make_alive(const struct hub *hub) {
    char time[TIME_BYTES];
    write_time(time);
    AUTOFREE char *text = mem_printf("{\"type\": \"alive\", \"epoch\": \"%s\", \"seq\": %" PRIu64
                                     ", \"time\": \"%s\"}",
                                     hub->host->epoch, hub->seq, time);
    return frame_create(FRAME_TEXT, text, strlen(text));
}

/* ---- the tick ------------------------------------------------------------------------------ */

static void tell_alive(struct hub *hub, int64_t now_ms) {
    struct frame *alive = make_alive(hub);
    struct client *client = LIST_FIRST(&hub->clients.open);
    while (client) {
        struct client *next = client_next(client);
        if (now_ms - client_sent_ms(client) >= hub->alive_ms) {
            client_send(client, alive, now_ms);
        }
        client = next;
    }
    frame_release(alive);
}

static void check_open(struct hub *hub, int64_t now_ms) {
    struct frame *ping = frame_create(FRAME_PING, NULL, 0);
    struct client *client = LIST_FIRST(&hub->clients.open);
    while (client) {
        struct client *next = client_next(client);
        client_check(client, ping, now_ms);
        client = next;
    }
    frame_release(ping);
}

static void drop_overdue(struct hub *hub, int64_t now_ms) {
    struct client *client = LIST_FIRST(&hub->clients.closing);
    while (client) {
        struct client *next = client_next(client);
        if (client_deadline_ms(client) <= now_ms) {
            client_drop(client);
        }
        client = next;
    }
}

static void handle_tick(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct hub *hub = self;
    int64_t now_ms = client_clock_ms();
    drop_overdue(hub, now_ms);
    check_open(hub, now_ms);
    tell_alive(hub, now_ms);
    clients_relieve(&hub->clients);
    if (LIST_EMPTY(&hub->clients.open) && LIST_EMPTY(&hub->clients.closing)) {
        event_del(hub->tick);
    }
}

static void set_tick(struct hub *hub) {
    int64_t shorter = hub->alive_ms < hub->clients.ping_ms ? hub->alive_ms : hub->clients.ping_ms;
    int64_t tick_ms = shorter / TICKS_PER_INTERVAL;
    tick_ms = tick_ms < TICK_MINIMUM_MS ? TICK_MINIMUM_MS : tick_ms;
    tick_ms = tick_ms > TICK_MAXIMUM_MS ? TICK_MAXIMUM_MS : tick_ms;
    const struct timeval every = {.tv_sec = tick_ms / 1000, .tv_usec = tick_ms % 1000 * 1000};
    event_add(hub->tick, &every);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct hub *hub_create(struct mrq_host *host) {
    struct hub *hub = mem_new(struct hub);
    hub->host = host;
    return hub;
}

void hub_destroy(struct hub *hub) {
    if (!hub) {
        return;
    }
    while (!LIST_EMPTY(&hub->clients.open)) {
        client_drop(LIST_FIRST(&hub->clients.open));
    }
    while (!LIST_EMPTY(&hub->clients.closing)) {
        client_drop(LIST_FIRST(&hub->clients.closing));
    }
    if (hub->tick) {
        event_free(hub->tick);
    }
    free(hub);
}

void hub_limit(struct hub *hub, const struct hub_limits *limits) {
    hub->maximum = limits->clients;
    hub->alive_ms = limits->alive_ms;
    hub->clients.unsent_bytes = limits->unsent_bytes;
    hub->clients.unsent_memory = limits->unsent_memory;
    hub->clients.ping_ms = limits->ping_ms;
    if (hub->tick && event_pending(hub->tick, EV_TIMEOUT, NULL)) {
        set_tick(hub);
    }
}

bool hub_start(struct hub *hub) {
    hub->tick = event_new(hub->host->base, -1, EV_PERSIST, handle_tick, hub);
    if (!hub->tick) {
        mrq_error(hub->host, "cannot join the event loop");
        return false;
    }
    return true;
}

void hub_stop(struct hub *hub) {
    hub->stopped = true;
    int64_t now_ms = client_clock_ms();
    while (!LIST_EMPTY(&hub->clients.open)) {
        client_close(LIST_FIRST(&hub->clients.open), CLOSE_GOING_AWAY, now_ms);
    }
}

bool hub_has_room(struct hub *hub) {
    bool room =
        !hub->stopped && hub->clients.open_count + hub->clients.closing_count < hub->maximum;
    hub->refused += !room;
    return room;
}

void hub_join(struct hub *hub, struct evhttp_request *request, const char *station) {
    struct client *client = client_create(&hub->clients, request, station);
    if (!event_pending(hub->tick, EV_TIMEOUT, NULL)) {
        set_tick(hub);
    }
    struct frame *hello = make_hello(hub);
    client_send(client, hello, client_clock_ms());
    frame_release(hello);
}

void hub_broadcast(struct hub *hub, const struct mrq_event *event) {
    hub->seq = event->seq;
    struct client *client = LIST_FIRST(&hub->clients.open);
    if (!client) {
        return;
    }
    struct frame *frame = frame_create(FRAME_TEXT, event->message->data, event->message->length);
    int64_t now_ms = client_clock_ms();
    while (client) {
        struct client *next = client_next(client);
        if (client_wants(client, event->station)) {
            client_send(client, frame, now_ms);
        }
        client = next;
    }
    frame_release(frame);
    clients_relieve(&hub->clients);
}

void hub_report(const struct hub *hub, struct mrq_report *report) {
    size_t unsent = 0;
    const struct client *client = LIST_FIRST(&hub->clients.open);
    for (; client; client = client_next(client)) {
        unsent += client_unsent(client);
    }
    mrq_report_number(report, "clients", (double)hub->clients.open_count);
    mrq_report_number(report, "closing", (double)hub->clients.closing_count);
    mrq_report_number(report, "unsent_bytes", (double)unsent);
    mrq_report_number(report, "unsent_memory", (double)hub->clients.queued);
    mrq_report_number(report, "dropped_slow", (double)hub->clients.slow);
    mrq_report_number(report, "dropped_silent", (double)hub->clients.lost);
    mrq_report_number(report, "refused", (double)hub->refused);
}
