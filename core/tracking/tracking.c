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

/* What tells the image from others: its instance, else its path. */
static uint64_t instance_of(const struct tracking_folder *folder, const struct tracking_file *file,
                            uint64_t instance) {
    return instance ? instance : tracking_file_hash(folder, file->name);
}

/* file->again: it says nothing of where the images of the series are */
static void touch(struct tracking *tracking, const struct tracking_file *file,
                  struct tracking_folder *folder, struct series *series) {
    folder->shared = folder->shared || (folder->station && (folder->series_key != series->key ||
                                                            folder->series_run != series->run));
    folder->station = series->station;
    folder->series_key = series->key;
    folder->series_run = series->run;
    if (!file->again) {
        series->folder = folder->hash;
        series->beginning = name_field_of(file->name).beginning;
        series->in_company = folder->shared;
    }
    series->last_ms = wall_clock_ms();
    tracking_phases_file(tracking, file, series);
    station_use(series->station, series);
    tracking_phases_heard(tracking, file, series->station);
}

static void count(struct tracking *tracking, const struct tracking_file *file,
                  struct tracking_folder *folder, struct series *series) {
    series->count += !file->again;
    touch(tracking, file, folder, series);
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
        bool is = json_scan_object(entry.text, entry.length, JSON_DEPTH, names, &how, 1) &&
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
                  struct tracking_folder *folder, const struct protocol_answer *answer,
                  const struct json_slice *text) {
    struct json_slice parts[PARTS];
    if (!json_scan_object(text->text, text->length, JSON_DEPTH_ANSWER, part_names, parts, PARTS) ||
        parts[RESULT].members == 0 || *parts[RESULT].text != '{') {
        return false;
    }
    struct station *station = stations_get(&tracking->stations, answer->station);
    station_spell(station, answer->station);
    struct series *series = series_create(station, answer, &parts[SERIES]);
    series->count = 1;
    series_has_got(series, instance_of(folder, file, answer->instance));
    watch_first(series, parts[WATCH], true);
    const struct series_news news = {.status = answer->status, .result = parts[RESULT]};
    series_take(series, &news);
    series_learn(series, answer->digest);
    station_add(station, series);
    tracking_phases_begun(tracking, series);
    touch(tracking, file, folder, series);
    tracking_mend(tracking, folder, file->name, series);
    tracking_adopt(tracking, folder, series);
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    station_weigh(station, series);
    tracking_trim(tracking, station);
    tracking_publish_series(tracking, "new", series, &news);
    watch_first(series, parts[WATCH], false);
    tracking_phases_counted(tracking, series);
    tracking_phases_check(tracking, station);
    return true;
}

/* a file that changes what its series is said to be */
static void change(struct tracking *tracking, const struct tracking_file *file,
                   struct tracking_folder *folder, const struct series_news *news,
                   struct series *series) {
    pacing_flush(tracking->updates, &series->pace);
    series_take(series, news);
    tracking_outdate_answer(series);
    series->count += !file->again;
    touch(tracking, file, folder, series);
    tracking_publish_series(tracking, "changed", series, news);
    tracking_phases_counted(tracking, series);
}

/* a kind of file that its series did not have yet */
static void look_at(struct tracking *tracking, const struct tracking_file *file,
                    const struct protocol_answer *answer, const json_t *checked,
                    struct series *series) {
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    json_t *result = json_object_get(checked, "result");
    uint32_t status = grouped_findings_settle(result, answer->status, &series->watched);
    json_t *changes = series_watch(series, json_object_get(checked, "watch"),
                                   json_object_get(checked, "instance"));
    series_learn(series, answer->digest);
    if (about_doubt(&series->about, json_object_get(checked, "series"))) {
        series_restate(series);
    }
    if (status > series->status || json_object_size(changes) > 0) {
        struct series_news news = {.status = status, .changes = changes};
        AUTOFREE char *text = json_text(result, &news.result.length);
        news.result.text = text;
        change(tracking, file, folder, &news, series);
    } else {
        count(tracking, file, folder, series);
    }
    tracking_unsaved(tracking, series, SERIES_UNSAVED);
    station_weigh(series->station, series);
    tracking_trim(tracking, series->station);
    json_decref(changes);
}

