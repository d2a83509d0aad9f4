/* SPDX-License-Identifier: Apache-2.0 */
/* From answers to events: stations, their series, counts, what changes within a series. */
#include "tracking.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "events.h"
#include "grouped_findings.h"
#include "keeper.h"
#include "pacing.h"
#include "series_record.h"
#include "state_document.h"
#include "station.h"
#include "tracking_folders.h"

#include <stdio.h>
#include <time.h>

struct tracking {
    struct tracking_settings settings;
    struct stations stations;
    struct tracking_folders *folders;
    struct pacing *updates, *errors;
    struct keeper *keeper;
    TAILQ_HEAD(unsaved_list, series) unsaved;
    json_t *removed; /* keys of the state file to be taken out */
    tracking_publish publish;
    void *self;
    uint64_t seq;
    const struct mrq_text *state; /* NULL: out of date */
};

/* the thing that a member called pace is part of */
#define PACED(type, pace_pointer) ((type *)((char *)(pace_pointer)-offsetof(type, pace)))

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the state file ------------------------------------------------------------------------ */

static void series_dirty(struct tracking *tracking, struct series *series,
                         enum series_unsaved unsaved) {
    mrq_text_release(tracking->state);
    tracking->state = NULL;
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

static void put(struct tracking *tracking, const struct series *series, bool counts) {
    AUTOFREE char *key = series_record_key(series, counts);
    keeper_put(tracking->keeper, TRACKING_KIND, key,
               counts ? series_record_counts(series) : series_record(series));
}

static void handle_collect(void *self) {
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

static void forget_series(struct tracking *tracking, struct series *series) {
    pacing_flush(tracking->updates, &series->pace);
    series_saved(tracking, series);
    for (int counts = 0; series->in_file && counts < 2; counts++) {
        AUTOFREE char *key = series_record_key(series, counts);
        json_array_append_new(tracking->removed, json_string(key));
    }
    station_remove(series->station, series);
    series_destroy(series);
}

static void trim(struct tracking *tracking, struct station *station) {
    unsigned most = tracking->settings.history ? tracking->settings.history : 1;
    struct series *series;
    while ((series = station_surplus(station, most))) {
        forget_series(tracking, series);
    }
}

void tracking_restore(struct tracking *tracking, const char *key, const json_t *value) {
    series_record_restore(&tracking->stations, key, value);
}

/* ---- events -------------------------------------------------------------------------------- */

static void publish(struct tracking *tracking, struct event_parts *parts) {
    struct station *station = (struct station *)parts->station;
    parts->seq = ++tracking->seq;
    parts->time_ms = now_ms();
    if (station) {
        station->seq++;
    }
    mrq_text_release(tracking->state);
    tracking->state = NULL;
    const struct mrq_text *message = events_text(parts);
    struct mrq_event event = {
        .type = parts->type,
        .station = station ? station->name : NULL,
        .seq = parts->seq,
        .station_seq = station ? station->seq : 0,
        .message = message,
    };
    tracking->publish(tracking->self, &event);
    mrq_text_release(message);
}

static void publish_series(struct tracking *tracking, const char *type, struct series *series,
                           const struct text_builder *content) {
    struct event_parts parts = {
        .type = type,
        .station = series->station,
        .series = series,
        .content = content->bytes,
        .content_length = content->used,
    };
    publish(tracking, &parts);
}

static void publish_update(void *self, struct pace *pace) {
    struct series *series = PACED(struct series, pace);
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)series->count - 1);
    struct event_parts parts = {
        .type = "update",
        .station = series->station,
        .series = series,
        .content = digits,
        .content_length = (size_t)length,
    };
    publish(self, &parts);
}

static bool in_folder(void *self, const struct pace *pace) {
    const struct tracking_folder *folder = self;
    return PACED(const struct series, pace)->folder == folder->id;
}

static struct series *folder_series(const struct tracking_folder *folder) {
    return folder->station ? station_run(folder->station, folder->series_key, folder->series_run)
                           : NULL;
}

static void publish_error(void *self, struct pace *pace) {
    struct tracking *tracking = self;
    struct tracking_folder *folder = PACED(struct tracking_folder, pace);
    pacing_flush_all(tracking->updates, in_folder, folder);
    json_t *content = json_object();
    json_object_set_new(content, "file", json_any_string(folder->file));
    json_object_set_new(content, "message", json_any_string(folder->message));
    json_object_set_new(content, "count", json_integer((json_int_t)folder->errors));
    size_t length;
    AUTOFREE char *text = json_text(content, &length);
    json_decref(content);
    struct event_parts parts = {
        .type = "error",
        .station = folder->station,
        .series = folder_series(folder),
        .content = text,
        .content_length = length,
    };
    publish(tracking, &parts);
}

static void forget_folder(void *self, struct tracking_folder *folder) {
    struct tracking *tracking = self;
    pacing_flush(tracking->errors, &folder->pace);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void touch(struct tracking *tracking, const struct tracking_file *file,
                  struct series *series) {
    struct tracking_folder *folder = tracking_folders_get(tracking->folders, file->folder);
    folder->station = series->station;
    folder->series_key = series->key;
    folder->series_run = series->run;
    series->folder = folder->id;
    series->last_ms = now_ms();
    station_use(series->station, series);
}

static void count(struct tracking *tracking, const struct tracking_file *file,
                  struct series *series) {
    touch(tracking, file, series);
    series_dirty(tracking, series, SERIES_COUNTS_UNSAVED);
    if (!file->again) {
        series->count++;
        if (pacing_now(tracking->updates, &series->pace)) {
            publish_update(tracking, &series->pace);
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
    series_dirty(tracking, series, SERIES_UNSAVED);
    trim(tracking, station);
    struct text_builder content = {0};
    series_content(series, &content);
    publish_series(tracking, "new", series, &content);
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
    publish_series(tracking, "changed", series, &content);
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
    series_dirty(tracking, series, SERIES_UNSAVED);
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
    struct series *series = folder_series(folder);
    if (series) {
        series->unreadable++;
        series_dirty(tracking, series, SERIES_COUNTS_UNSAVED);
    }
    if (pacing_now(tracking->errors, &folder->pace)) {
        publish_error(tracking, &folder->pace);
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

/* ---- life ---------------------------------------------------------------------------------- */

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
    tracking->updates = pacing_create(base, publish_update, tracking);
    tracking->errors = pacing_create(base, publish_error, tracking);
    tracking_configure(tracking, settings);
    if (keeper) {
        keeper_add_owner(keeper, handle_collect, tracking);
    }
    return tracking;
}
