/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a path from a source to series tracking. */
#include "pipeline.h"

#include "base/log.h"
#include "base/memory.h"
#include "keeper.h"
#include "pipeline_parts.h"
#include "trusted_names.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <time.h>

static const char root_key[] = "root:"; /* before a path: its record in the state file */

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
    for (struct root *root = folders_first_root(pipeline->folders); root;
         root = TAILQ_NEXT(root, entry)) {
        if (root->changed) {
            AUTOFREE char *key = mem_printf("%s%s", root_key, root->path);
            keeper_put(pipeline->keeper, PIPELINE_RECORD, key, json_integer(root->floor_ns));
            root->changed = false;
        }
    }
    seen_collect(pipeline->seen, put_seen, pipeline->keeper);
}

void pipeline_mark(struct pipeline *pipeline) {
    if (pipeline->keeper) {
        keeper_mark(pipeline->keeper);
    }
}

void pipeline_restore(struct pipeline *pipeline, const char *key, const json_t *value) {
    size_t length = sizeof(root_key) - 1;
    if (strncmp(key, root_key, length) == 0 && json_is_integer(value) && key[length] == '/') {
        folders_root(pipeline->folders, key + length)->floor_ns = json_integer_value(value);
    } else if (!seen_restore(pipeline->seen, key, value)) {
        log_warning("a record of the state file is damaged; the files in it may be counted again");
    }
}

static void handle_forget(void *self, uint64_t hash, int64_t newest_ns) {
    struct pipeline *pipeline = self;
    for (struct root *root = folders_first_root(pipeline->folders); root;
         root = TAILQ_NEXT(root, entry)) {
        if (root->hash == hash && root->floor_ns < newest_ns) {
            root->floor_ns = newest_ns;
            root->changed = true;
        }
    }
}

/* ---- arrival ----------------------------------------------------------------------------- */

void pipeline_follow(struct pipeline *pipeline, const char *path) {
    struct root *root = folders_root(pipeline->folders, path);
    if (!root->floor_ns) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME_COARSE, &now); /* as the kernel stamps files */
        root->floor_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
        root->changed = true;
        pipeline_mark(pipeline);
    }
}

/* What waits for a root that is shut out shall not pause the others. */
static size_t waiting_files(const struct pipeline *pipeline) {
    size_t waiting = pipeline->queue.waiting[MRQ_LIVE] + pipeline->queue.waiting[MRQ_BACKLOG];
    for (const struct root *root = folders_first_root(pipeline->folders); root;
         root = TAILQ_NEXT(root, entry)) {
        waiting -= root->shut ? root->waiting : 0;
    }
    return waiting;
}

void pipeline_balance(struct pipeline *pipeline) {
    size_t waiting = waiting_files(pipeline);
    bool full = waiting >= pipeline->queue_limit / (pipeline->paused ? 2 : 1);
    if (full != pipeline->paused) {
        pipeline->paused = full;
        pipeline->pause(pipeline->self, full);
    }
}

void pipeline_queue(struct pipeline *pipeline, struct queued_file *file) {
    folder_queue_put(&pipeline->queue, file);
}

static void dispatch(struct pipeline *pipeline) {
    workers_dispatch(pipeline->workers);
    pipeline_balance(pipeline);
}

/* It is on its way already. */
static void arrive_again(struct pipeline *pipeline, struct queued_file *file,
                         const struct mrq_found *found) {
    bool closed = !found->stat;
    switch (file->state) {
    case FILE_WAITING:
        if (closed) {
            file->maybe_open = false;
        }
        if (file->lane == MRQ_BACKLOG && found->lane == MRQ_LIVE) {
            folder_queue_remove(&pipeline->queue, file);
            file->lane = MRQ_LIVE;
            folder_queue_put(&pipeline->queue, file);
        }
        break;
    case FILE_SENT:
    case FILE_HELD:
        file->again_found = !closed && (!file->again || file->again_found);
        file->again = true;
        break;
    case FILE_SETTLING:
        if (closed) {
            settling_remove(pipeline->settling, file);
            file->maybe_open = false;
            file->patience = 0;
            file->last_look = 0;
            file->lane = found->lane;
            pipeline_queue(pipeline, file);
        }
        break;
    }
}

