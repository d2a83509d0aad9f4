/* SPDX-License-Identifier: Apache-2.0 */
/* The events of series tracking, as they are published. */
#include "base/json_text.h"
#include "base/memory.h"
#include "events.h"
#include "series_log.h"
#include "tracking_parts.h"
#include "wall_clock.h"

#include <stdio.h>

/* the thing that a member called pace is part of */
#define PACED(type, pace_pointer) ((type *)((char *)(pace_pointer)-offsetof(type, pace)))

void tracking_stale(struct tracking *tracking) {
    mrq_text_release(tracking->state);
    tracking->state = NULL;
}

static void publish(struct tracking *tracking, struct event_parts *parts) {
    struct station *station = (struct station *)parts->station;
    parts->seq = ++tracking->seq;
    parts->time_ms = wall_clock_ms();
    if (station) {
        station->seq++;
    }
    tracking_stale(tracking);
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

static void publish_text(struct tracking *tracking, const char *type, struct series *series,
                         const char *content, size_t length) {
    struct event_parts parts = {
        .type = type,
        .station = series ? series->station : NULL,
        .series = series,
        .content = content,
        .content_length = length,
    };
    publish(tracking, &parts);
}

void tracking_publish_series(struct tracking *tracking, const char *type, struct series *series,
                             const struct series_news *news) {
    series_log(type, series, news);
    struct text_builder content = {0};
    series_add_result(&content, &news->result, news->changes);
    publish_text(tracking, type, series, content.bytes, content.used);
    free(content.bytes);
}

void tracking_publish_content(struct tracking *tracking, const char *type, struct series *series,
                              json_t *content) {
    size_t length;
    AUTOFREE char *text = json_text(content, &length);
    json_decref(content);
    publish_text(tracking, type, series, text, length);
}

void tracking_publish_update(void *self, struct pace *pace) {
    struct series *series = PACED(struct series, pace);
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)series->count - 1);
    publish_text(self, "update", series, digits, (size_t)length);
}

static bool in_folder(void *self, const struct pace *pace) {
    const struct tracking_folder *folder = self;
    return PACED(const struct series, pace)->folder == folder->hash;
}

void tracking_publish_error(void *self, struct pace *pace) {
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
    struct series *series = folder->last_torn ? tracking_torn_series(folder->last_torn) : NULL;
    struct event_parts parts = {
        .type = "error",
        .station = series ? series->station : folder->station,
        .series = series,
        .content = text,
        .content_length = length,
    };
    publish(tracking, &parts);
}
