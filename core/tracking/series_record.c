/* SPDX-License-Identifier: Apache-2.0 */
/* A series in the state file. */
#include "series_record.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "check/status.h"
#include "wall_clock.h"

#include <inttypes.h>
#include <stdio.h>

char *series_record_key(const struct series *series, bool counts) {
    AUTOFREE char *key = series_key_text(series);
    return mem_printf("%s%s", key, counts ? "/count" : "");
}

static const char images[] = "/images/";

char *series_record_instances_key(const struct series *series, size_t chunk) {
    AUTOFREE char *key = series_key_text(series);
    return mem_printf("%s%s%zu", key, images, chunk);
}

bool series_record_is_instances(const char *key) {
    return strstr(key, images);
}

static json_t *save_digests(const struct series *series) {
    json_t *digests = json_array();
    unsigned first = series->digest_count < SERIES_DIGESTS ? 0 : series->digest_next;
    for (unsigned i = 0; i < series->digest_count; i++) {
        uint64_t digest = series->digests[(first + i) % SERIES_DIGESTS];
        json_array_append_new(digests, json_integer((json_int_t)digest));
    }
    return digests;
}

json_t *series_record(const struct series *series) {
    json_t *record = json_object();
    json_object_set_new(record, "station", json_string(series->station->name));
    json_object_set_new(record, "order", json_integer((json_int_t)series->order));
    json_object_set_new(record, "split", json_boolean(series->split));
    json_object_set_new(record, "status", json_integer(series->status));
    json_object_set_new(record, "started", json_integer(series->started_ms));
    json_object_set_new(record, "series", about_save(&series->about));
    json_object_set(record, "changes", series->changes);
    if (series->repeats) {
        json_object_set_new(record, "repeats", json_loads(series->repeats, 0, NULL));
    }
    json_object_set(record, "acknowledged", series->answer);
    json_object_set_new(record, "answered_incomplete", json_boolean(series->answered_incomplete));
    json_object_set_new(record, "watched", watched_save(&series->watched));
    json_object_set_new(record, "digests", save_digests(series));
    json_object_set_new(record, "result",
                        json_loadb(series->result, series->result_length, 0, NULL));
    return record;
}

json_t *series_record_counts(struct series *series) {
    json_t *record = json_object();
    json_object_set_new(record, "station", json_string(series->station->name));
    json_object_set_new(record, "count", json_integer((json_int_t)series->count));
    json_object_set_new(record, "unreadable", json_integer((json_int_t)series->torn.total));
    json_object_set_new(record, "torn", torn_save(&series->torn));
    json_object_set_new(record, "folder", json_integer((json_int_t)series->folder));
    json_object_set_new(record, "name", json_integer((json_int_t)series->beginning));
    json_object_set_new(record, "in_company", json_boolean(series->in_company));
    json_object_set_new(record, "seen", json_integer((json_int_t)series->seen_order));
    json_object_set_new(record, "last", json_integer(series->last_ms));
    json_object_set_new(record, "written", json_integer(series->written_ms));
    json_object_set_new(record, "phase", json_string(series_phase_name(series->phase)));
    json_object_set_new(record, "incomplete", json_boolean(series->incomplete));
    json_object_set_new(record, "gap", json_integer(cadence_gap_ms(&series->cadence)));
    json_object_set_new(record, "silent", json_integer(series->silent_ms));
    return record;
}

static json_int_t natural(const json_t *object, const char *key) {
    return json_natural(json_object_get(object, key));
}

