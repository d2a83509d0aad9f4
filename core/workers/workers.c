/* SPDX-License-Identifier: Apache-2.0 */
/* The workers: started, given files from the queue, watched, replaced. */
#include "workers.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "workers_parts.h"

enum {
    QUICK_US = 5000,        /* files that take longer go to workers one by one */
    BACKOFF_FIRST_MS = 100, /* when workers die before they are ready */
    BACKOFF_LAST_MS = 30 * 1000,
};

/* ---- starting ---------------------------------------------------------------------------- */

void workers_back_off(struct workers *workers) {
    long long delay_ms = BACKOFF_LAST_MS;
    if (workers->failures < 10) {
        delay_ms = (long long)BACKOFF_FIRST_MS << workers->failures;
    }
    workers->failures++;
    delay_ms = delay_ms < BACKOFF_LAST_MS ? delay_ms : BACKOFF_LAST_MS;
    struct timeval delay = clock_delay(delay_ms);
    log_warning("a worker ended before it was ready; the next one is started in %lld.%lld s",
                delay_ms / 1000, delay_ms % 1000 / 100);
    evtimer_add(workers->backoff, &delay);
}

static unsigned current(const struct workers *workers) {
    unsigned count = 0;
    const struct worker *worker;
    TAILQ_FOREACH(worker, &workers->list, entry) {
        count += worker->state != WORKER_RETIRED;
    }
    return count;
}

void workers_fill(struct workers *workers) {
    while (!workers->retired && !evtimer_pending(workers->backoff, NULL) &&
           current(workers) < workers->count) {
        struct worker *worker =
            worker_create(workers->base, workers->program, workers->generation, &workers->hooks);
        if (!worker) {
            workers_back_off(workers);
            return;
        }
        TAILQ_INSERT_TAIL(&workers->list, worker, entry);
        workers->started++;
        worker_send_settings(worker, workers->settings);
        workers_set_watch(workers);
    }
}

static void handle_backoff(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    workers_fill(self);
}

/* ---- what workers say -------------------------------------------------------------------- */

static void handle_ready(void *self, struct worker *worker) {
    (void)worker;
    struct workers *workers = self;
    workers->failures = 0;
    event_del(workers->backoff);
    workers_fill(workers);
    workers_dispatch(workers);
}

static void handle_answer(void *self, struct worker *worker, const struct protocol_answer *answer,
                          const char *text, size_t length) {
    struct workers *workers = self;
    long long spent_us = (clock_ns() - worker->since_ns) / 1000;
    workers->spent_us += (spent_us - workers->spent_us) / 8;
    struct queued_file *file = worker_pop(worker);
    if (file) {
        workers->owner.answer(workers->owner.self, file, answer, text, length);
    }
}

static void handle_broken(void *self, struct worker *worker, bool violation) {
    struct workers *workers = self;
    if (violation) {
        log_fault_tell(&workers->broken, NULL,
                       "worker %d said something it must not say; it is killed",
                       (int)worker->child.pid);
    }
    workers_end(self, worker, WORKERS_DIED);
}

static void handle_idle(void *self, struct worker *worker) {
    struct workers *workers = self;
    if (worker->state == WORKER_RETIRED && worker->load.count == 0) {
        workers_let_go(workers, worker, LEAVING_ASKED, NULL);
    }
    workers_dispatch(workers);
}

/* ---- giving ------------------------------------------------------------------------------ */

static bool give(struct workers *workers, struct worker *worker, enum mrq_lane last) {
    struct queued_file *file =
        folder_queue_next(workers->queue, &worker->load, workers->count, last);
    if (!file) {
        return false;
    }
    struct protocol_check request = {0};
    workers->owner.request(workers->owner.self, file, &request);
    worker_add_request(worker, &request);
    return true;
}

void workers_dispatch(struct workers *workers) {
    if (workers->queue->folders == 0 || workers->retired) {
        return;
    }
    struct worker *worker;
    TAILQ_FOREACH(worker, &workers->list, entry) { /* each gets one before any gets two */
        if (worker->state == WORKER_READY && worker->load.count == 0) {
            give(workers, worker, MRQ_BACKLOG);
        }
    }
    bool quick = workers->spent_us < QUICK_US;
    bool reserved = false; /* one worker never has two of the backlog: a live file waits for one */
    TAILQ_FOREACH(worker, &workers->list, entry) {
        if (worker->state == WORKER_READY && worker->load.count == 1 && quick) {
            while (give(workers, worker, reserved ? MRQ_BACKLOG : MRQ_LIVE)) {
            }
        }
        reserved = reserved || worker->state == WORKER_READY;
        if (worker->outbox.end > 0) {
            worker_send(worker);
        }
    }
    workers_set_watch(workers);
}

static void handle_sweep(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    workers_sweep(self);
}

static void handle_watch(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    workers_watch(self);
}

/* ---- the pool ---------------------------------------------------------------------------- */

static void handle_leaving(void *self) {
    struct workers *workers = self;
    workers->owner.stuck_changed(workers->owner.self);
}