/* What a scan finds may be known or older than the watching. */
static bool is_old(struct pipeline *pipeline, const struct folder *folder, uint64_t key,
                   const struct stat *status) {
    const struct seen_place place = {folder->root->hash, folder->link.hash, key};
    const struct seen_file *known = seen_find(pipeline->seen, &place);
    const struct file_identity identity = protocol_identity(status);
    uint64_t hash = protocol_identity_hash(&identity);
    if (known) {
        return known->identity == hash;
    }
    if (status->st_nlink == 1 && seen_anywhere(pipeline->seen, hash)) {
        seen_move(pipeline->seen, &place, hash, identity.changed_ns);
        pipeline_mark(pipeline);
        return true; /* it was renamed */
    }
    return identity.changed_ns < folder->root->floor_ns;
}

static uint64_t series_by_name(const struct pipeline *pipeline, const struct folder *folder,
                               const char *name, uint64_t key) {
    const struct seen_place place = {folder->root->hash, folder->link.hash, key};
    if (!pipeline->trust_names || seen_find(pipeline->seen, &place)) {
        return 0;
    }
    return trusted_names_find(folder->trusted, name);
}

static void arrive(struct pipeline *pipeline, struct folder *folder, const char *name,
                   const struct mrq_found *found) {
    uint64_t key = folders_key(folder, name);
    struct queued_file *file = folders_find(pipeline->folders, folder, name, key);
    if (file) {
        arrive_again(pipeline, file, found);
        return;
    }
    if (found->stat && is_old(pipeline, folder, key, found->stat)) {
        return;
    }
    if (folder->root->shut && folder->root->waiting >= pipeline->queue_limit) {
        folder->root->left_out++; /* unseen: caught up at the next start */
        return;
    }
    file = folders_add(pipeline->folders, folder, name, key);
    file->lane = found->lane == MRQ_BACKLOG ? MRQ_BACKLOG : MRQ_LIVE;
    file->maybe_open = found->stat != NULL;
    uint64_t series = series_by_name(pipeline, folder, name, key);
    if (series && !file->maybe_open) {
        pipeline_trust(pipeline, file, series);
    } else {
        pipeline_queue(pipeline, file);
    }
}

void pipeline_emit(struct pipeline *pipeline, const struct mrq_found *found) {
    const char *name;
    if (pipeline->drained) {
        return; /* unseen: caught up at the next start */
    }
    struct folder *folder = folders_of(pipeline->folders, found->root, found->path, &name);
    if (!folder) {
        return;
    }
    if (!names_wanted(pipeline->names, name)) {
        names_refuse(pipeline->names, folder->root->path, name, !folder->refused);
        folder->refused = true;
        return;
    }
    arrive(pipeline, folder, name, found);
    dispatch(pipeline);
}

/* ---- life -------------------------------------------------------------------------------- */

static void handle_due(void *self, struct queued_file *file) {
    struct pipeline *pipeline = self;
    if (!pipeline->drained) {
        file->patience++;
        pipeline_queue(pipeline, file);
        dispatch(pipeline);
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
    dispatch(pipeline);
    pipeline_drain_check(pipeline);
}

static void handle_drain_done(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct pipeline *pipeline = self;
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
    workers_retire(pipeline->workers);
    pipeline_drain_check(pipeline);
}

struct workers_settings pipeline_workers_settings(const struct pipeline *pipeline) {
    return (struct workers_settings){.count = pipeline->worker_count,
                                     .timeout_ms = pipeline->worker_timeout_ms,
                                     .program = pipeline->worker,
                                     .settings = blame_settings(pipeline->blame)};
}

static void adopt(struct pipeline *pipeline, const struct pipeline_settings *settings) {
    names_destroy(pipeline->names);
    blame_destroy(pipeline->blame);
    free(pipeline->worker);
    pipeline->names = names_create(settings->wanted);
    pipeline->blame = blame_create(settings->settings);
    pipeline->worker = mem_dup(settings->worker);
    pipeline->trust_names = settings->trust_names;
    pipeline->worker_count = settings->workers > 0 ? settings->workers : 1;
    pipeline->worker_timeout_ms = settings->worker_timeout_ms;
    pipeline->queue_limit = settings->queue > 0 ? settings->queue : 1;
    pipeline->record_limit = settings->record > 0 ? settings->record : 1;
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
    adopt(pipeline, settings);
    pipeline->folders = folders_create();
    folder_queue_init(&pipeline->queue);
    pipeline->seen = seen_create(pipeline->record_limit, handle_forget, pipeline);
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
    seen_destroy(pipeline->seen);
    folders_destroy(pipeline->folders);
    names_destroy(pipeline->names);
    blame_destroy(pipeline->blame);
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
    order_configure(pipeline->order, settings->hold_ms);
    settling_configure(pipeline->settling, settings->settle_ms);
    const struct workers_settings told = pipeline_workers_settings(pipeline);
    workers_configure(pipeline->workers, &told);
    dispatch(pipeline);
}
