/* SPDX-License-Identifier: Apache-2.0 */
/* What a simulation is asked for, and the three ways to do it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** So many sessions of each stream are left for people to look at. */
enum { KEPT_SESSIONS = 4, BETWEEN_SESSIONS_MS = 10000 };

struct simulation {
    const char *folder; /* that is written to */
    const char *from;   /* whose files are streamed again; NULL: simulated ones are */
    double speed;       /* of the clock on the wall; 0: no pauses */
    uint64_t random;
    int64_t start; /* of a seeded simulation's clock, in seconds since 1970; 0: the real time */
    unsigned long archive;    /* so many past sessions of each scanner; 0: a stream */
    unsigned long stop_after; /* volumes of the first run that is longer; 0: none stops */
    double pause_s;           /* on the wall, after which it goes on; 0: it does not */
    bool once, keep;
};

/** Each says why and returns false when it cannot go on; being stopped is no failure. */
bool streams_run(struct simulation *simulation);
bool history_write(struct simulation *simulation);
bool replay_run(const struct simulation *simulation);

/** Seconds since 1970 at ms of simulated time. */
double simulation_time(const struct simulation *simulation, double ms);
