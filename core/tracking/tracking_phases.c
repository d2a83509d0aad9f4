/* SPDX-License-Identifier: Apache-2.0 */
/* When series and stations take their steps: one timer for what is due next, and files that come.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "repeats.h"
#include "tracking_parts.h"
#include "wall_clock.h"

/*
 * A timer that is as late as that: we have not run meanwhile (stopped, a virtual machine put
 * aside), what has come is not read yet, and that time is nobody's silence.
 */
enum { LATE_MS = 1000 };

static int64_t later_of(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static void arm(struct tracking *tracking, int64_t at_ms, int64_t now) {
    if (!tracking->armed_ms || at_ms < tracking->armed_ms) {
        struct timeval wait = clock_delay(at_ms - now);
        event_add(tracking->phases_timer, &wait);
        tracking->armed_ms = at_ms;
    }
}

/* ---- in time ------------------------------------------------------------------------------- */

/* When it is due the series takes its step; returns when the next one is. */
static int64_t step_series(struct tracking *tracking, struct series *series, int64_t now) {
    for (;;) {
        struct phases_due due =
            phases_of_series(&tracking->settings.phases, &tracking->clock, series);
        if (due.at_ms > now) {
            return due.at_ms;
        }
        if (due.step != PHASES_STALL) {
            tracking_end(tracking, series,
                         due.step == PHASES_END_NEXT_SERIES ? "next-series" : "silence");
            return INT64_MAX;
        }
        tracking_stall(tracking, series, now);
    }
}

static int64_t step_station(struct tracking *tracking, struct station *station, int64_t now) {
    for (;;) {
        struct phases_due due =
            phases_of_station(&tracking->settings.phases, &tracking->clock, station);
        if (due.at_ms > now) {
            return due.at_ms;
        }
        if (due.step == PHASES_SILENT) {
            tracking_fall_silent(tracking, station, now);
        } else {
            tracking_end_session(tracking, station);
        }
    }
}

static int64_t earlier_of(int64_t a, int64_t b) {
    return a < b ? a : b;
}

void tracking_phases_check(struct tracking *tracking, struct station *station) {
    int64_t now = clock_ms(), next = INT64_MAX;
    for (struct series *series = TAILQ_FIRST(&station->going), *after; series; series = after) {
        after = TAILQ_NEXT(series, going);
        next = earlier_of(next, step_series(tracking, series, now));
    }
    next = earlier_of(next, step_station(tracking, station, now));
    if (next < INT64_MAX) {
        arm(tracking, next, now);
    }
}

static void handle_timer(evutil_socket_t none, short what, void *self) {
    (void)none;
    (void)what;
    struct tracking *tracking = self;
    int64_t now = clock_ms();
    if (now - tracking->armed_ms > LATE_MS) {
        tracking->clock.started_ms = now;
    }
    tracking->armed_ms = 0;
    for (size_t i = 0; i < tracking->stations.count; i++) {
        tracking_phases_check(tracking, tracking->stations.list[i]);
    }
}

void tracking_phases_soon(struct tracking *tracking) {
    int64_t now = clock_ms();
    arm(tracking, now, now);
}

void tracking_phases_init(struct tracking *tracking, struct event_base *base) {
    tracking->clock.started_ms = clock_ms();
    tracking->phases_timer = evtimer_new(base, handle_timer, tracking);
    if (!tracking->phases_timer) {
        abort(); /* out of memory, the one reason there is */
    }
}

/* ---- a file comes -------------------------------------------------------------------------- */

static int64_t age_of(const struct tracking_file *file) {
    int64_t age = file->backlog && file->written_ms ? wall_clock_ms() - file->written_ms : 0;
    return age > 0 ? age : 0;
}

void tracking_phases_heard(struct tracking *tracking, const struct tracking_file *file,
                           struct station *station) {
    int64_t now = clock_ms(), age = age_of(file), heard = now - age;
    if (file->backlog) {
        tracking->clock.caught_up_ms = now;
    }
    int64_t started = tracking->clock.started_ms;
    if (heard >= later_of(station->heard_ms, started) - station->age_ms) {
        station->heard_ms = later_of(heard, started);
        station->age_ms = station->heard_ms - heard;
        station->live = !file->backlog;
        station->idle = false;
    }
    tracking_end_silence(tracking, station);
    arm(tracking, now + phases_least_ms(&tracking->settings.phases), now);
}

/* how long a series that goes on had sent nothing, as far as anybody knows; else -1 */
static int64_t pause_ms(const struct series *series, const struct tracking_file *file,
                        int64_t now) {
    if (series->live && !file->backlog) {
        return now - series->heard_ms;
    }
    bool known = series->written_ms && file->written_ms > series->written_ms;
    return known ? file->written_ms - series->written_ms : -1;
}

/* two series that get images at the same time are no repeat of each other */
static void unlink_followers(struct tracking *tracking, struct series *series) {
    struct series *later = series;
    while ((later = TAILQ_PREV(later, series_list, begun))) {
        if (repeats_is(later, series)) {
            repeats_set(later, NULL);
            tracking_unsaved(tracking, later, SERIES_UNSAVED);
        }
    }
}

/* of its newest image; the clock may have been set back since the one before */
static void note_written(struct series *series, const struct tracking_file *file) {
    if (!file->backlog || file->written_ms > series->written_ms) {
        series->written_ms = file->written_ms;
    }
}

/* something of the series has come; image: one that it did not have yet */
static void go_on(struct tracking *tracking, const struct tracking_file *file,
                  struct series *series, bool image) {
    int64_t now = clock_ms(), pause = pause_ms(series, file, now);
    series->live = !file->backlog;
    series->heard_ms = now;
    series->age_ms = age_of(file);
    if (image) {
        note_written(series, file);
    }
    bool stalled = series->phase == SERIES_STALLED;
    if (stalled || (series->phase == SERIES_ENDED && image)) {
        series->incomplete = false;
        tracking_set_phase(tracking, series, SERIES_RUNNING);
    }
    if (stalled) {
        tracking_resume(tracking, series, pause);
    }
}

void tracking_phases_file(struct tracking *tracking, const struct tracking_file *file,
                          struct series *series) {
    if (file->again) { /* it says nothing of the images that are due */
        note_written(series, file);
        return;
    }
    if (file->backlog) {
        cadence_break(&series->cadence);
    } else {
        cadence_note(&series->cadence, clock_ms());
    }
    if (series->station->begun > series->seen_order) {
        unlink_followers(tracking, series);
    }
    series->seen_order = series->station->begun;
    go_on(tracking, file, series, true);
}

void tracking_phases_unread(struct tracking *tracking, const struct tracking_file *file,
                            struct series *series) {
    go_on(tracking, file, series, false);
    tracking_phases_heard(tracking, file, series->station);
}

void tracking_phases_counted(struct tracking *tracking, struct series *series) {
    if (series->count == series->about.expected && series->phase != SERIES_ENDED) {
        tracking_end(tracking, series, "complete");
    }
}

void tracking_phases_begun(struct tracking *tracking, struct series *series) {
    repeats_set(series, repeats_find(series, tracking->settings.phases.session_end_ms));
}
