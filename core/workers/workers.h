/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workers: started, given files from the queue, watched, replaced. A worker answers in the
 * order in which it was given files, so the first that it has not answered is the one it has taken.
 */
#pragma once

#include "pipeline/folder_queue.h"
#include "protocol.h"

#include <event2/event.h>
#include <jansson.h>

struct workers;

enum workers_lost { WORKERS_DIED, WORKERS_TIMED_OUT };

/** What the pool tells its owner. */
struct workers_owner {
    void *self;
    /** Fill in flags, known and settled. */
    void (*request)(void *self, struct queued_file *file, struct protocol_check *request);
    /** text: length bytes behind the answer. file is no longer with a worker. */
    void (*answer)(void *self, struct queued_file *file, const struct protocol_answer *answer,
                   const char *text, size_t length);
    /** Its worker died before it took it: back to the front. */
    void (*back)(void *self, struct queued_file *file);
    /** Its worker died over it; note: its last words. */
    void (*lost)(void *self, struct queued_file *file, enum workers_lost how,
                 const struct protocol_note *note);
    /** Processes were found to hang, or went at last: see workers_stuck(). */
    void (*stuck_changed)(void *self);
};

struct workers_settings {
    unsigned count, timeout_ms;
    const char *program;  /* path of mrqart-worker; outlives the pool */
    const char *settings; /* JSON text for them; copied */
};

struct workers *workers_create(struct event_base *base, struct folder_queue *queue,
                               const struct workers_settings *settings,
                               const struct workers_owner *owner);
void workers_destroy(struct workers *workers); /* takes NULL; kills them */

/** Starts them. False, having said why: not even one process can be made. */
bool workers_start(struct workers *workers);

/** A new generation; the old ones finish what they have. */
void workers_configure(struct workers *workers, const struct workers_settings *settings);

/** Gives files to workers that have room. Cheap when there is nothing to do. */
void workers_dispatch(struct workers *workers);

/** Gives no more files, and lets workers end when they have answered. */
void workers_retire(struct workers *workers);

/** Kills those that still have a file; what they had goes nowhere. */
void workers_kill(struct workers *workers);

/** Once in a while: says of faults that are over how often they were. */
void workers_rest_faults(struct workers *workers);

/** How many files are with workers. */
size_t workers_busy(const struct workers *workers);

/** How many processes are not reaped yet, the working ones too. */
size_t workers_alive(const struct workers *workers);

/** How many processes of root (NULL: of all) cannot be killed. */
unsigned workers_stuck(const struct workers *workers, const struct root *root);

/** For /healthz; false: no worker can work. */
bool workers_health(const struct workers *workers, json_t *health, json_t *warnings);
