/* SPDX-License-Identifier: Apache-2.0 */
/* The pace of a simulation: so many times as fast as the clock on the wall, until it is stopped. */
#include "pace.h"

#include <errno.h>
#include <math.h>
#include <signal.h>

static sigset_t stop_signals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

void pace_begin(struct pace *pace, double speed) {
    sigset_t signals = stop_signals();
    sigprocmask(SIG_BLOCK, &signals, NULL);
    pace->speed = speed;
    clock_gettime(CLOCK_MONOTONIC, &pace->began);
}

static double passed_ms(const struct pace *pace) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - pace->began.tv_sec) * 1e3 +
           (double)(now.tv_nsec - pace->began.tv_nsec) / 1e6;
}

/* a wait for a signal is a pause that a signal ends, even one that came just before */
bool pace_wait(const struct pace *pace, double ms) {
    sigset_t signals = stop_signals();
    for (;;) {
        double left = pace->speed > 0 ? ms / pace->speed - passed_ms(pace) : 0;
        left = left > 0 ? left : 0;
        struct timespec pause = {.tv_sec = (time_t)(left / 1e3),
                                 .tv_nsec = (long)(fmod(left, 1e3) * 1e6)};
        if (sigtimedwait(&signals, NULL, &pause) > 0) {
            return false;
        }
        if (errno == EAGAIN) {
            return true;
        }
    }
}
