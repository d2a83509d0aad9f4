/* SPDX-License-Identifier: Apache-2.0 */
/* What of series tracking goes to the state file, and comes back. */
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

/* only what is new: a series may have as many images as there are in 256 records */
static void put_instances(struct tracking *tracking, struct series *series) {
    struct instances *instances = &series->instances;
    size_t records = (instances->count + INSTANCES_CHUNK - 1) / INSTANCES_CHUNK;
    size_t chunk = instances->saved / INSTANCES_CHUNK;
    for (; instances->saved < instances->count && chunk < records; chunk++) {
        AUTOFREE char *key = series_record_instances_key(series, chunk);
        keeper_put(tracking->keeper, TRACKING_KIND, key, instances_save(instances, chunk));
    }
    for (chunk = records; chunk < instances->records; chunk++) { /* it was put away meanwhile */
        AUTOFREE char *key = series_record_instances_key(series, chunk);
        keeper_put(tracking->keeper, TRACKING_KIND, key, NULL);
    }
    instances->saved = instances->count;
    instances->records = records;
}

void tracking_collect(void *self) {
    struct tracking *tracking = self;
    size_t at;
    json_t *key;
    json_array_foreach(tracking->removed, at, key) {
        keeper_put(tracking->keeper, TRACKING_KIND, json_string_value(key), NULL);
    }
    json_array_clear(tracking->removed);
    const char *orphan;
    json_t *images;
    json_object_foreach(tracking->early, orphan, images) { /* of series that are gone */
        keeper_put(tracking->keeper, TRACKING_KIND, orphan, NULL);
    }
    json_object_clear(tracking->early);
    struct series *series;
    while ((series = TAILQ_FIRST(&tracking->unsaved))) {
        if (series->unsaved == SERIES_UNSAVED) {
            put(tracking, series, false);
        }
        put_instances(tracking, series);
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
    for (size_t chunk = 0; chunk < series->instances.records; chunk++) {
        AUTOFREE char *key = series_record_instances_key(series, chunk);
        json_array_append_new(tracking->removed, json_string(key));
    }
    station_remove(series->station, series);
    series_destroy(series);
}

/* Its images come before its counts, but maybe before the series itself: they wait for the counts.
 */
static bool restore(struct tracking *tracking, const char *key, const json_t *value) {
    if (series_record_is_instances(key)) {
        return json_object_set(tracking->early, key, (json_t *)value) == 0;
    }
    struct series *series;
    bool good = series_record_restore(&tracking->stations, key, value, &series);
    for (size_t chunk = 0; good && series && series->open; chunk++) {
        AUTOFREE char *own = series_record_instances_key(series, chunk);
        const json_t *saved = json_object_get(tracking->early, own);
        if (!saved) {
            break;
        }
        good = instances_restore(&series->instances, saved, series->station->instance_bytes);
        json_object_del(tracking->early, own);
        series->instances.saved = series->instances.count;
        series->instances.records = chunk + 1;
    }
    return good;
}

bool tracking_restore(struct tracking *tracking, const char *key, const json_t *value) {
    tracking_phases_soon(tracking);
    return restore(tracking, key, value);
}
