/* SPDX-License-Identifier: Apache-2.0 */
/* The time of day, as messages tell it; for how time passes see clock.h. */
#pragma once

#include <stdint.h>
#include <time.h>

/** ms since 1970. */
static inline int64_t wall_clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
