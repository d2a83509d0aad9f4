/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pool of workers: what its files share. */
#pragma once

#include "base/log.h"
#include "leaving.h"
#include "prints.h"
#include "worker.h"
#include "workers.h"

struct workers {
    struct event_base *base;
    struct folder_queue *queue;
    struct workers_owner owner;
    struct worker_owner hooks;
    unsigned count, timeout_ms;
    const char *program;
    char *settings;
    uint32_t generation;
    TAILQ_HEAD(worker_list, worker) list;
    struct worker_list ended; /* freed when the loop comes round */
    struct leaving *leaving;
    struct prints *prints;
    struct log_fault killed, broken; /* what a hostile file can repeat */
    struct event *watch, *backoff, *sweep;
    long long watched_ms;
    unsigned failures;  /* deaths before READY since the last READY */
    long long spent_us; /* what a file takes, on the average */
    uint64_t started, died, timed_out;
    bool retired;
};

/** Starts what is missing. */
void workers_fill(struct workers *workers);

/** A worker died before it was ready: the next one is started later. */
void workers_back_off(struct workers *workers);

/* workers_end.c */

/** worker is no longer one of ours; its files are seen to. Freed when the loop comes round. */
void workers_let_go(struct workers *workers, struct worker *worker, enum leaving_how how,
                    struct root *root);
/** Frees those that were let go. */
void workers_sweep(struct workers *workers);

/** worker is dead or is to die; its files go back, and another takes its place. */
void workers_end(struct workers *workers, struct worker *worker, enum workers_lost how);

/** worker gets no more files; if it has none it ends now. */
void workers_retire_one(struct workers *workers, struct worker *worker);

/** Has workers watched that are busy; cheap when they are already. */
void workers_set_watch(struct workers *workers);
/** The time to look at them has come. */
void workers_watch(struct workers *workers);
