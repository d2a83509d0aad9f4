/* SPDX-License-Identifier: Apache-2.0 */
/* Tracking with its surroundings played: answers go in, events and records come out. */
#pragma once

#include "tracking/tracking.h"

enum { BENCH_EVENTS = 40000 };

/* check_status, which tracking takes as a number */
enum { NOT_CHECKED, NO_TEMPLATE, CONFORMS, WARNS, DEVIATES };

/* entries of "watch" */
#define BENCH_CONSTANT(name, value, group)                                                         \
    "{\"checker\":\"t\",\"name\":\"" name "\",\"value\":\"" value                                  \
    "\",\"watching\":\"constant\",\"group\":\"" group "\"}"
#define BENCH_COLLECTED(name, value)                                                               \
    "{\"checker\":\"t\",\"name\":\"" name "\",\"value\":\"" value                                  \
    "\",\"watching\":\"collected\",\"group\":\"\"}"

/** What one file is made of; what is not set is as on any good day. */
struct bench_file {
    const char *station, *folder, *name;
    uint64_t key;
    unsigned split;
    uint32_t status;
    uint64_t digest; /* 0: of the texts below */
    const char *watch;
    const char *about; /* members of "series" */
    const char *note;  /* told apart in the result */
    int instance;
    bool again, backlog;
    int64_t written_ms;
    uint64_t image; /* hash of its SOP Instance UID; 0: one of its own */
    bool nameless;  /* it has no such UID */
    uint64_t study; /* hash of its study's UID; 0: it has none */
};

struct bench {
    struct event_base *base;
    struct tracking *tracking;
    struct keeper *keeper;
    json_t *events[BENCH_EVENTS];
    size_t event_count;
    json_t *records;      /* key: value, as in the state file */
    json_t *order;        /* keys in the order in which they were last put */
    uint64_t images;      /* given a UID of their own */
    unsigned forgot_past; /* how often the state file was to lose what is out of date */
    bool parse;           /* keep the events as JSON; else only count them */
};

/** update_interval 0 unless set otherwise afterwards. records: of an earlier bench, or NULL. */
struct bench *bench_create(const struct bench *earlier);
void bench_destroy(struct bench *bench);
void bench_interval(struct bench *bench, unsigned ms);

/** Thresholds of phases; until then nothing stalls or ends. */
void bench_phases(struct bench *bench, const struct phases_settings *phases);
void bench_send(struct bench *bench, struct bench_file file);
void bench_error(struct bench *bench, const char *folder, const char *name);

/** A file that cannot be read, whose header told station, key, image, study as set in file. */
void bench_torn(struct bench *bench, struct bench_file file);
void bench_collect(struct bench *bench);

/** The types of all events, "new update changed"; free it. */
char *bench_types(const struct bench *bench);

/** A value deep in the last event or in /state: bench_last(bench, "series", "count", NULL). */
const json_t *bench_last(const struct bench *bench, ...) __attribute__((sentinel));
const json_t *bench_in(const json_t *value, ...) __attribute__((sentinel));
json_t *bench_state(struct bench *bench);

/** For cmocka's setup and teardown: a bench in *state. */
int bench_make(void **state);
int bench_drop(void **state);

/** A string of a message, "(none)" where there is none. */
const char *bench_text(const json_t *value);

/** Lets the loop run until there are count events. */
void bench_run(struct bench *bench, size_t count);

/** Lets ms pass in the loop. */
void bench_pass(struct bench *bench, unsigned ms);
