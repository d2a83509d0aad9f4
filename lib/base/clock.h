/* SPDX-License-Identifier: Apache-2.0 */
/* Time as it passes, whatever anybody sets the clock to. */
#pragma once

#include <time.h>

static inline long long clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline long long clock_ms(void) {
    return clock_ns() / 1000000;
}

/** A delay for libevent's timers. */
static inline struct timeval clock_delay(long long ms) {
    long long delay = ms > 0 ? ms : 0;
    return (struct timeval){.tv_sec = delay / 1000, .tv_usec = delay % 1000 * 1000};
}
