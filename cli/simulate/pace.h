/* SPDX-License-Identifier: Apache-2.0 */
/* The pace of a simulation: so many times as fast as the clock on the wall, until it is stopped. */
#pragma once

#include <stdbool.h>
#include <time.h>

struct pace {
    double speed; /* 0: no pauses */
    struct timespec began;
};

/** Begins at 0 ms. From here on SIGINT and SIGTERM end the next wait, and nothing else. */
void pace_begin(struct pace *pace, double speed);

/**
 * Waits until ms of simulated time have passed since the beginning; what was late is caught up.
 * False: the simulation is to stop.
 */
bool pace_wait(const struct pace *pace, double ms);
