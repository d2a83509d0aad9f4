/* SPDX-License-Identifier: Apache-2.0 */
/* One series: what it is, how many files it has, what is watched in it and how it fared. */
#include "series.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "check/status.h"
#include "station.h"
#include "wall_clock.h"

#include <inttypes.h>

static const char *const phase_names[SERIES_PHASES] = {"running", "stalled", "ended"};

const char *series_phase_name(enum series_phase phase) {
    return phase_names[phase];
}

bool series_asks_for_an_act(const struct series *series) {
    return series->status == CHECK_DEVIATES || json_object_size(series->changes) > 0 ||
           series->incomplete;
}

char *series_key_text(const struct series *series) {
    return mem_printf("%016" PRIx64 "-%u", series->key, series->run);
}

void series_restate(struct series *series) {
    free(series->head);
    free(series->tail);
    series->head = series->tail = NULL;
}

struct series *series_bare(struct station *station, uint64_t key, unsigned run,
                           const struct json_slice *about, int64_t started_ms) {
    struct series *series = mem_new(struct series);
    series->station = station;
    series->key = key;
    series->run = run;
    series->open = true;
    about_init(&series->about, about);
    series->study = about_study(&series->about);
    series->changes = json_object();
    series->started_ms = started_ms;
    series->last_ms = started_ms;
    return series;
}

struct series *series_create(struct station *station, const struct protocol_answer *answer,
                             const struct json_slice *about) {
    struct series *series = series_bare(station, answer->series_key, 0, about, wall_clock_ms());
    series->split = answer->split != 0;
    series->study = answer->study;
    return series;
}

void series_put_away(struct series *series) {
    free(series->digests);
    series->digests = NULL;
    series->digest_count = series->digest_next = 0;
    instances_finish(&series->instances, series->station->instance_bytes);
    watched_forget_constants(&series->watched);
    cadence_drop(&series->cadence);
    series->open = false;
}

void series_destroy(struct series *series) {
    if (!series) {
        return;
    }
    free(series->digests);
    instances_finish(&series->instances, series->station->instance_bytes);
    torn_finish(&series->torn);
    watched_finish(&series->watched);
    cadence_finish(&series->cadence);
    free(series->repeats);
    about_finish(&series->about);
    json_decref(series->changes);
    json_decref(series->answer);
    free(series->result);
    series_restate(series);
    free(series);
}

size_t series_bytes(const struct series *series) {
    size_t bytes = sizeof(*series) + series->result_length;
    bytes += SERIES_DIGESTS * sizeof(*series->digests) * (series->digests != NULL);
    bytes += 2 * series->watched.bytes; /* as values, and as what they say collected or changed */
    for (size_t i = 0; i < ABOUT_KEYS; i++) {
        bytes += 2 * strlen(series->about.values[i]);
    }
    return bytes;
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

bool series_has_got(struct series *series, uint64_t instance) {
    return instances_add(&series->instances, instance, series->station->instance_bytes);
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
        series_restate(series); /* what is collected may have grown as well */
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
    series_restate(series);
}

void series_answer(struct series *series, json_t *answer) {
    json_decref(series->answer);
    series->answer = answer;
    series_restate(series);
}

/* {"uid":…,"expected":…,"key":"…","started":"…","status":"…","repeats":… */
static char *make_head(const struct series *series) {
    struct text_builder out = {0};
    AUTOFREE char *key = series_key_text(series);
    about_describe(&series->about, &out);
    text_builder_text(&out, ",\"key\":\"");
    text_builder_text(&out, key);
    text_builder_text(&out, "\",\"started\":");
    text_builder_time(&out, series->started_ms);
    text_builder_text(&out, ",\"status\":\"");
    text_builder_text(&out, check_status_name((enum check_status)series->status));
    text_builder_text(&out, "\",\"repeats\":");
    text_builder_text(&out, series->repeats ? series->repeats : "null");
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
    text_builder_number(out, series->torn.total);
    text_builder_text(out, ",\"last\":");
    text_builder_time(out, series->last_ms);
    text_builder_text(out, ",\"written\":");
    text_builder_moment(out, series->written_ms);
    text_builder_text(out, ",\"phase\":\"");
    text_builder_text(out, phase_names[series->phase]);
    text_builder_text(out, "\",\"gap\":");
    text_builder_seconds(out, cadence_gap_ms(&series->cadence));
    text_builder_text(out, ",\"incomplete\":");
    text_builder_text(out, series->incomplete ? "true" : "false");
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
