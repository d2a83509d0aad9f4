/* SPDX-License-Identifier: Apache-2.0 */
/* When a series stalls and ends, and when a station is silent. */
#include "phases.h"

enum {
    STALL_AFTER_MS = 15000, /* what ends are reckoned by where stalls are turned off */
    NEXT_PART = 5,          /* a fifth of a stall's time: the scanner is at another series */
    END_STALLS = 2,         /* a series has ended when it was silent for as long as two stalls */
    UNHEARD_STALLS = 2,     /* until a series whose latest image we did not see come is stalled */
};

static int64_t later_of(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static int64_t stall_after_ms(const struct phases_settings *settings) {
    return settings->stall_after_ms > 0 ? settings->stall_after_ms : STALL_AFTER_MS;
}

static int64_t gaps_ms(const struct phases_settings *settings, struct series *series) {
    int64_t gap = cadence_gap_ms(&series->cadence);
    gap = gap < 0 ? series->about.period_ms : gap;
    return (int64_t)(settings->stall_gaps * (double)gap);
}

bool phases_images_due(const struct series *series) {
    uint64_t expected = series->about.expected;
    return series->count < expected &&
           series->count + torn_lacking(&series->torn, &series->instances) < expected;
}

static int64_t heard_ms(const struct phases_clock *clock, const struct series *series) {
    int64_t heard = later_of(series->heard_ms, clock->started_ms);
    return series->live ? heard : later_of(heard, clock->caught_up_ms);
}

/* how long it must be silent to have ended */
static int64_t end_ms(const struct phases_settings *settings, const struct series *series,
                      int64_t stall) {
    int64_t end = END_STALLS * stall;
    if (phases_images_due(series)) {
        end = later_of(end, settings->silence_ms);
    }
    if (settings->session_end_ms > 0 && settings->session_end_ms < end) {
        end = settings->session_end_ms;
    }
    /* what was silent for long when we caught up with it need not be waited for again */
    return series->live ? end : later_of(end - series->age_ms, END_STALLS * stall);
}

/*
 * Whether the scanner was set to later after series. Not so if later is only late: what a long
 * reconstruction sends at once when another series is running already, and what is caught up with;
 * nor if it is computed, such as the motion-corrected twin.
 */
static bool is_next(const struct series *later, const struct series *series) {
    bool caught_up = !later->live && later->written_ms && later->written_ms < series->written_ms;
    return !caught_up && !about_derived(&later->about) &&
           !about_before(&later->about, &series->about);
}

static bool next_has_begun(const struct series *series) {
    const struct series *later = TAILQ_FIRST(&series->station->by_begin);
    while (later && later->order > series->seen_order && !is_next(later, series)) {
        later = TAILQ_NEXT(later, begun);
    }
    return later && later->order > series->seen_order && !series->station->shared;
}

struct phases_due phases_of_series(const struct phases_settings *settings,
                                   const struct phases_clock *clock, struct series *series) {
    int64_t heard = heard_ms(clock, series), gaps = gaps_ms(settings, series);
    int64_t stall = later_of(gaps, stall_after_ms(settings));
    bool due = phases_images_due(series);
    if (next_has_begun(series)) {
        int64_t overdue = later_of(gaps, stall_after_ms(settings) / NEXT_PART);
        return (struct phases_due){PHASES_END_NEXT_SERIES, heard + (due ? stall : overdue)};
    }
    int64_t end = end_ms(settings, series, stall);
    /* while we were not there, or what we caught up with was read, more may be on its way */
    int64_t wait = series->live ? stall : UNHEARD_STALLS * stall;
    bool told = settings->stall_after_ms > 0 && due && series->phase == SERIES_RUNNING;
    if (told && (series->live || wait < end)) {
        return (struct phases_due){PHASES_STALL, heard + wait};
    }
    return (struct phases_due){PHASES_END_SILENCE, heard + end};
}

struct phases_due phases_of_station(const struct phases_settings *settings,
                                    const struct phases_clock *clock,
                                    const struct station *station) {
    const struct phases_due nothing = {PHASES_NOTHING, INT64_MAX};
    if (station->idle || TAILQ_EMPTY(&station->by_use)) {
        return nothing;
    }
    int64_t heard = later_of(station->heard_ms, clock->started_ms);
    struct phases_due silent = {PHASES_SILENT, heard + settings->silence_ms};
    if (!station->live) {
        silent.at_ms = later_of(silent.at_ms, clock->caught_up_ms + stall_after_ms(settings));
    }
    if (settings->silence_ms == 0 || station_silent_ms(station)) {
        silent = nothing;
    }
    if (settings->session_end_ms == 0) {
        return silent;
    }
    int64_t end = heard + settings->session_end_ms - station->age_ms;
    return end <= silent.at_ms ? (struct phases_due){PHASES_SESSION_END, end} : silent;
}

int64_t phases_least_ms(const struct phases_settings *settings) {
    int64_t least = stall_after_ms(settings);
    if (settings->silence_ms > 0 && settings->silence_ms < least) {
        least = settings->silence_ms;
    }
    if (settings->session_end_ms > 0 && settings->session_end_ms < least) {
        least = settings->session_end_ms;
    }
    return least;
}
