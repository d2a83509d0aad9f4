/* SPDX-License-Identifier: Apache-2.0 */
/* From answers to events: stations, their series, counts, what changes within a series. */
#include "tracking.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "grouped_findings.h"
#include "keeper/keeper.h"
#include "state_document.h"
#include "tracking_parts.h"
#include "wall_clock.h"

static void trim(struct tracking *tracking, struct station *station) {
    unsigned most = tracking->settings.history ? tracking->settings.history : 1;
    struct series *series;
    while ((series = station_surplus(station, most))) {
        if (series->phase != SERIES_ENDED) {
            tracking_end(tracking, series, "next-series"); /* nobody will hear of it again */
        }
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
    tracking_phases_file(tracking, file, series);
    station_use(series->station, series);
    tracking_phases_heard(tracking, file, series->station);
}

static void count(struct tracking *tracking, const struct tracking_file *file,
                  struct series *series) {
    series->count += !file->again;
    touch(tracking, file, series);
    tracking_unsaved(tracking, series, SERIES_COUNTS_UNSAVED);
    if (!file->again && pacing_now(tracking->updates, &series->pace)) {
        tracking_publish_update(tracking, &series->pace);
    }
    tracking_phases_counted(tracking, series);
}

/* The parts of an answer's JSON text, and what they are called. */
enum { RESULT, SERIES, WATCH, PARTS };
static const char *const part_names[PARTS] = {"result", "series", "watch"};

/* Takes those entries of "watch" in that are collected, or the others: there is no change yet. */
static void watch_first(struct series *series, struct json_slice watch, bool collected) {
    static const char *const names[] = {"watching"}, word[] = "\"collected\"";
    json_t *entries = json_array();
    struct json_slice entry, how;
    while (json_scan_element(&watch, &entry)) {
        bool is = json_scan_object(entry.text, entry.length, names, &how, 1) &&
                  how.length == strlen(word) && memcmp(how.text, word, how.length) == 0;
        if (is == collected) {
            json_array_append_new(entries, json_loadb(entry.text, entry.length, 0, NULL));
        }
    }
    json_decref(series_watch(series, entries, NULL));
    json_decref(entries);
}

/*
 * The first file of a series. People wait for this message: its content is the worker's text, and
 * what the message does not tell is looked at afterwards. False: it is no answer of a worker.
 */
static bool begin(struct tracking *tracking, const struct tracking_file *file,
                  const struct protocol_answer *answer, const struct json_slice *text) {
    struct json_slice parts[PARTS];
    if (!json_scan_object(text->text, text->length, part_names, parts, PARTS) ||
        parts[RESULT].members == 0 || *parts[RESULT].text != '{') {
        return false;
    }
    struct station *station = stations_get(&tracking->stations, answer->station);
    struct series *series = series_create(station, answer, &parts[SERIES]);
    series->count = 1;
    watch_first(series, parts[WATCH], true);
    const struct series_news news = {.status = answer->status, .result = parts[RESULT]};
    series_take(series, &news);
    series_learn(series, answer->digest);
    station_add(station, series);
    tracking_phases_begun(tracking, series);
    touch(tracking, file, series);
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    trim(tracking, station);
    tracking_publish_series(tracking, "new", series, &news);
    watch_first(series, parts[WATCH], false);
    tracking_phases_counted(tracking, series);
    tracking_phases_check(tracking, station);
    return true;
}

/* a file that changes what its series is said to be */
static void change(struct tracking *tracking, const struct tracking_file *file,
                   const struct series_news *news, struct series *series) {
    pacing_flush(tracking->updates, &series->pace);
    series_take(series, news);
    tracking_outdate_answer(series);
    series->count += !file->again;
    touch(tracking, file, series);
    tracking_publish_series(tracking, "changed", series, news);
    tracking_phases_counted(tracking, series);
}

/* a kind of file that its series did not have yet */
static void look_at(struct tracking *tracking, const struct tracking_file *file,
                    const struct protocol_answer *answer, const json_t *checked,
                    struct series *series) {
    json_t *result = json_object_get(checked, "result");
    uint32_t status = grouped_findings_settle(result, answer->status, &series->watched);
    json_t *changes = series_watch(series, json_object_get(checked, "watch"),
                                   json_object_get(checked, "instance"));
    series_learn(series, answer->digest);
    if (status > series->status || json_object_size(changes) > 0) {
        struct series_news news = {.status = status, .changes = changes};
        AUTOFREE char *text = json_text(result, &news.result.length);
        news.result.text = text;
        change(tracking, file, &news, series);
    } else {
        count(tracking, file, series);
    }
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    json_decref(changes);
}

static bool learn(struct tracking *tracking, const struct tracking_file *file,
                  const struct protocol_answer *answer, const struct json_slice *text,
                  struct series *series) {
    json_t *checked = json_loadb(text->text, text->length, 0, NULL);
    bool good = json_object_size(json_object_get(checked, "result")) > 0;
    if (good) {
        look_at(tracking, file, answer, checked, series);
    }
    json_decref(checked);
    return good;
}

void tracking_answer(struct tracking *tracking, const struct tracking_file *file,
                     const struct protocol_answer *answer, const char *json, size_t length) {
    if (tracking_test(tracking, file, answer)) {
        return;
    }
    struct station *station = stations_find(&tracking->stations, answer->station);
    struct series *series =
        station ? station_series(station, answer->series_key, answer->split != 0) : NULL;
    if (series && series_knows(series, answer->digest)) {
        count(tracking, file, series);
        return;
    }
    const struct json_slice text = {.text = json, .length = length};
    bool good = series ? learn(tracking, file, answer, &text, series)
                       : begin(tracking, file, answer, &text);
    if (!good) {
        tracking_error(tracking, file, "the worker's answer cannot be understood");
    }
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
        tracking_phases_unread(tracking, file, series);
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
        if (!text_budget_affords(tracking->state_texts, tracking->state_bytes)) {
            return NULL;
        }
        tracking->state =
            state_document_render(&tracking->stations, tracking->seq, tracking->state_texts);
        tracking->state_bytes = tracking->state->length;
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
    event_free(tracking->phases_timer);
    mrq_text_release(tracking->state);
    text_budget_release(tracking->state_texts);
    stations_finish(&tracking->stations);
    tracking_folders_destroy(tracking->folders);
    pacing_destroy(tracking->updates);
    pacing_destroy(tracking->errors);
    json_decref(tracking->removed);
    free(tracking);
}

void tracking_configure(struct tracking *tracking, const struct tracking_settings *settings) {
    tracking->settings = *settings;
    for (size_t i = 0; settings->redact && i < tracking->stations.count; i++) {
        tracking_redact_station(tracking, tracking->stations.list[i]);
    }
    pacing_set_interval(tracking->updates, settings->update_interval_ms);
    pacing_set_interval(tracking->errors, settings->update_interval_ms);
    for (size_t i = 0; i < tracking->stations.count; i++) {
        trim(tracking, tracking->stations.list[i]);
    }
    tracking_phases_soon(tracking);
}

struct tracking *tracking_create(struct event_base *base, const struct tracking_settings *settings,
                                 struct keeper *keeper, tracking_publish publish_event,
                                 void *self) {
    struct tracking *tracking = mem_new(struct tracking);
    TAILQ_INIT(&tracking->unsaved);
    tracking->removed = json_array();
    tracking->state_texts = text_budget_create(STATE_TEXTS_BYTES);
    tracking->publish = publish_event;
    tracking->self = self;
    tracking->keeper = keeper;
    tracking->folders = tracking_folders_create(forget_folder, tracking);
    tracking->updates = pacing_create(base, tracking_publish_update, tracking);
    tracking->errors = pacing_create(base, tracking_publish_error, tracking);
    tracking_phases_init(tracking, base);
    tracking_configure(tracking, settings);
    if (keeper) {
        keeper_add_owner(keeper, tracking_collect, tracking);
    }
    return tracking;
}
