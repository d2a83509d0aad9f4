/* SPDX-License-Identifier: Apache-2.0 */
/* All clients of an instance: who gets which message, and who is still there. */
#pragma once

#include <event2/http.h>
#include <mrqart/plugin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hub;

struct hub_limits {
    size_t clients;       /* at a time */
    size_t unsent_bytes;  /* waiting for one client */
    size_t unsent_memory; /* taken by what waits for all of them */
    int64_t ping_ms;      /* how often a client is pinged */
    int64_t alive_ms;     /* the longest silence */
};

struct hub *hub_create(struct mrq_host *host);
void hub_destroy(struct hub *hub); /* takes NULL; ends every client's connection */

void hub_limit(struct hub *hub, const struct hub_limits *limits);
bool hub_start(struct hub *hub); /* says why it cannot */
void hub_stop(struct hub *hub);  /* says goodbye (1001) to every client */

/** False: there are as many clients as may be. */
bool hub_has_room(struct hub *hub);

/** A client whose handshake is done; station: of the events it wants, "" for every one. */
void hub_join(struct hub *hub, struct evhttp_request *request, const char *station);

void hub_broadcast(struct hub *hub, const struct mrq_event *event);
void hub_report(const struct hub *hub, struct mrq_report *report);
