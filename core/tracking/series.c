/* SPDX-License-Identifier: Apache-2.0 */
/* One series: what it is, how many files it has, what is watched in it and how it fared. */
#include "series.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "check/status.h"
#include "wall_clock.h"

#include <inttypes.h>
#include <stdio.h>

/* what series_describe() keeps ready is out of date */
static void forget_texts(struct series *series) {
    free(series->head);
    free(series->tail);
    series->head = series->tail = NULL;
}

static bool is_plain(const struct json_slice *value) {
    return value->text && strchr("\"-0123456789", *value->text);
}

/* {"uid":…,"expected":…}: only these, and as texts or numbers, whatever else a worker has sent */
static char *about_text(const struct json_slice *about) {
    static const char *const keys[] = {"uid", "study", "number", "name", "project", "expected"};
    enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
    struct json_slice values[KEYS];
    struct text_builder out = {0};
    json_scan_object(about->text, about->length, keys, values, KEYS);
    for (size_t i = 0; i < KEYS; i++) {
        text_builder_text(&out, i ? ",\"" : "{\"");
        text_builder_text(&out, keys[i]);
        text_builder_text(&out, "\":");
        if (is_plain(&values[i])) {
            text_builder_add(&out, values[i].text, values[i].length);
        } else {
            text_builder_text(&out, "null");
        }
    }
    text_builder_text(&out, "}");
    return out.bytes;
}

struct series *series_bare(struct station *station, uint64_t key, unsigned run,
                           const struct json_slice *about, int64_t started_ms) {
    struct series *series = mem_new(struct series);
    series->station = station;
    series->key = key;
    series->run = run;
    series->open = true;
    series->about = about_text(about);
    series->changes = json_object();
    series->started_ms = started_ms;
    series->last_ms = started_ms;
    return series;
}

struct series *series_create(struct station *station, const struct protocol_answer *answer,
                             const struct json_slice *about) {
    struct series *series = series_bare(station, answer->series_key, 0, about, wall_clock_ms());
    series->split = answer->split != 0;
    return series;
}

void series_put_away(struct series *series) {
    free(series->digests);
    series->digests = NULL;
    series->digest_count = series->digest_next = 0;
    watched_forget_constants(&series->watched);
    series->open = false;
}

void series_destroy(struct series *series) {
    if (!series) {
        return;
    }
    free(series->digests);
    watched_finish(&series->watched);
    free(series->about);
    json_decref(series->changes);
    json_decref(series->answer);
    free(series->result);
    forget_texts(series);
    free(series);
}

bool series_knows(const struct series *series, uint64_t digest) {
    for (unsigned i = 0; i < series->digest_count; i++) {
        if (series->digests[i] == digest) {
            return true;
        }
    }
    return false;
}

void series_learn(struct series *series, uint64_t digest) {
    if (!series->digests) {
        series->digests = mem_zeroed(SERIES_DIGESTS, sizeof(uint64_t));
    }
    series->digests[series->digest_next] = digest;
    series->digest_next = (series->digest_next + 1) % SERIES_DIGESTS;
    series->digest_count += series->digest_count < SERIES_DIGESTS;
}

json_t *series_watch(struct series *series, const json_t *watch, const json_t *instance) {
    json_t *changes = json_object();
    bool grew = false;
    for (size_t i = 0; i < json_array_size(watch); i++) {
        const json_t *entry = json_array_get(watch, i);
        const json_t *from;
        if (watched_note(&series->watched, entry, &from, &grew)) {
            json_t *change = json_object();
            json_object_set(change, "from", (json_t *)from);
            json_object_set(change, "to", json_object_get(entry, "value"));
            bool known = json_is_integer(instance);
            json_object_set(change, "instance", known ? (json_t *)instance : json_null());
            json_object_set_new(changes, json_string_value(json_object_get(entry, "name")), change);
        }
    }
    if (grew) {
        forget_texts(series); /* what is collected may have grown as well */
    }
    return changes;
}

void series_take(struct series *series, const struct series_news *news) {
    if (!series->result || news->status > series->status) {
        free(series->result);
        series->result = mem_dup_length(news->result.text, news->result.length);
        series->result_length = news->result.length;
        series->status = news->status;
    }
    json_object_update(series->changes, (json_t *)news->changes);
    forget_texts(series);
}

void series_answer(struct series *series, json_t *answer) {
    json_decref(series->answer);
    series->answer = answer;
    forget_texts(series);
}

/* {"uid":…,"expected":…,"key":"…","started":"…","status":"…" */
static char *make_head(const struct series *series) {
    struct text_builder out = {0};
    text_builder_add(&out, series->about, strlen(series->about) - 1);
    char key[64];
    snprintf(key, sizeof(key), ",\"key\":\"%016" PRIx64 "-%u\",\"started\":", series->key,
             series->run);
    text_builder_text(&out, key);
    text_builder_time(&out, series->started_ms);
    text_builder_text(&out, ",\"status\":\"");
    text_builder_text(&out, check_status_name((enum check_status)series->status));
    text_builder_text(&out, "\"");
    return out.bytes;
}

static char *make_tail(const struct series *series) {
    json_t *collected = watched_collected(&series->watched);
    AUTOFREE char *collected_text = json_text(collected, NULL);
    AUTOFREE char *changes_text = json_text(series->changes, NULL);
    AUTOFREE char *answer_text = series->answer ? json_text(series->answer, NULL) : NULL;
    json_decref(collected);
    return mem_printf(",\"collected\":%s,\"changes\":%s,\"acknowledged\":%s}", collected_text,
                      changes_text, answer_text ? answer_text : "null");
}

void series_describe(struct series *series, struct text_builder *out) {
    if (!series->head) {
        series->head = make_head(series);
        series->tail = make_tail(series);
    }
    text_builder_text(out, series->head);
    text_builder_text(out, ",\"count\":");
    text_builder_number(out, series->count);
    text_builder_text(out, ",\"unreadable\":");
    text_builder_number(out, series->unreadable);
    text_builder_text(out, ",\"last\":");
    text_builder_time(out, series->last_ms);
    text_builder_text(out, series->tail);
}

void series_add_result(struct text_builder *out, const struct json_slice *result,
                       const json_t *changes) {
    if (!changes) {
        text_builder_add(out, result->text, result->length);
        return;
    }
    AUTOFREE char *text = json_text(changes, NULL);
    /* a result has members, so a comma must follow */
    text_builder_add(out, result->text, result->length - 1);
    text_builder_text(out, ",\"changes\":");
    text_builder_text(out, text);
    text_builder_text(out, "}");
}

void series_content(const struct series *series, struct text_builder *out) {
    const struct json_slice result = {.text = series->result, .length = series->result_length};
    bool changed = json_object_size(series->changes) > 0;
    series_add_result(out, &result, changed ? series->changes : NULL);
}
