/* SPDX-License-Identifier: Apache-2.0 */
/* A loop, an HTTP service on it, and sinks as the daemon has them, with a host of our own. */
#pragma once

#include "http/http_service.h"

#include <event2/event.h>
#include <event2/http.h>
#include <mrqart/plugin.h>
#include <stdbool.h>
#include <stddef.h>

/* cmocka wants these three, in this order, before itself */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fixture {
    struct mrq_host host;
    struct event_base *base;
    struct http_service *service;
    const struct mrq_plugin *plugin;
    void *sink;
    unsigned ports[4]; /* of the addresses, in the order of their asking */
    char labels[4][16];
    size_t port_count;
    const char *state, *health; /* what mrq_state() and mrq_healthz() say */
    int health_status;
    unsigned state_texts; /* how many of them are not released */
    double numbers[16];   /* of the last report, by name */
    char names[16][32];
    size_t number_count;
    char warning[256];
};

/** A service with nothing on it; for cmocka's set-up. */
int fixture_create(void **state);
int fixture_destroy(void **state);

/** Loads the plugin FILE and opens it; values as fake_settings_create() takes them. */
void fixture_open(struct fixture *fixture, const char *file, const char *values);

/** Binds the addresses and starts the sink. */
void fixture_start(struct fixture *fixture);

/** Lets the loop run one round; ends the test program when nothing happens for ever. */
void fixture_turn(struct fixture *fixture);

/** Hands the sink one event; station may be NULL. */
void fixture_event(struct fixture *fixture, const char *station, const char *message);

/** Asks the sink for its report; the number called name. */
double fixture_report(struct fixture *fixture, const char *name);
