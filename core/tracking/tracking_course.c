/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a series and of its station: the steps of their course, and the events of each.
 */
#include "base/memory.h"
#include "repeats.h"
#include "tracking_parts.h"
#include "wall_clock.h"

static int64_t silence_ms(const struct tracking *tracking, int64_t heard_ms, int64_t now) {
    return now - (heard_ms > tracking->clock.started_ms ? heard_ms : tracking->clock.started_ms);
}

/* ---- what becomes of a series -------------------------------------------------------------- */

void tracking_set_phase(struct tracking *tracking, struct series *series, enum series_phase phase) {
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

void tracking_stall(struct tracking *tracking, struct series *series, int64_t now) {
    int64_t silent_ms = silence_ms(tracking, series->heard_ms, now) + series->age_ms;
    tracking_set_phase(tracking, series, SERIES_STALLED);
    json_t *content = json_object();
    json_object_set_new(content, "silent", seconds(silent_ms));
    json_object_set_new(content, "gap", seconds(cadence_gap_ms(&series->cadence)));
    json_object_set_new(content, "count", json_integer((json_int_t)series->count));
    json_object_set_new(content, "expected", images_due(series));
    tracking_publish_content(tracking, "stalled", series, content);
}

void tracking_resume(struct tracking *tracking, struct series *series, int64_t silent_ms) {
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

/* whoever has answered for something else has not seen yet that images are missing */
static void outdate_answer(struct tracking *tracking, struct series *series) {
    if (!series->answered_incomplete) {
        tracking_outdate_answer(series);
        tracking_unsaved(tracking, series, SERIES_UNSAVED);
    }
}

void tracking_end(struct tracking *tracking, struct series *series, const char *reason) {
    tracking_set_phase(tracking, series, SERIES_ENDED);
    series->incomplete = phases_images_due(series);
    if (series->incomplete) {
        link_follower(tracking, series);
        outdate_answer(tracking, series);
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

void tracking_fall_silent(struct tracking *tracking, struct station *station, int64_t now) {
    struct series *last = TAILQ_FIRST(&station->by_use);
    int64_t silent_ms = silence_ms(tracking, station->heard_ms, now);
    last->silent_ms = wall_clock_ms() - silent_ms;
    publish_silence(tracking, last, silent_ms);
}

void tracking_end_session(struct tracking *tracking, struct station *station) {
    struct series *last = TAILQ_FIRST(&station->by_use);
    station->idle = true;
    if (last->silent_ms) {
        last->silent_ms = 0;
        publish_silence(tracking, last, -1);
    }
}

/* the silence is kept with the series that was last before */
void tracking_end_silence(struct tracking *tracking, struct station *station) {
    struct series *last = TAILQ_FIRST(&station->by_use);
    for (int i = 0; last && i < 2; i++, last = TAILQ_NEXT(last, used)) {
        if (last->silent_ms) {
            last->silent_ms = 0;
            tracking_unsaved(tracking, last, SERIES_COUNTS_UNSAVED);
        }
    }
}
