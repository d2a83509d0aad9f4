/* SPDX-License-Identifier: Apache-2.0 */
/* The workers: started, given files from the queue, watched, replaced. */
#include "workers.h"

#include "base/log.h"
#include "base/memory.h"
#include "clock.h"
#include "leaving.h"
#include "worker.h"

enum {
    WATCH_MS = 50,          /* how exactly time-outs are kept */
    SLOW_MS = 100,          /* a file that takes longer gives those behind it to others */
    QUICK_US = 5000,        /* files that take longer go to workers one by one */
    START_MS = 60 * 1000,   /* loading checkers and database; under valgrind it takes long */
    BACKOFF_FIRST_MS = 100, /* when workers die before they are ready */
    BACKOFF_LAST_MS = 30 * 1000,
    RETURNS = 3, /* so often a worker may die without having taken its first file */
};

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
    struct event *watch, *backoff, *sweep;
    long long watched_ms;
    unsigned failures;  /* deaths before READY since the last READY */
    long long spent_us; /* what a file takes, on the average */
    uint64_t started, died, timed_out;
    bool retired;
};

static void set_watch(struct workers *workers) {
    if (!evtimer_pending(workers->watch, NULL)) {
        struct timeval delay = clock_delay(WATCH_MS);
        workers->watched_ms = clock_ms();
        evtimer_add(workers->watch, &delay);
    }
}

/* ---- starting ---------------------------------------------------------------------------- */

static void back_off(struct workers *workers) {
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

static void fill(struct workers *workers) {
    while (!workers->retired && !evtimer_pending(workers->backoff, NULL) &&
           current(workers) < workers->count) {
        struct worker *worker =
            worker_create(workers->base, workers->program, workers->generation, &workers->hooks);
        if (!worker) {
            back_off(workers);
            return;
        }
        TAILQ_INSERT_TAIL(&workers->list, worker, entry);
        workers->started++;
        worker_send_settings(worker, workers->settings);
        set_watch(workers);
    }
}

static void handle_backoff(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    fill(self);
}

/* ---- ending ------------------------------------------------------------------------------ */

static void handle_sweep(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct workers *workers = self;
    for (struct worker *worker; (worker = TAILQ_FIRST(&workers->ended));) {
        TAILQ_REMOVE(&workers->ended, worker, entry);
        worker_destroy(worker);
    }
}

/* worker is no longer one of ours; its files are seen to. */
static void let_go(struct workers *workers, struct worker *worker, enum leaving_how how,
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

static void end(struct workers *workers, struct worker *worker, enum workers_lost how) {
    struct protocol_note note;
    memcpy(&note, worker->child.note, sizeof(note)); /* it may still write to its own */
    note.checker[sizeof(note.checker) - 1] = '\0';
    bool starting = worker->state == WORKER_STARTING, taken = had_taken(worker, &note, how);
    workers->died += how == WORKERS_DIED && worker->state != WORKER_RETIRED;
    workers->timed_out += how == WORKERS_TIMED_OUT;
    take_back(workers, worker, taken ? 1 : 0);
    struct queued_file *file = taken ? worker_pop(worker) : NULL;
    let_go(workers, worker, LEAVING_KILLED, file ? file->folder->root : NULL);
    if (starting && !evtimer_pending(workers->backoff, NULL)) {
        back_off(workers);
    }
    if (file) {
        workers->owner.lost(workers->owner.self, file, how, &note);
    }
    fill(workers);
    workers_dispatch(workers);
}

static void retire(struct workers *workers, struct worker *worker) {
    worker->state = WORKER_RETIRED;
    if (worker->load.count == 0) {
        let_go(workers, worker, LEAVING_ASKED, NULL);
    }
}

/* ---- what workers say -------------------------------------------------------------------- */

static void handle_ready(void *self, struct worker *worker) {
    (void)worker;
    struct workers *workers = self;
    workers->failures = 0;
    event_del(workers->backoff);
    fill(workers);
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
    if (violation) {
        log_error("worker %d said something it must not say; it is killed", (int)worker->child.pid);
    }
    end(self, worker, WORKERS_DIED);
}

static void handle_idle(void *self, struct worker *worker) {
    struct workers *workers = self;
    if (worker->state == WORKER_RETIRED && worker->load.count == 0) {
        let_go(workers, worker, LEAVING_ASKED, NULL);
    }
    workers_dispatch(workers);
}

/* ---- watching ---------------------------------------------------------------------------- */

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
        log_warning("worker %d %s; it is killed", (int)worker->child.pid,
                    starting ? "is not ready after a minute" : "takes too long");
        end(workers, worker, WORKERS_TIMED_OUT);
    } else if (!starting && age_ms >= SLOW_MS && worker->load.count > 1) {
        take_back(workers, worker, 1);
    }
}

static void handle_watch(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct workers *workers = self;
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
        set_watch(workers);
    }
}

/* ---- giving ------------------------------------------------------------------------------ */

static bool give(struct workers *workers, struct worker *worker) {
    struct queued_file *file = folder_queue_next(workers->queue, &worker->load, workers->count);
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
            give(workers, worker);
        }
    }
    bool quick = workers->spent_us < QUICK_US;
    TAILQ_FOREACH(worker, &workers->list, entry) {
        if (worker->state == WORKER_READY && worker->load.count == 1 && quick) {
            while (give(workers, worker)) {
            }
        }
        if (worker->outbox.end > 0) {
            worker_send(worker);
        }
    }
    set_watch(workers);
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
    workers->hooks = (struct worker_owner){
        .self = workers,
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
        let_go(workers, worker, LEAVING_KILLED, NULL);
    }
    handle_sweep(-1, 0, workers);
    leaving_destroy(workers->leaving);
    event_free(workers->watch);
    event_free(workers->backoff);
    event_free(workers->sweep);
    free(workers->settings);
    free(workers);
}

bool workers_start(struct workers *workers) {
    fill(workers);
    return !TAILQ_EMPTY(&workers->list);
}

static void retire_all(struct workers *workers) {
    for (struct worker *worker = TAILQ_FIRST(&workers->list), *next; worker; worker = next) {
        next = TAILQ_NEXT(worker, entry);
        retire(workers, worker);
    }
}

void workers_configure(struct workers *workers, const struct workers_settings *settings) {
    adopt(workers, settings);
    event_del(workers->backoff);
    retire_all(workers);
    fill(workers);
}

void workers_retire(struct workers *workers) {
    workers->retired = true;
    retire_all(workers);
}

void workers_kill(struct workers *workers) {
    for (struct worker *worker; (worker = TAILQ_FIRST(&workers->list));) {
        let_go(workers, worker, LEAVING_KILLED, NULL);
    }
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
