/* SPDX-License-Identifier: Apache-2.0 */
/* How series run, stall, go on and end, and stations fall silent: one timer for what is due next.
 */
#include "base/memory.h"
#include "repeats.h"
#include "tracking_parts.h"
#include "wall_clock.h"
#include "workers/clock.h"

static void arm(struct tracking *tracking, int64_t at_ms, int64_t now) {
    if (!tracking->armed_ms || at_ms < tracking->armed_ms) {
        struct timeval wait = clock_delay(at_ms - now);
        event_add(tracking->phases_timer, &wait);
        tracking->armed_ms = at_ms;
    }
}

static int64_t silence_ms(const struct tracking *tracking, int64_t heard_ms, int64_t now) {
    return now - (heard_ms > tracking->clock.started_ms ? heard_ms : tracking->clock.started_ms);
}

/* ---- what becomes of a series -------------------------------------------------------------- */

static void set_phase(struct tracking *tracking, struct series *series, enum series_phase phase) {
    pacing_flush(tracking->updates, &series->pace);
    station_set_phase(series->station, series, phase);
    tracking_unsaved(tracking, series, SERIES_COUNTS_UNSAVED);
}

static json_t *seconds(int64_t ms) {
    return ms < 0 ? json_null() : json_real((double)ms / 1000);
}

static json_t *images_due(const struct series *series) {
    uint64_t expected = series->about.expected;
    return expected ? json_integer((json_int_t)expected) : json_null();
}

static void stall(struct tracking *tracking, struct series *series, int64_t now) {
    set_phase(tracking, series, SERIES_STALLED);
    json_t *content = json_object();
    json_object_set_new(content, "silent", seconds(silence_ms(tracking, series->heard_ms, now)));
    json_object_set_new(content, "gap", seconds(cadence_gap_ms(&series->cadence)));
    json_object_set_new(content, "count", json_integer((json_int_t)series->count));
    json_object_set_new(content, "expected", images_due(series));
    tracking_publish_content(tracking, "stalled", series, content);
}

static void resume(struct tracking *tracking, struct series *series, int64_t silent_ms) {
    json_t *content = json_object();
    json_object_set_new(content, "silent", seconds(silent_ms));
    tracking_publish_content(tracking, "resumed", series, content);
}

/* what was begun instead of it may have come before it was known to be incomplete */
static void link_follower(struct tracking *tracking, struct series *series) {
    struct series *later = repeats_follower(series, tracking->settings.phases.session_end_ms);
    if (later && !later->repeats) {
        repeats_set(later, series);
        tracking_unsaved(tracking, later, SERIES_UNSAVED);
    }
}

static void end(struct tracking *tracking, struct series *series, const char *reason) {
    set_phase(tracking, series, SERIES_ENDED);
    series->incomplete = phases_images_due(series);
    if (series->incomplete) {
        link_follower(tracking, series);
    }
    json_t *content = json_object();
    json_object_set_new(content, "count", json_integer((json_int_t)series->count));
    json_object_set_new(content, "expected", images_due(series));
    json_object_set_new(content, "incomplete", json_boolean(series->incomplete));
    json_object_set_new(content, "reason", json_string(reason));
    tracking_publish_content(tracking, "ended", series, content);
}

/* ---- what becomes of a station ------------------------------------------------------------- */

static void publish_silence(struct tracking *tracking, struct series *last, int64_t silent_ms) {
    struct text_builder since = {0};
    tracking_unsaved(tracking, last, SERIES_COUNTS_UNSAVED);
    text_builder_moment(&since, last->silent_ms);
    json_t *content = json_object();
    json_object_set_new(content, "silent", seconds(silent_ms));
    json_object_set_new(content, "since", json_loads(since.bytes, JSON_DECODE_ANY, NULL));
    free(since.bytes);
    tracking_publish_content(tracking, "silent", last, content);
}

static void fall_silent(struct tracking *tracking, struct station *station, int64_t now) {
    struct series *last = TAILQ_FIRST(&station->by_use);
    int64_t silent_ms = silence_ms(tracking, station->heard_ms, now);
    last->silent_ms = wall_clock_ms() - silent_ms;
    publish_silence(tracking, last, silent_ms);
}

static void end_session(struct tracking *tracking, struct station *station) {
    struct series *last = TAILQ_FIRST(&station->by_use);
    station->idle = true;
    if (last->silent_ms) {
        last->silent_ms = 0;
        publish_silence(tracking, last, -1);
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
            end(tracking, series, due.step == PHASES_END_NEXT_SERIES ? "next-series" : "silence");
            return INT64_MAX;
        }
        stall(tracking, series, now);
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
            fall_silent(tracking, station, now);
        } else {
            end_session(tracking, station);
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
    if (heard >= station->heard_ms) {
        station->heard_ms = heard > tracking->clock.started_ms ? heard : tracking->clock.started_ms;
        station->age_ms = station->heard_ms - heard;
        station->live = !file->backlog;
        station->idle = false;
    }
    struct series *last = TAILQ_FIRST(&station->by_use);
    if (last->silent_ms) {
        last->silent_ms = 0;
        tracking_unsaved(tracking, last, SERIES_COUNTS_UNSAVED);
    }
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

void tracking_phases_file(struct tracking *tracking, const struct tracking_file *file,
                          struct series *series) {
    int64_t now = clock_ms(), pause = pause_ms(series, file, now);
    if (file->backlog) {
        cadence_break(&series->cadence);
    } else if (!file->again) {
        cadence_note(&series->cadence, now);
    }
    if (series->station->begun > series->seen_order && !file->again) {
        unlink_followers(tracking, series);
    }
    series->live = !file->backlog;
    series->heard_ms = now;
    series->age_ms = age_of(file);
    series->written_ms =
        file->written_ms > series->written_ms ? file->written_ms : series->written_ms;
    bool stalled = series->phase == SERIES_STALLED;
    if (stalled || (series->phase == SERIES_ENDED && !file->again)) {
        series->incomplete = false;
        set_phase(tracking, series, SERIES_RUNNING);
    }
    if (stalled) {
        resume(tracking, series, pause);
    }
}

void tracking_phases_unread(struct tracking *tracking, const struct tracking_file *file,
                            struct series *series) {
    struct tracking_file what = *file;
    what.again = true; /* the scanner sends, but it is no image of the series */
    tracking_phases_file(tracking, &what, series);
    tracking_phases_heard(tracking, &what, series->station);
}

void tracking_phases_counted(struct tracking *tracking, struct series *series) {
    if (series->count == series->about.expected && series->phase != SERIES_ENDED) {
        end(tracking, series, "complete");
    }
}

void tracking_phases_begun(struct tracking *tracking, struct series *series) {
    repeats_set(series, repeats_find(series, tracking->settings.phases.session_end_ms));
}
