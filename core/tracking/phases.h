/* SPDX-License-Identifier: Apache-2.0 */
/* When a series stalls and ends, and when a station is silent: what is due next, and at what time.
 */
#pragma once

#include "station.h"

/** Thresholds, ms; 0 turns a thing off. */
struct phases_settings {
    double stall_gaps;      /* images missing before a stall, in gaps of the series' own */
    int64_t stall_after_ms; /* the least silence that is a stall */
    int64_t silence_ms;     /* of a station */
    int64_t session_end_ms; /* without an image */
};

enum phases_step {
    PHASES_NOTHING,
    PHASES_STALL,
    PHASES_END_NEXT_SERIES,
    PHASES_END_SILENCE,
    PHASES_SILENT,
    PHASES_SESSION_END,
};

struct phases_due {
    enum phases_step step;
    int64_t at_ms; /* monotonic */
};

/** What time passes by; both monotonic, ms. */
struct phases_clock {
    int64_t started_ms;   /* when we were started: what was before nobody has heard */
    int64_t caught_up_ms; /* when the latest file of the backlog was counted */
};

/** Images of the series are due: it is known how many, and fewer have come. */
bool phases_images_due(const struct series *series);

/** What happens next to a series that has not ended, if no image comes. */
struct phases_due phases_of_series(const struct phases_settings *settings,
                                   const struct phases_clock *clock, struct series *series);

/** What happens next to a station, if nothing comes. */
struct phases_due phases_of_station(const struct phases_settings *settings,
                                    const struct phases_clock *clock,
                                    const struct station *station);

/** No step of a series comes earlier than this after its latest image. */
int64_t phases_least_ms(const struct phases_settings *settings);
