/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a path from a source to series tracking. */
#include "pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "keeper/keeper.h"
#include "pipeline_parts.h"

/* 100,000 folders are a year of a busy site; each takes about 80 bytes */
enum { QUIET_FOLDERS = 500000 };

/* a folder that nothing came into for ten minutes has no series under way */
static const int64_t QUIET_NS = INT64_C(600) * 1000000000;

struct seen_place pipeline_place(const struct queued_file *file) {
    return (struct seen_place){.root = file->folder->root->hash,
                               .folder = file->folder->link.hash,
                               .key = file->link.hash};
}

/* ---- the state file ---------------------------------------------------------------------- */

static void put_seen(void *self, const char *key, json_t *value) {
    keeper_put(self, PIPELINE_RECORD, key, value);
}

static void collect(void *self) {
    struct pipeline *pipeline = self;
    pipeline_collect_roots(pipeline);
    seen_collect(pipeline->seen, put_seen, pipeline->keeper);
}

static void handle_forgotten(void *self) {
    pipeline_mark(self);
}

void pipeline_mark(struct pipeline *pipeline) {
    if (pipeline->keeper) {
        keeper_mark(pipeline->keeper);
    }
}

bool pipeline_restore(struct pipeline *pipeline, const char *key, const json_t *value) {
    return pipeline_restore_root(pipeline, key, value) || seen_restore(pipeline->seen, key, value);
}

/* ---- faults that are over ----------------------------------------------------------------- */

enum { FAULTS_REST_S = 10 };

static void handle_faults_rest(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct pipeline *pipeline = self;
    struct pipeline_faults *faults = &pipeline->faults;
    log_fault_rest(&faults->unreadable, NULL, "files that cannot be read");
    log_fault_rest(&faults->refused, NULL, "names of what is no file to be read");
    log_fault_rest(&faults->folders, NULL, "folders with names of files");
    log_fault_rest(&faults->names, NULL, "folders with names that are not wanted");
    log_fault_rest(&faults->lost, NULL, "files whose worker died or took too long");
    log_fault_rest(&faults->bounds, NULL, "paths out of bounds");
    workers_rest_faults(pipeline->workers);
}

static void make_faults(struct pipeline *pipeline) {
    const struct timeval interval = {.tv_sec = FAULTS_REST_S};
    pipeline->faults = (struct pipeline_faults){
        .refused.level = MRQ_NOTICE, .folders.level = MRQ_NOTICE, .names.level = MRQ_NOTICE};
    pipeline->faults_rest = event_new(pipeline->base, -1, EV_PERSIST, handle_faults_rest, pipeline);
    event_add(pipeline->faults_rest, &interval);
}

/* ---- life -------------------------------------------------------------------------------- */

static void handle_due(void *self, struct queued_file *file) {
    struct pipeline *pipeline = self;
    if (!pipeline->drained) {
        file->patience++;
        pipeline_queue(pipeline, file);
        pipeline_dispatch(pipeline);
    }
}

/* A root is shut out when as many processes hang as there are workers, and some of them in it. */
static void handle_stuck(void *self) {
    struct pipeline *pipeline = self;
    bool many = workers_stuck(pipeline->workers, NULL) >= pipeline->worker_count;
    for (struct root *root = folders_first_root(pipeline->folders); root;
         root = TAILQ_NEXT(root, entry)) {
        bool shut = many && workers_stuck(pipeline->workers, root) > 0;
        if (shut && !root->shut) {
            log_error("%s: %u workers hang in it and cannot be killed; it is left alone until they "
                      "end. Does its file server answer?",
                      root->path, workers_stuck(pipeline->workers, root));
        } else if (!shut && root->shut) {
            log_notice("%s: its files are read again", root->path);
        }
        root->shut = shut;
    }
    pipeline_dispatch(pipeline);
    pipeline_drain_check(pipeline);
}

static void handle_drain_done(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct pipeline *pipeline = self;
    if (pipeline->over) {
        return; /* the last worker went just when its time was over */
    }
    event_del(pipeline->drain_grace);
    order_flush(pipeline->order);
    pipeline->over = true;
    pipeline->drained(pipeline->drained_self); /* it may destroy the pipeline */
}

static void handle_drain_grace(evutil_socket_t fd, short events, void *self) {
    struct pipeline *pipeline = self;
    log_warning("files in workers are not done; they are left to the next start");
    workers_kill(pipeline->workers);
    handle_drain_done(fd, events, self);
}

void pipeline_drain_check(struct pipeline *pipeline) {
    if (pipeline->drained && !pipeline->over && workers_alive(pipeline->workers) == 0) {
        event_active(pipeline->drain_done, EV_TIMEOUT, 0);
    }
}

void pipeline_drain(struct pipeline *pipeline, unsigned grace_ms, void (*done)(void *self),
                    void *self) {
    pipeline->drained = done;
    pipeline->drained_self = self;
    struct timeval grace = {.tv_sec = grace_ms / 1000, .tv_usec = grace_ms % 1000 * 1000L};
    evtimer_add(pipeline->drain_grace, &grace);
    retention_stop(pipeline->retention);
    workers_retire(pipeline->workers);
    pipeline_drain_check(pipeline);
}

