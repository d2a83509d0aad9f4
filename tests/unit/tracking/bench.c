/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking with its surroundings played. */
#include "bench.h"
#include "base/memory.h"
#include "base/text.h"
#include "keeper/keeper.h"

#include <stdarg.h>
#include <stdio.h>

enum { BENCH_IMAGES = 1000000 }; /* above all that tests name */

struct keeper {
    struct bench *bench;
    keeper_collect collect;
    void *self;
};

void keeper_add_owner(struct keeper *keeper, keeper_collect collect, void *self) {
    keeper->collect = collect;
    keeper->self = self;
}

void keeper_mark(struct keeper *keeper) {
    (void)keeper;
}

void keeper_put(struct keeper *keeper, const char *kind, const char *key, json_t *value) {
    struct bench *bench = keeper->bench;
    (void)kind;
    for (size_t i = 0; i < json_array_size(bench->order); i++) {
        if (strcmp(json_string_value(json_array_get(bench->order, i)), key) == 0) {
            json_array_remove(bench->order, i--);
        }
    }
    if (value) {
        json_array_append_new(bench->order, json_string(key));
        json_object_set_new(bench->records, key, value);
    } else {
        json_object_del(bench->records, key);
    }
}

void keeper_forget_past(struct keeper *keeper) {
    keeper->bench->forgot_past++;
}

static void handle_event(void *self, const struct mrq_event *event) {
    struct bench *bench = self;
    json_t *message = NULL;
    if (bench->parse) {
        message = json_loadb(event->message->data, event->message->length, 0, NULL);
        if (!message || event->message->seq != event->seq) {
            fprintf(stderr, "no good message: %s\n", event->message->data);
            abort();
        }
    }
    bench->events[bench->event_count++] = message;
}

struct bench *bench_create(const struct bench *earlier) {
    struct bench *bench = mem_new(struct bench);
    struct tracking_settings settings = {.update_interval_ms = 0, .history = 100};
    bench->base = event_base_new();
    bench->records = earlier ? json_copy(earlier->records) : json_object();
    bench->order = earlier ? json_copy(earlier->order) : json_array();
    bench->parse = true;
    bench->images = earlier ? earlier->images : BENCH_IMAGES;
    bench->keeper = mem_new(struct keeper);
    bench->keeper->bench = bench;
    bench->tracking = tracking_create(bench->base, &settings, bench->keeper, handle_event, bench);
    for (size_t i = 0; earlier && i < json_array_size(earlier->order); i++) {
        const char *key = json_string_value(json_array_get(earlier->order, i));
        tracking_restore(bench->tracking, key, json_object_get(earlier->records, key));
    }
    return bench;
}

void bench_destroy(struct bench *bench) {
    tracking_destroy(bench->tracking);
    for (size_t i = 0; i < bench->event_count; i++) {
        json_decref(bench->events[i]);
    }
    free(bench->keeper);
    json_decref(bench->records);
    json_decref(bench->order);
    event_base_free(bench->base);
    free(bench);
}

void bench_interval(struct bench *bench, unsigned ms) {
    struct tracking_settings settings = {.update_interval_ms = ms, .history = 100};
    tracking_configure(bench->tracking, &settings);
}

static const char *or_else(const char *text, const char *otherwise) {
    return text ? text : otherwise;
}

void bench_send(struct bench *bench, struct bench_file file) {
    static const char *const names[] = {"not-checked", "no-template", "conforms", "warns",
                                        "deviates"};
    AUTOFREE char *json =
        mem_printf("{\"result\":{\"status\":\"%s\",\"conforms\":true,\"note\":\"%s\"},"
                   "\"series\":{%s},\"watch\":[%s],\"instance\":%d}",
                   names[file.status], or_else(file.note, ""),
                   or_else(file.about, "\"uid\":\"1.2\",\"number\":7,\"name\":\"bold\""),
                   or_else(file.watch, ""), file.instance);
    struct protocol_answer answer = {
        .outcome = PROTOCOL_DONE,
        .status = file.status,
        .split = file.split,
        .series_key = file.key,
        .study = file.study,
        .instance = file.nameless ? 0
                    : file.image  ? file.image
                                  : ++bench->images,
        .digest = file.digest ? file.digest : text_hash(TEXT_HASH_SEED, json, strlen(json)),
    };
    snprintf(answer.station, sizeof(answer.station), "%s", or_else(file.station, "AWP1"));
    struct tracking_file found = {.folder = or_else(file.folder, "/data/one"),
                                  .name = or_else(file.name, "1.dcm"),
                                  .said = or_else(file.name, "1.dcm"),
                                  .again = file.again,
                                  .backlog = file.backlog,
                                  .written_ms = file.written_ms};
    tracking_answer(bench->tracking, &found, &answer, json, strlen(json));
}

void bench_torn(struct bench *bench, struct bench_file file) {
    struct protocol_answer answer = {.outcome = PROTOCOL_UNREADABLE,
                                     .split = file.split,
                                     .series_key = file.key,
                                     .study = file.study,
                                     .instance = file.image};
    snprintf(answer.station, sizeof(answer.station), "%s", or_else(file.station, ""));
    struct tracking_file found = {.folder = or_else(file.folder, "/data/one"),
                                  .name = file.name,
                                  .said = file.name,
                                  .backlog = file.backlog};
    tracking_error(bench->tracking, &found, &answer, "the file ends after 4096 bytes");
}

void bench_error(struct bench *bench, const char *folder, const char *name) {
    bench_torn(bench, (struct bench_file){.folder = folder, .name = name});
}

void bench_collect(struct bench *bench) {
    bench->keeper->collect(bench->keeper->self);
}

char *bench_types(const struct bench *bench) {
    char *types = mem_dup("");
    for (size_t i = 0; i < bench->event_count; i++) {
        const char *type = json_string_value(json_object_get(bench->events[i], "type"));
        char *longer = mem_printf("%s%s%s", types, i ? " " : "", type);
        free(types);
        types = longer;
    }
    return types;
}

static const json_t *walk(const json_t *value, va_list keys) {
    const char *key;
    while ((key = va_arg(keys, const char *))) {
        value = json_object_get(value, key);
    }
    return value;
}

const json_t *bench_in(const json_t *value, ...) {
    va_list keys;
    va_start(keys, value);
    value = walk(value, keys);
    va_end(keys);
    return value;
}

const json_t *bench_last(const struct bench *bench, ...) {
    va_list keys;
    va_start(keys, bench);
    const json_t *value = walk(bench->events[bench->event_count - 1], keys);
    va_end(keys);
    return value;
}

json_t *bench_state(struct bench *bench) {
    const struct mrq_text *text = tracking_state(bench->tracking);
    json_t *state = json_loadb(text->data, text->length, 0, NULL);
    mrq_text_release(text);
    return state;
}

int bench_make(void **state) {
    *state = bench_create(NULL);
    return 0;
}

int bench_drop(void **state) {
    bench_destroy(*state);
    return 0;
}

const char *bench_text(const json_t *value) {
    const char *string = json_string_value(value);
    return string ? string : "(none)";
}

void bench_run(struct bench *bench, size_t count) {
    while (bench->event_count < count) {
        event_base_loop(bench->base, EVLOOP_ONCE);
    }
}

void bench_phases(struct bench *bench, const struct phases_settings *phases) {
    struct tracking_settings settings = {.history = 100, .phases = *phases};
    tracking_configure(bench->tracking, &settings);
}

void bench_pass(struct bench *bench, unsigned ms) {
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_base_loopexit(bench->base, &time);
    event_base_dispatch(bench->base);
}
