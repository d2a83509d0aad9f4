/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pipeline: what its files share. */
#pragma once

#include "base/log.h"
#include "base/path_list.h"
#include "blame.h"
#include "folders.h"
#include "names.h"
#include "order.h"
#include "pipeline.h"
#include "retention.h"
#include "seen.h"
#include "settling.h"
#include "workers/workers.h"

#include <sys/stat.h>

/** What files can repeat as often as somebody outside likes. */
struct pipeline_faults {
    struct log_fault unreadable, refused, folders, names, lost, bounds;
};

struct pipeline {
    struct event_base *base;
    struct tracking *tracking;
    struct keeper *keeper; /* may be NULL */
    pipeline_pause pause;
    void *self; /* of pause */
    struct names *names;
    struct pipeline_faults faults;
    struct event *faults_rest;
    struct path_list denied; /* files that we have no right to read … */
    long long denied_ms;     /* … the last one when */
    struct folders *folders;
    struct folder_queue queue;
    struct workers *workers;
    struct order *order;
    struct settling *settling;
    struct seen *seen;
    struct retention *retention;
    struct blame *blame;
    struct event *blame_timer; /* when a disabled checker is to be tried again */
    char *worker;              /* path of mrqart-worker */
    bool trust_names;
    bool paused[LANES];
    unsigned worker_count, worker_timeout_ms;
    size_t queue_limit, record_limit;
    int64_t start_ns;

    void (*drained)(void *self); /* not NULL: the end has begun */
    void *drained_self;
    bool over; /* drained() was called */
    struct event *drain_done, *drain_grace;
};

/** Where a file is in the record. */
struct seen_place pipeline_place(const struct queued_file *file);

/** The time as the kernel stamps files. */
int64_t pipeline_now_ns(void);

/** The same, and when a file was changed. */
struct seen_times pipeline_times(int64_t changed_ns);

/** Something of the record or of a root has changed. */
void pipeline_mark(struct pipeline *pipeline);

/** Puts file into its folder's queue as if it had just come. */
void pipeline_queue(struct pipeline *pipeline, struct queued_file *file);

/** Gives workers what waits, and pauses the sources where that is too much. */
void pipeline_dispatch(struct pipeline *pipeline);

/** Pauses the sources or lets them go on. */
void pipeline_balance(struct pipeline *pipeline);

/** What workers are told now. */
struct workers_settings pipeline_workers_settings(const struct pipeline *pipeline);

/** A checker was disabled, or is to be tried again: workers anew. */
void pipeline_checkers_changed(struct pipeline *pipeline);

/** The end: done if all has been answered and all processes are gone. */
void pipeline_drain_check(struct pipeline *pipeline);

/* pipeline_roots.c: the watched folders */

/** What a scan has found at place is known, or older than what is looked at. */
bool pipeline_is_old(struct pipeline *pipeline, const struct seen_place *place,
                     const struct root *root, const struct stat *status);
/** What the record asks: see struct seen_owner. */
struct seen_owner pipeline_seen_owner(struct pipeline *pipeline);
void pipeline_collect_roots(struct pipeline *pipeline);
bool pipeline_restore_root(struct pipeline *pipeline, const char *key, const json_t *value);

/* pipeline_answers.c: what becomes of a file */
void pipeline_request(void *self, struct queued_file *file, struct protocol_check *request);
void pipeline_answer(void *self, struct queued_file *file, const struct protocol_answer *answer,
                     const char *text, size_t length);
void pipeline_back(void *self, struct queued_file *file);
void pipeline_lost(void *self, struct queued_file *file, enum workers_lost how,
                   const struct protocol_note *note);
void pipeline_deliver(void *self, struct queued_file *file);

/** It belongs to this series by its name: counted when its turn comes. */
void pipeline_trust(struct pipeline *pipeline, struct queued_file *file, uint64_t series);