static bool learn(struct tracking *tracking, const struct tracking_file *file,
                  const struct protocol_answer *answer, const struct json_slice *text,
                  struct series *series) {
    json_t *checked = json_scan_value(text->text, text->length, JSON_DEPTH_ANSWER)
                          ? json_loadb(text->text, text->length, 0, NULL)
                          : NULL;
    bool good = json_object_size(json_object_get(checked, "result")) > 0;
    if (good) {
        look_at(tracking, file, answer, checked, series);
    }
    json_decref(checked);
    return good;
}

/* A copy of an image that the series has is as one of its files that is written again. */
static struct tracking_file as_counted(const struct tracking_file *file,
                                       const struct tracking_folder *folder, uint64_t instance,
                                       struct series *series) {
    struct tracking_file counted = *file;
    counted.again = file->again || !series_has_got(series, instance_of(folder, file, instance));
    return counted;
}

static bool go_on(struct tracking *tracking, const struct tracking_file *file,
                  struct tracking_folder *folder, const struct protocol_answer *answer,
                  const struct json_slice *text, struct series *series) {
    const struct tracking_file counted = as_counted(file, folder, answer->instance, series);
    series->study = answer->study ? answer->study : series->study;
    if (station_spell(series->station, answer->station)) {
        tracking_stale(tracking);
    }
    tracking_mend(tracking, folder, file->name, series);
    if (!series_knows(series, answer->digest)) {
        return learn(tracking, &counted, answer, text, series);
    }
    count(tracking, &counted, folder, series);
    return true;
}

void tracking_answer(struct tracking *tracking, const struct tracking_file *file,
                     const struct protocol_answer *answer, const char *json, size_t length) {
    if (tracking_test(tracking, file, answer)) {
        return;
    }
    AUTOFREE char *redacted = tracking_redact_answer(tracking, answer, json, &length);
    const struct json_slice text = {.text = redacted ? redacted : json, .length = length};
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    struct station *station = stations_find(&tracking->stations, answer->station);
    struct series *series = station ? station_series(station, answer) : NULL;
    bool good = series ? go_on(tracking, file, folder, answer, &text, series)
                       : begin(tracking, file, folder, answer, &text);
    if (!good) {
        tracking_error(tracking, file, answer, "the worker's answer cannot be understood");
    }
}

bool tracking_count(struct tracking *tracking, const struct tracking_file *file,
                    uint64_t series_key) {
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    for (size_t i = 0; i < tracking->stations.count; i++) {
        struct series *series = station_latest(tracking->stations.list[i], series_key);
        if (series) {
            const struct tracking_file counted = as_counted(file, folder, 0, series);
            count(tracking, &counted, folder, series);
            return true;
        }
    }
    return false;
}

/* folder: what waits to be told of it is told, if that is of another series */
static void take_down(struct tracking *tracking, struct tracking_folder *folder,
                      const struct tracking_file *file, const char *message,
                      const struct series *series) {
    const struct tracking_torn *last = folder->last_torn;
    if (last && tracking_torn_series(last) != series) {
        pacing_flush(tracking->errors, &folder->pace);
    }
    free(folder->file);
    free(folder->message);
    folder->file = mem_dup(file->said);
    folder->message = mem_dup(message);
    folder->errors++;
}

void tracking_error(struct tracking *tracking, const struct tracking_file *file,
                    const struct protocol_answer *answer, const char *message) {
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    struct series *series = tracking_tie(tracking, folder, file, answer);
    take_down(tracking, folder, file, message, series);
    tracking_charge(tracking, folder, file, answer, series);
    if (series) {
        tracking_phases_unread(tracking, file, series);
    } else if (folder->station) {
        tracking_phases_heard(tracking, file, folder->station);
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
    json_decref(tracking->early);
    free(tracking);
}

void tracking_configure(struct tracking *tracking, const struct tracking_settings *settings) {
    if (settings->redact && !tracking->settings.redact) {
        pacing_flush_all(tracking->errors, NULL, NULL); /* they name files as they are called */
    }
    tracking->settings = *settings;
    if (settings->redact) {
        tracking_redact(tracking);
    }
    pacing_set_interval(tracking->updates, settings->update_interval_ms);
    pacing_set_interval(tracking->errors, settings->update_interval_ms);
    for (size_t i = 0; i < tracking->stations.count; i++) {
        tracking_trim(tracking, tracking->stations.list[i]);
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
    tracking->early = json_object();
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
