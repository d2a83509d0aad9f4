/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pipeline: what becomes of a path that a source has found. */
#include "pipeline_parts.h"

#include "base/companion.h"
#include "base/log.h"
#include "trusted_names.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int64_t pipeline_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct seen_times pipeline_times(int64_t changed_ns) {
    return (struct seen_times){.now_ns = pipeline_now_ns(), .changed_ns = changed_ns};
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

static void pause_lane(struct pipeline *pipeline, enum mrq_lane lane, size_t waiting,
                       size_t limit) {
    bool full = waiting >= limit / (pipeline->paused[lane] ? 2 : 1);
    if (full != pipeline->paused[lane]) {
        pipeline->paused[lane] = full;
        pipeline->pause(pipeline->self, lane, full);
    }
}

/* The backlog has half of the room, so that live files never wait outside because of it. */
void pipeline_balance(struct pipeline *pipeline) {
    pause_lane(pipeline, MRQ_BACKLOG, pipeline->queue.waiting[MRQ_BACKLOG],
               pipeline->queue_limit / 2);
    pause_lane(pipeline, MRQ_LIVE, waiting_files(pipeline), pipeline->queue_limit);
}

void pipeline_queue(struct pipeline *pipeline, struct queued_file *file) {
    folder_queue_put(&pipeline->queue, file);
}

void pipeline_dispatch(struct pipeline *pipeline) {
    workers_dispatch(pipeline->workers);
    pipeline_balance(pipeline);
}

/* Nobody writes it any more. */
static bool is_closed(const struct mrq_found *found) {
    return !found->stat || found->settled;
}

/* It is on its way already. */
static void arrive_again(struct pipeline *pipeline, struct queued_file *file,
                         const struct mrq_found *found) {
    bool closed = is_closed(found);
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
    const struct seen_place place = {folder->root->hash, folder->link.hash, key};
    if (found->stat && pipeline_is_old(pipeline, &place, folder->root, found->stat)) {
        return;
    }
    if (folder->root->shut && folder->root->waiting >= pipeline->queue_limit) {
        folder->root->left_out++; /* unseen: caught up at the next start */
        return;
    }
    file = folders_add(pipeline->folders, folder, name, key);
    file->lane = found->lane == MRQ_BACKLOG ? MRQ_BACKLOG : MRQ_LIVE;
    file->maybe_open = !is_closed(found);
    uint64_t series = series_by_name(pipeline, folder, name, key);
    if (series && !found->stat) {
        pipeline_trust(pipeline, file, series);
    } else {
        pipeline_queue(pipeline, file);
    }
}

static void tell_folder(struct pipeline *pipeline, const struct mrq_found *found) {
    const char *slash = strrchr(found->path, '/');
    if (slash && !companion_name(slash + 1) && names_wanted(pipeline->names, slash + 1)) {
        log_fault_tell(&pipeline->faults.folders, found->root,
                       "%s is a folder; only what is in it is looked at",
                       names_said(pipeline->names, slash + 1));
    }
}

void pipeline_emit(struct pipeline *pipeline, const struct mrq_found *found) {
    const char *name;
    if (pipeline->drained) {
        return; /* unseen: caught up at the next start */
    }
    if (found->stat && S_ISDIR(found->stat->st_mode)) {
        tell_folder(pipeline, found);
        return;
    }
    struct folder *folder = folders_of(pipeline->folders, found->root, found->path, &name);
    if (!folder) {
        log_fault_tell(&pipeline->faults.bounds, found->root,
                       "the path of a file below it is out of bounds; left alone");
        return;
    }
    if (folder->companion || companion_name(name)) {
        return;
    }
    if (!names_wanted(pipeline->names, name)) {
        names_refuse(pipeline->names, folder->root->path, name,
                     folder->refused ? NULL : &pipeline->faults.names);
        folder->refused = true;
        return;
    }
    arrive(pipeline, folder, name, found);
    pipeline_dispatch(pipeline);
}
