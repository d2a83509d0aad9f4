/* SPDX-License-Identifier: Apache-2.0 */
/* From answers to events: stations, their series, counts, what changes within a series. */
#include "tracking.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "grouped_findings.h"
#include "keeper.h"
#include "state_document.h"
#include "tracking_parts.h"
#include "wall_clock.h"

static void trim(struct tracking *tracking, struct station *station) {
    unsigned most = tracking->settings.history ? tracking->settings.history : 1;
    struct series *series;
    while ((series = station_surplus(station, most))) {
        tracking_forget(tracking, series);
    }
}

static void touch(struct tracking *tracking, const struct tracking_file *file,
                  struct series *series) {
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    folder->station = series->station;
    folder->series_key = series->key;
    folder->series_run = series->run;
    series->folder = folder->id;
    series->last_ms = wall_clock_ms();
    station_use(series->station, series);
}

static void count(struct tracking *tracking, const struct tracking_file *file,
                  struct series *series) {
    touch(tracking, file, series);
    tracking_unsaved(tracking, series, SERIES_COUNTS_UNSAVED);
    if (!file->again) {
        series->count++;
        if (pacing_now(tracking->updates, &series->pace)) {
            tracking_publish_update(tracking, &series->pace);
        }
    }
}

static void begin(struct tracking *tracking, const struct tracking_file *file,
                  const struct protocol_answer *answer, const json_t *checked) {
    struct station *station = stations_get(&tracking->stations, answer->station);
    struct series *series = series_create(station, answer, json_object_get(checked, "series"));
    series->count = 1;
    json_t *changes = series_watch(series, json_object_get(checked, "watch"), NULL);
    struct series_news news = {answer->status, json_object_get(checked, "result"), changes};
    series_take(series, &news);
    json_decref(changes);
    series_learn(series, answer->digest);
    station_add(station, series);
    touch(tracking, file, series);
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    trim(tracking, station);
    struct text_builder content = {0};
    series_content(series, &content);
    tracking_publish_series(tracking, "new", series, &content);
    free(content.bytes);
}

/* a file that changes what its series is said to be */
static void change(struct tracking *tracking, const struct tracking_file *file,
                   const struct series_news *news, struct series *series) {
    pacing_flush(tracking->updates, &series->pace);
    series_take(series, news);
    touch(tracking, file, series);
    series->count += !file->again;
    struct text_builder content = {0};
    size_t length;
    AUTOFREE char *text = json_text(news->result, &length);
    series_add_result(&content, text, length, news->changes);
    tracking_publish_series(tracking, "changed", series, &content);
    free(content.bytes);
}

/* a kind of file that its series did not have yet */
static void learn(struct tracking *tracking, const struct tracking_file *file,
                  const struct protocol_answer *answer, const json_t *checked,
                  struct series *series) {
    json_t *result = json_object_get(checked, "result");
    struct series_news news = {
        .status = grouped_findings_settle(result, answer->status, &series->watched),
        .result = result,
    };
    json_t *changes = series_watch(series, json_object_get(checked, "watch"),
                                   json_object_get(checked, "instance"));
    news.changes = changes;
    series_learn(series, answer->digest);
    if (news.status > series->status || json_object_size(changes) > 0) {
        change(tracking, file, &news, series);
    } else {
        count(tracking, file, series);
    }
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    json_decref(changes);
}

static json_t *parse(const char *json, size_t length) {
    json_t *checked = json_loadb(json, length, 0, NULL);
    if (json_object_size(json_object_get(checked, "result")) > 0) {
        return checked;
    }
    json_decref(checked);
    return NULL;
}

void tracking_answer(struct tracking *tracking, const struct tracking_file *file,
                     const struct protocol_answer *answer, const char *json, size_t length) {
    struct station *station = stations_find(&tracking->stations, answer->station);
    struct series *series =
        station ? station_series(station, answer->series_key, answer->split != 0) : NULL;
    if (series && series_knows(series, answer->digest)) {
        count(tracking, file, series);
        return;
    }
    json_t *checked = parse(json, length);
    if (!checked) {
        tracking_error(tracking, file, "the worker's answer cannot be understood");
    } else if (series) {
        learn(tracking, file, answer, checked, series);
    } else {
        begin(tracking, file, answer, checked);
    }
    json_decref(checked);
}

bool tracking_count(struct tracking *tracking, const struct tracking_file *file,
                    uint64_t series_key) {
    for (size_t i = 0; i < tracking->stations.count; i++) {
        struct series *series = station_series(tracking->stations.list[i], series_key, false);
        if (series) {
            count(tracking, file, series);
            return true;
        }
    }
    return false;
}

void tracking_error(struct tracking *tracking, const struct tracking_file *file,
                    const char *message) {
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    free(folder->file);
    free(folder->message);
    folder->file = mem_dup(file->name);
    folder->message = mem_dup(message);
    folder->errors++;
    struct series *series = tracking_folder_series(folder);
    if (series) {
        series->unreadable++;
        tracking_unsaved(tracking, series, SERIES_COUNTS_UNSAVED);
    }
    if (pacing_now(tracking->errors, &folder->pace)) {
        tracking_publish_error(tracking, &folder->pace);
    }
}

void tracking_flush(struct tracking *tracking) {
    pacing_flush_all(tracking->updates, NULL, NULL);
    pacing_flush_all(tracking->errors, NULL, NULL);
}

const struct mrq_text *tracking_state(struct tracking *tracking) {
    if (!tracking->state) {
        tracking->state = state_document_render(&tracking->stations, tracking->seq);
    }
    return mrq_text_retain(tracking->state);
}

static void forget_folder(void *self, struct tracking_folder *folder) {
    struct tracking *tracking = self;
    pacing_flush(tracking->errors, &folder->pace);
}

void tracking_destroy(struct tracking *tracking) {
    if (!tracking) {
        return;
    }
    mrq_text_release(tracking->state);
    stations_finish(&tracking->stations);
    tracking_folders_destroy(tracking->folders);
    pacing_destroy(tracking->updates);
    pacing_destroy(tracking->errors);
    json_decref(tracking->removed);
    free(tracking);
}

void tracking_configure(struct tracking *tracking, const struct tracking_settings *settings) {
    tracking->settings = *settings;
    pacing_set_interval(tracking->updates, settings->update_interval_ms);
    pacing_set_interval(tracking->errors, settings->update_interval_ms);
    for (size_t i = 0; i < tracking->stations.count; i++) {
        trim(tracking, tracking->stations.list[i]);
    }
}

struct tracking *tracking_create(struct event_base *base, const char *epoch,
                                 const struct tracking_settings *settings, struct keeper *keeper,
                                 tracking_publish publish_event, void *self) {
    (void)epoch;
    struct tracking *tracking = mem_new(struct tracking);
    TAILQ_INIT(&tracking->unsaved);
    tracking->removed = json_array();
    tracking->publish = publish_event;
    tracking->self = self;
    tracking->keeper = keeper;
    tracking->folders = tracking_folders_create(forget_folder, tracking);
    tracking->updates = pacing_create(base, tracking_publish_update, tracking);
    tracking->errors = pacing_create(base, tracking_publish_error, tracking);
    tracking_configure(tracking, settings);
    if (keeper) {
        keeper_add_owner(keeper, tracking_collect, tracking);
    }
    return tracking;
}