static uint64_t hash_of(const json_t *object, const char *key) {
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void restore_digests(struct series *series, const json_t *digests) {
    series->open = json_array_size(digests) > 0;
    for (size_t i = 0; i < json_array_size(digests); i++) {
        series_learn(series, (uint64_t)json_integer_value(json_array_get(digests, i)));
    }
}

/* a file of a version that knew no phases has none: such a series goes on if images come */
static enum series_phase restore_phase(const json_t *record) {
    const char *name = json_string_value(json_object_get(record, "phase"));
    int phase = SERIES_RUNNING;
    while (phase < SERIES_ENDED && (!name || strcmp(name, series_phase_name(phase)) != 0)) {
        phase++;
    }
    return (enum series_phase)phase;
}

static json_t *restore_answer(const json_t *answer) {
    bool whole = json_is_string(json_object_get(answer, "answer")) &&
                 json_is_string(json_object_get(answer, "reason")) &&
                 json_is_string(json_object_get(answer, "time"));
    return whole ? json_incref((json_t *)answer) : NULL;
}

static void restore_counts(struct series *series, const json_t *record) {
    series->count = (uint64_t)natural(record, "count");
    torn_restore(&series->torn, json_object_get(record, "torn"),
                 (uint64_t)natural(record, "unreadable"));
    series->folder = hash_of(record, "folder");
    series->beginning = hash_of(record, "name");
    series->in_company = json_is_true(json_object_get(record, "in_company"));
    series->seen_order = (uint64_t)natural(record, "seen");
    series->last_ms = natural(record, "last");
    series->written_ms = natural(record, "written");
    series->phase = restore_phase(record);
    series->incomplete = json_is_true(json_object_get(record, "incomplete"));
    const json_t *gap = json_object_get(record, "gap");
    cadence_know(&series->cadence, json_is_integer(gap) ? json_integer_value(gap) : -1);
    series->silent_ms = natural(record, "silent");
    int64_t age_ms = wall_clock_ms() - series->last_ms;
    series->age_ms = age_ms > 0 ? age_ms : 0;
}

/* a member of record as text; free it */
static struct json_slice text_of(const json_t *record, const char *key) {
    const json_t *value = json_object_get(record, key);
    struct json_slice slice = {0};
    if (value) {
        slice.text = json_text(value, &slice.length);
    }
    return slice;
}

static struct series *restore_series(struct station *station, uint64_t key, unsigned run,
                                     const json_t *record) {
    const struct json_slice about = text_of(record, "series"), result = text_of(record, "result");
    struct series *series = series_bare(station, key, run, &about, natural(record, "started"));
    series->order = series->seen_order = (uint64_t)natural(record, "order");
    series->split = json_is_true(json_object_get(record, "split"));
    series->in_file = true;
    json_int_t status = natural(record, "status");
    struct series_news news = {
        .status = status <= CHECK_DEVIATES ? (uint32_t)status : CHECK_DEVIATES,
        .result = result,
        .changes = json_object_get(record, "changes"),
    };
    const json_t *repeats = json_object_get(record, "repeats");
    series->repeats = repeats ? json_text(repeats, NULL) : NULL;
    series_take(series, &news);
    free((char *)about.text);
    free((char *)result.text);
    watched_restore(&series->watched, json_object_get(record, "watched"));
    restore_digests(series, json_object_get(record, "digests"));
    series_answer(series, restore_answer(json_object_get(record, "acknowledged")));
    series->answered_incomplete = json_is_true(json_object_get(record, "answered_incomplete"));
    series->count = 1;
    return series;
}

/* what the counts were put behind stands there already */
static bool restore_count(struct station *station, struct series *series, const char *name,
                          const json_t *value) {
    if (natural(value, "count") == 0) {
        return false;
    }
    station_spell(station, name); /* it may have been spelt otherwise before */
    station_remove(station, series);
    restore_counts(series, value);
    station_restore(station, series);
    return true;
}

bool series_record_restore(struct stations *stations, const char *key, const json_t *value,
                           struct series **counted) {
    uint64_t series_key;
    unsigned run;
    int end = 0;
    const char *name = json_string_value(json_object_get(value, "station"));
    *counted = NULL;
    if (!name || sscanf(key, "%16" SCNx64 "-%u%n", &series_key, &run, &end) != 2 || !end) {
        return false;
    }
    struct station *station = stations_find(stations, name);
    struct series *series = station ? station_run(station, series_key, run) : NULL;
    if (strcmp(key + end, "/count") == 0) {
        *counted = series;
        return !series || restore_count(station, series, name, value); /* else it is forgotten */
    }
    if (series || json_object_size(json_object_get(value, "result")) == 0) {
        return false;
    }
    station = stations_get(stations, name);
    station_spell(station, name);
    station_restore(station, restore_series(station, series_key, run, value));
    return true;
}
