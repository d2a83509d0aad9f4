/* SPDX-License-Identifier: Apache-2.0 */
/* What of series tracking goes to the state file, and comes back. */
#include "base/log.h"
#include "base/memory.h"
#include "keeper/keeper.h"
#include "series_record.h"
#include "tracking_parts.h"

void tracking_unsaved(struct tracking *tracking, struct series *series,
                      enum series_unsaved unsaved) {
    tracking_stale(tracking);
    if (!tracking->keeper) {
        return;
    }
    if (series->unsaved == SERIES_SAVED) {
        TAILQ_INSERT_TAIL(&tracking->unsaved, series, unsaved_link);
        keeper_mark(tracking->keeper);
    }
    series->unsaved = unsaved > series->unsaved ? unsaved : series->unsaved;
}

static void series_saved(struct tracking *tracking, struct series *series) {
    if (series->unsaved != SERIES_SAVED) {
        TAILQ_REMOVE(&tracking->unsaved, series, unsaved_link);
        series->unsaved = SERIES_SAVED;
    }
}

static void put(struct tracking *tracking, struct series *series, bool counts) {
    AUTOFREE char *key = series_record_key(series, counts);
    keeper_put(tracking->keeper, TRACKING_KIND, key,
               counts ? series_record_counts(series) : series_record(series));
}

void tracking_collect(void *self) {
    struct tracking *tracking = self;
    size_t at;
    json_t *key;
    json_array_foreach(tracking->removed, at, key) {
        keeper_put(tracking->keeper, TRACKING_KIND, json_string_value(key), NULL);
    }
    json_array_clear(tracking->removed);
    struct series *series;
    while ((series = TAILQ_FIRST(&tracking->unsaved))) {
        if (series->unsaved == SERIES_UNSAVED) {
            put(tracking, series, false);
        }
        put(tracking, series, true);
        series->in_file = true;
        series_saved(tracking, series);
    }
}

void tracking_forget(struct tracking *tracking, struct series *series) {
    pacing_flush(tracking->updates, &series->pace);
    series_saved(tracking, series);
    for (int counts = 0; series->in_file && counts < 2; counts++) {
        AUTOFREE char *key = series_record_key(series, counts);
        json_array_append_new(tracking->removed, json_string(key));
    }
    station_remove(series->station, series);
    series_destroy(series);
}

void tracking_restore(struct tracking *tracking, const char *key, const json_t *value) {
    if (!series_record_restore(&tracking->stations, key, value)) {
        log_warning("a series of the state file is damaged; it may be shown with fewer files, or "
                    "be announced again");
    }
    tracking_phases_soon(tracking);
}
