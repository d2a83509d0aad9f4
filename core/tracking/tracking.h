/* SPDX-License-Identifier: Apache-2.0 */
/* From answers to events: stations, their series, counts, what changes within a series. */
#pragma once

#include "phases.h"
#include "protocol.h"
#include <event2/event.h>
#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct keeper;
struct tracking;

/** What tracking needs to know; times in ms. */
struct tracking_settings {
    unsigned update_interval_ms; /* 0: every update is an event */
    unsigned history;            /* series kept per station */
    struct phases_settings phases;
    bool redact; /* free text may hold a name: it is dropped */
};

/** Where events go: to every sink, in order. */
typedef void (*tracking_publish)(void *self, const struct mrq_event *event);

/**
 * keeper may be NULL; else it is to be destroyed first, since it asks
 * tracking for what is not saved. Destroy takes NULL and publishes nothing.
 */
struct tracking *tracking_create(struct event_base *base, const struct tracking_settings *settings,
                                 struct keeper *keeper, tracking_publish publish, void *self);
void tracking_destroy(struct tracking *tracking);
void tracking_configure(struct tracking *tracking, const struct tracking_settings *settings);

#define TRACKING_KIND "series" /* of its records in the state file */

/** Takes one record of that kind back in (keeper_load), before the first answer. False: it is none.
 */
bool tracking_restore(struct tracking *tracking, const char *key, const json_t *value);

/** What tracking makes of one file. */
struct tracking_file {
    const char *folder; /* absolute; what an error is gathered by */
    const char *name;   /* base name */
    const char *said;   /* what may be said of that, in errors */
    bool again;         /* it was counted in this series before: look at it, do not count it */
    bool backlog;       /* it was caught up with: it may have come at any time before */
    int64_t written_ms; /* since 1970, its ctime; 0: not known */
};

/** A file has been checked: answer->outcome is PROTOCOL_DONE, json (of check.h) is length bytes. */
void tracking_answer(struct tracking *tracking, const struct tracking_file *file,
                     const struct protocol_answer *answer, const char *json, size_t length);

/**
 * One more file of a series that is known already, by its name alone (trust_names). False: the
 * series has been forgotten; have the file checked.
 */
bool tracking_count(struct tracking *tracking, const struct tracking_file *file,
                    uint64_t series_key);

/**
 * A file could not be read, or killed its workers. answer: its station, series_key (with split and
 * study) and instance, as far as its header told; message: what is wrong, without the path.
 */
void tracking_error(struct tracking *tracking, const struct tracking_file *file,
                    const struct protocol_answer *answer, const char *message);

/** A person answers a series: see mrq_acknowledge(). */
enum mrq_acknowledged tracking_acknowledge(struct tracking *tracking,
                                           const struct mrq_acknowledgement *given);

/** Publishes every update and error that still waits. */
void tracking_flush(struct tracking *tracking);

/**
 * /state, rendered once per change; the caller owns one reference. NULL: so many are still being
 * read that there is no room for another (STATE_TEXTS_BYTES); ask again later.
 */
const struct mrq_text *tracking_state(struct tracking *tracking);