struct workers_settings pipeline_workers_settings(const struct pipeline *pipeline) {
    return (struct workers_settings){.count = pipeline->worker_count,
                                     .timeout_ms = pipeline->worker_timeout_ms,
                                     .program = pipeline->worker,
                                     .settings = blame_settings(pipeline->blame)};
}

void pipeline_checkers_changed(struct pipeline *pipeline) {
    const struct workers_settings told = pipeline_workers_settings(pipeline);
    workers_configure(pipeline->workers, &told);
    long long next_ms = blame_next_ms(pipeline->blame);
    if (next_ms) {
        struct timeval delay = clock_delay(next_ms - clock_ms());
        evtimer_add(pipeline->blame_timer, &delay);
    }
}

static void handle_try_again(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct pipeline *pipeline = self;
    if (blame_try_again(pipeline->blame, clock_ms()) && !pipeline->drained) {
        pipeline_checkers_changed(pipeline);
    }
}

static void adopt(struct pipeline *pipeline, const struct pipeline_settings *settings) {
    names_destroy(pipeline->names);
    blame_destroy(pipeline->blame);
    free(pipeline->worker);
    pipeline->names = names_create(settings->wanted, settings->redact);
    pipeline->blame = blame_create(settings->settings);
    pipeline->worker = mem_dup(settings->worker);
    pipeline->trust_names = settings->trust_names;
    pipeline->worker_count = settings->workers > 0 ? settings->workers : 1;
    pipeline->worker_timeout_ms = settings->worker_timeout_ms;
    pipeline->queue_limit = settings->queue > 0 ? settings->queue : 1;
    pipeline->record_limit = settings->record > 0 ? settings->record : 1;
}

static struct seen_bounds bounds_of(const struct pipeline *pipeline) {
    return (struct seen_bounds){
        .files = pipeline->record_limit, .folders = QUIET_FOLDERS, .quiet_ns = QUIET_NS};
}

struct pipeline *pipeline_create(struct event_base *base, const struct pipeline_settings *settings,
                                 struct tracking *tracking, struct keeper *keeper,
                                 pipeline_pause pause, void *self) {
    struct pipeline *pipeline = mem_new(struct pipeline);
    pipeline->base = base;
    pipeline->tracking = tracking;
    pipeline->keeper = keeper;
    pipeline->pause = pause;
    pipeline->self = self;
    pipeline->start_ns = pipeline_now_ns();
    make_faults(pipeline);
    adopt(pipeline, settings);
    pipeline->folders = folders_create();
    folder_queue_init(&pipeline->queue);
    const struct seen_bounds bounds = bounds_of(pipeline);
    const struct seen_owner record_owner = pipeline_seen_owner(pipeline);
    pipeline->seen = seen_create(&bounds, &record_owner);
    const struct retention_parts parts = {.folders = pipeline->folders,
                                          .seen = pipeline->seen,
                                          .names = &pipeline->names,
                                          .patience_ms = &pipeline->worker_timeout_ms,
                                          .self = pipeline,
                                          .forgotten = handle_forgotten};
    pipeline->retention = retention_create(base, &parts);
    pipeline->order = order_create(base, settings->hold_ms, pipeline_deliver, pipeline);
    pipeline->settling = settling_create(base, settings->settle_ms, handle_due, pipeline);
    const struct workers_owner owner = {.self = pipeline,
                                        .request = pipeline_request,
                                        .answer = pipeline_answer,
                                        .back = pipeline_back,
                                        .lost = pipeline_lost,
                                        .stuck_changed = handle_stuck};
    const struct workers_settings told = pipeline_workers_settings(pipeline);
    pipeline->workers = workers_create(base, &pipeline->queue, &told, &owner);
    pipeline->blame_timer = evtimer_new(base, handle_try_again, pipeline);
    pipeline->drain_done = evtimer_new(base, handle_drain_done, pipeline);
    pipeline->drain_grace = evtimer_new(base, handle_drain_grace, pipeline);
    if (keeper) {
        keeper_add_owner(keeper, collect, pipeline);
    }
    return pipeline;
}

void pipeline_destroy(struct pipeline *pipeline) {
    if (!pipeline) {
        return;
    }
    workers_destroy(pipeline->workers);
    settling_destroy(pipeline->settling);
    order_destroy(pipeline->order);
    retention_destroy(pipeline->retention);
    seen_destroy(pipeline->seen);
    folders_destroy(pipeline->folders);
    names_destroy(pipeline->names);
    path_list_finish(&pipeline->denied);
    blame_destroy(pipeline->blame);
    event_free(pipeline->blame_timer);
    event_free(pipeline->faults_rest);
    event_free(pipeline->drain_done);
    event_free(pipeline->drain_grace);
    free(pipeline->worker);
    free(pipeline);
}

bool pipeline_start(struct pipeline *pipeline) {
    return workers_start(pipeline->workers);
}

void pipeline_configure(struct pipeline *pipeline, const struct pipeline_settings *settings) {
    adopt(pipeline, settings);
    const struct seen_bounds bounds = bounds_of(pipeline);
    seen_configure(pipeline->seen, &bounds, pipeline_now_ns());
    order_configure(pipeline->order, settings->hold_ms);
    settling_configure(pipeline->settling, settings->settle_ms);
    evtimer_del(pipeline->blame_timer);
    pipeline_checkers_changed(pipeline);
    pipeline_dispatch(pipeline);
}
