/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pool of workers: how they end, and what becomes of their files. */
#include "workers_parts.h"

#include "base/clock.h"

#include <string.h>

enum {
    WATCH_MS = 50,        /* how exactly time-outs are kept */
    SLOW_MS = 100,        /* a file that takes longer gives those behind it to others */
    START_MS = 60 * 1000, /* loading checkers and database; under valgrind it takes long */
    RETURNS = 3,          /* so often a worker may die without having taken its first file */
};

/* ---- ending ------------------------------------------------------------------------------ */

void workers_sweep(struct workers *workers) {
    for (struct worker *worker; (worker = TAILQ_FIRST(&workers->ended));) {
        TAILQ_REMOVE(&workers->ended, worker, entry);
        worker_destroy(worker);
    }
}

void workers_let_go(struct workers *workers, struct worker *worker, enum leaving_how how,
                    struct root *root) {
    leaving_add(workers->leaving, worker->child.pid, how, root);
    worker_mute(worker);
    TAILQ_REMOVE(&workers->list, worker, entry);
    TAILQ_INSERT_TAIL(&workers->ended, worker, entry);
    event_active(workers->sweep, EV_TIMEOUT, 0); /* whoever called us still looks at it */
}

/* Files from index on go back to the front of their queues. Their numbers stay. */
static void take_back(struct workers *workers, struct worker *worker, size_t index) {
    for (size_t i = worker->load.count; i-- > index;) {
        struct queued_file *file = worker->load.files[i];
        if (file) {
            folder_queue_blank(&worker->load, i);
            workers->owner.back(workers->owner.self, file);
        }
    }
}

static bool had_taken(const struct worker *worker, const struct protocol_note *note,
                      enum workers_lost how) {
    struct queued_file *file = worker->load.count > 0 ? worker->load.files[0] : NULL;
    if (!file) {
        return false;
    }
    /* a worker that lies about it must not get the same file for ever */
    return how == WORKERS_TIMED_OUT || note->request == worker->requests[0] ||
           ++file->returns > RETURNS;
}

void workers_end(struct workers *workers, struct worker *worker, enum workers_lost how) {
    struct protocol_note note;
    memcpy(&note, worker->child.note, sizeof(note)); /* it may still write to its own */
    note.checker[sizeof(note.checker) - 1] = '\0';
    bool starting = worker->state == WORKER_STARTING, taken = had_taken(worker, &note, how);
    workers->died += how == WORKERS_DIED && worker->state != WORKER_RETIRED;
    workers->timed_out += how == WORKERS_TIMED_OUT;
    take_back(workers, worker, taken ? 1 : 0);
    struct queued_file *file = taken ? worker_pop(worker) : NULL;
    workers_let_go(workers, worker, LEAVING_KILLED, file ? file->folder->root : NULL);
    if (starting && !evtimer_pending(workers->backoff, NULL)) {
        workers_back_off(workers);
    }
    if (file) {
        workers->owner.lost(workers->owner.self, file, how, &note);
    }
    workers_fill(workers);
    workers_dispatch(workers);
}

void workers_retire_one(struct workers *workers, struct worker *worker) {
    worker->state = WORKER_RETIRED;
    if (worker->load.count == 0) {
        workers_let_go(workers, worker, LEAVING_ASKED, NULL);
    }
}

/* ---- watching ---------------------------------------------------------------------------- */

void workers_set_watch(struct workers *workers) {
    if (!evtimer_pending(workers->watch, NULL)) {
        struct timeval delay = clock_delay(WATCH_MS);
        workers->watched_ms = clock_ms();
        evtimer_add(workers->watch, &delay);
    }
}

static void watch_worker(struct workers *workers, struct worker *worker, long long now_ns) {
    if (worker->ended) { /* with another one, a moment ago */
        return;
    }
    long long age_ms = (now_ns - worker->since_ns) / 1000000;
    bool starting = worker->state == WORKER_STARTING;
    if (!starting && worker->load.count == 0) {
        return;
    }
    if (age_ms >= (starting ? START_MS : (long long)workers->timeout_ms)) {
        log_fault_tell(&workers->killed, NULL, "worker %d %s; it is killed", (int)worker->child.pid,
                       starting ? "is not ready after a minute" : "takes too long");
        workers_end(workers, worker, WORKERS_TIMED_OUT);
    } else if (!starting && age_ms >= SLOW_MS && worker->load.count > 1) {
        take_back(workers, worker, 1);
    }
}

void workers_watch(struct workers *workers) {
    long long late_ms = clock_ms() - workers->watched_ms - 2LL * WATCH_MS;
    bool any = false;
    for (struct worker *worker = TAILQ_FIRST(&workers->list), *next; worker; worker = next) {
        next = TAILQ_NEXT(worker, entry);
        if (late_ms > 0) { /* we were stopped ourselves: that is not its fault */
            worker->since_ns += late_ms * 1000000;
        }
        any = any || worker->state == WORKER_STARTING || worker->load.count > 0;
    }
    if (late_ms <= 0) {
        long long now_ns = clock_ns();
        for (struct worker *worker = TAILQ_FIRST(&workers->list), *next; worker; worker = next) {
            next = TAILQ_NEXT(worker, entry);
            watch_worker(workers, worker, now_ns);
        }
        workers_dispatch(workers);
    }
    if (any) {
        workers_set_watch(workers);
    }
}
