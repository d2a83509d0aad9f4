/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the running daemon, for those of them that need several others. */
#pragma once

#include <event2/event.h>
#include <mrqart/plugin.h>

/** All are made by daemon_run(), in this order, and taken down in the opposite one; but the HTTP
 * service goes first of all: what it holds is the others' memory. */
struct parts {
    const char *epoch;       /* which start this is */
    const char *program_dir; /* folder of mrqart-worker and its like */
    enum mrq_trial trial;    /* none: this daemon is to run */
    struct event_base *base;
    struct http_service *http;
    struct keeper *keeper;
    struct tracking *tracking;
    struct pipeline *pipeline;
    struct instances *instances;
    struct health *health;
};