static void adopt(struct workers *workers, const struct workers_settings *settings) {
    free(workers->settings);
    workers->settings = mem_dup(settings->settings);
    workers->program = settings->program;
    workers->count = settings->count > 0 ? settings->count : 1;
    workers->timeout_ms = settings->timeout_ms;
    workers->generation++;
    workers->failures = 0;
}

struct workers *workers_create(struct event_base *base, struct folder_queue *queue,
                               const struct workers_settings *settings,
                               const struct workers_owner *owner) {
    struct workers *workers = mem_new(struct workers);
    workers->base = base;
    workers->queue = queue;
    workers->owner = *owner;
    workers->prints = prints_create(base);
    workers->hooks = (struct worker_owner){
        .self = workers,
        .prints = prints_end(workers->prints),
        .ready = handle_ready,
        .answer = handle_answer,
        .broken = handle_broken,
        .idle = handle_idle,
    };
    TAILQ_INIT(&workers->list);
    TAILQ_INIT(&workers->ended);
    workers->leaving = leaving_create(base, handle_leaving, workers);
    workers->watch = evtimer_new(base, handle_watch, workers);
    workers->backoff = evtimer_new(base, handle_backoff, workers);
    workers->sweep = evtimer_new(base, handle_sweep, workers);
    adopt(workers, settings);
    return workers;
}

void workers_destroy(struct workers *workers) {
    if (!workers) {
        return;
    }
    for (struct worker *worker; (worker = TAILQ_FIRST(&workers->list));) {
        workers_let_go(workers, worker, LEAVING_KILLED, NULL);
    }
    workers_sweep(workers);
    leaving_destroy(workers->leaving);
    prints_destroy(workers->prints);
    event_free(workers->watch);
    event_free(workers->backoff);
    event_free(workers->sweep);
    free(workers->settings);
    free(workers);
}

bool workers_start(struct workers *workers) {
    workers_fill(workers);
    return !TAILQ_EMPTY(&workers->list);
}

static void retire_all(struct workers *workers) {
    for (struct worker *worker = TAILQ_FIRST(&workers->list), *next; worker; worker = next) {
        next = TAILQ_NEXT(worker, entry);
        workers_retire_one(workers, worker);
    }
}

void workers_configure(struct workers *workers, const struct workers_settings *settings) {
    adopt(workers, settings);
    event_del(workers->backoff);
    retire_all(workers);
    workers_fill(workers);
}

void workers_retire(struct workers *workers) {
    workers->retired = true;
    retire_all(workers);
}

void workers_kill(struct workers *workers) {
    for (struct worker *worker; (worker = TAILQ_FIRST(&workers->list));) {
        workers_let_go(workers, worker, LEAVING_KILLED, NULL);
    }
}

void workers_rest_faults(struct workers *workers) {
    log_fault_rest(&workers->broken, NULL, "workers that said something they must not say");
    log_fault_rest(&workers->killed, NULL, "workers that took too long");
    leaving_rest_faults(workers->leaving);
}

size_t workers_busy(const struct workers *workers) {
    size_t files = 0;
    const struct worker *worker;
    TAILQ_FOREACH(worker, &workers->list, entry) {
        files += worker->load.count;
    }
    return files;
}

size_t workers_alive(const struct workers *workers) {
    size_t alive = leaving_count(workers->leaving);
    const struct worker *worker;
    TAILQ_FOREACH(worker, &workers->list, entry) {
        alive++;
    }
    return alive;
}

unsigned workers_stuck(const struct workers *workers, const struct root *root) {
    return leaving_stuck(workers->leaving, root);
}

bool workers_health(const struct workers *workers, json_t *health, json_t *warnings) {
    static const char *const states[] = {"starting", "ready", "ending"};
    unsigned ready = 0, stuck = workers_stuck(workers, NULL);
    json_t *list = json_array();
    const struct worker *worker;
    TAILQ_FOREACH(worker, &workers->list, entry) {
        const char *state = states[worker->state];
        ready += worker->state == WORKER_READY;
        json_array_append_new(
            list, json_pack("{s:i, s:s, s:i}", "pid", (int)worker->child.pid, "state",
                            worker->state == WORKER_READY && worker->load.count ? "busy" : state,
                            "files", (int)worker->load.count));
    }
    json_object_set_new(health, "workers",
                        json_pack("{s:i, s:i, s:i, s:I, s:I, s:I, s:o}", "configured",
                                  (int)workers->count, "ready", (int)ready, "stuck", (int)stuck,
                                  "started", (json_int_t)workers->started, "died",
                                  (json_int_t)workers->died, "timed_out",
                                  (json_int_t)workers->timed_out, "processes", list));
    if (workers->failures > 0) {
        json_array_append_new(warnings, json_string("workers end before they are ready: the log "
                                                    "says why"));
    }
    if (stuck > 0) {
        json_array_append_new(warnings, json_string("worker processes hang in the kernel: a "
                                                    "network mount does not answer"));
    }
    return ready > 0 || workers->failures == 0;
}
