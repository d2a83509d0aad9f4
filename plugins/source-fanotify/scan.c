/* SPDX-License-Identifier: Apache-2.0 */
/* Scans of folders with all that lies below, in slices, depth first. */
#include "scan.h"
#include "base/memory.h"
#include "base/times.h"
#include "watch/entries.h"
#include "watch/faults.h"
#include "watch/links.h"
#include "watch/reach.h"
#include "watch/turns.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

enum {
    SCAN_BUFFER = 4 * 1024, /* bytes of entries read at once per level, some 100 */
    SCAN_JOBS = 1024,       /* that wait in one lane: beyond, one scan of all is shorter */
    SCAN_LANES = 2,         /* enum mrq_lane */
};

struct job {
    TAILQ_ENTRY(job) entry;
    const struct root *root;
    struct timespec missed;
    bool fresh;
    char path[];
};

struct level {
    struct entries entries;
    size_t length; /* of path, up to this folder */
    bool fresh;
};

struct lane {
    TAILQ_HEAD(job_list, job) jobs; /* the first is under way when depth > 0 */
    size_t count;
    struct level *levels;
    unsigned depth, room;
    char path[PATH_MAX];
};

struct scan {
    struct mrq_host *host;
    struct roots *roots;
    struct turns *turns;
    struct lane lanes[SCAN_LANES];
    bool held; /* the backlog is */
    unsigned max_depth;
    size_t folders;
    struct unreadable unreadable;
    bool told, told_depth; /* the first scan's end, and what is wrong */
};

/* ---- levels -------------------------------------------------------------------------------- */

static void pop(struct lane *lane) {
    entries_finish(&lane->levels[--lane->depth].entries);
    if (lane->depth > 0) {
        lane->path[lane->levels[lane->depth - 1].length] = '\0';
    }
}

static void finish_job(struct lane *lane) {
    struct job *job = TAILQ_FIRST(&lane->jobs);
    while (lane->depth > 0) {
        pop(lane);
    }
    if (job) {
        TAILQ_REMOVE(&lane->jobs, job, entry);
        free(job);
        lane->count--;
    }
}

static void tell_fault(struct scan *scan, const struct root *root, const char *path, int error) {
    if (error != ENOENT && error != ENOTDIR && error != ELOOP) {
        unreadable_add(&scan->unreadable, scan->host, root->path, path, error);
    }
}

static bool has_come_since(const struct entries *folder, const struct timespec *time) {
    struct stat about;
    return time->tv_sec && fstat(folder->fd, &about) == 0 && times_was_moved(&about, time);
}

/** What is at the path of lane can be looked at; else see errno. */
static bool answers(const struct scan *scan, const struct lane *lane) {
    errno = ETIMEDOUT;
    return reach_answers(roots_reach(scan->roots), lane->path);
}

/** Goes into the folder that is at lane->path, of that length, and name in the one above. */
static bool push(struct scan *scan, struct lane *lane, const char *name, size_t length) {
    const struct job *job = TAILQ_FIRST(&lane->jobs);
    if (lane->depth == lane->room) {
        lane->room = lane->room ? lane->room * 2 : 8;
        lane->levels = mem_resize(lane->levels, lane->room, sizeof(*lane->levels));
    }
    const struct level *above = lane->depth > 0 ? &lane->levels[lane->depth - 1] : NULL;
    struct level *level = &lane->levels[lane->depth];
    entries_init(&level->entries, SCAN_BUFFER);
    if (!answers(scan, lane) ||
        !entries_open(&level->entries, above ? above->entries.fd : AT_FDCWD, name)) {
        int error = errno;
        entries_finish(&level->entries);
        tell_fault(scan, job->root, lane->path, error);
        return false;
    }
    if (path_list_has(&scan->unreadable.list, lane->path)) {
        unreadable_remove(&scan->unreadable, lane->path);
    }
    level->length = length;
    level->fresh = above ? above->fresh : job->fresh;
    level->fresh = level->fresh || has_come_since(&level->entries, &job->missed);
    lane->depth++;
    scan->folders++;
    return true;
}

/* ---- one entry ----------------------------------------------------------------------------- */

static void tell_depth(struct scan *scan, const struct root *root, const char *path) {
    if (!scan->told_depth) {
        scan->told_depth = true;
        mrq_warning(scan->host,
                    "%s%s is not scanned: it lies deeper than %u folders, or its path is longer "
                    "than 4095 bytes; raise max_depth, or watch a folder nearer to it",
                    fault_place(root, path), fault_root(root), scan->max_depth);
        fault_name(scan->host, path);
    }
}

static void meet_folder(struct scan *scan, struct lane *lane, const char *name, size_t length,
                        const struct found_at *at) {
    if (at->fresh) {
        found_met(scan->host, at, lane->path, &found_a_folder);
    }
    if (lane->depth > scan->max_depth) {
        tell_depth(scan, at->root, lane->path);
    } else if (push(scan, lane, name, length)) {
        return;
    }
    lane->path[lane->levels[lane->depth - 1].length] = '\0';
}

static void meet(struct scan *scan, struct lane *lane, const struct dirent64 *entry) {
    const struct level *level = &lane->levels[lane->depth - 1];
    const struct found_at at = {.root = TAILQ_FIRST(&lane->jobs)->root,
                                .lane = (enum mrq_lane)(lane - scan->lanes),
                                .fresh = level->fresh};
    struct stat about;
    enum entry_kind kind = entries_kind(&level->entries, entry, &about);
    if (kind == ENTRY_GONE) {
        return;
    }
    size_t name_length = strlen(entry->d_name), length = level->length;
    if (length + 1 + name_length >= sizeof(lane->path)) {
        tell_depth(scan, at.root, lane->path);
        return;
    }
    lane->path[length] = '/';
    memcpy(lane->path + length + (length > 1), entry->d_name,
           name_length + 1); /* "/" has its own */
    if (kind == ENTRY_FOLDER) {
        meet_folder(scan, lane, entry->d_name, length + (length > 1) + name_length, &at);
        return;
    }
    if (!S_ISLNK(about.st_mode) || !links_follow(scan->host, scan->roots, &at, lane->path)) {
        found_met(scan->host, &at, lane->path, &about);
    }
    lane->path[length] = '\0';
}

/* ---- turns --------------------------------------------------------------------------------- */

static void begin(struct scan *scan, struct lane *lane) {
    const struct job *job = TAILQ_FIRST(&lane->jobs);
    size_t length = strlen(job->path);
    memcpy(lane->path, job->path, length + 1);
    if (!push(scan, lane, lane->path, length)) {
        finish_job(lane);
    }
}

/** Does one small thing for a lane; false when it has nothing to do. */
static bool step(struct scan *scan, struct lane *lane) {
    if (lane->depth == 0) {
        if (TAILQ_EMPTY(&lane->jobs)) {
            return false;
        }
        begin(scan, lane);
        return true;
    }
    const struct dirent64 *entry;
    switch (answers(scan, lane) ? entries_next(&lane->levels[lane->depth - 1].entries, &entry)
                                : ENTRIES_FAILED) {
    case ENTRIES_ONE:
        meet(scan, lane, entry);
        return true;
    case ENTRIES_MORE:
        return true;
    case ENTRIES_FAILED:
        tell_fault(scan, TAILQ_FIRST(&lane->jobs)->root, lane->path, errno);
        break;
    case ENTRIES_END:
        break;
    }
    pop(lane);
    if (lane->depth == 0) {
        finish_job(lane);
    }
    return true;
}

static bool handle_step(void *self) {
    struct scan *scan = self;
    return step(scan, &scan->lanes[MRQ_LIVE]) ||
           (!scan->held && step(scan, &scan->lanes[MRQ_BACKLOG]));
}

static void handle_rest(void *self) {
    struct scan *scan = self;
    if (!scan->told && !scan_is_busy(scan)) {
        scan->told = true;
        mrq_info(scan->host, "the first scan of them took %.1f ms: %zu folders",
                 turns_taken_ms(scan->turns), scan->folders);
    }
}

void scan_report(const struct scan *scan, struct mrq_report *report) {
    unreadable_report(&scan->unreadable, report);
}

bool scan_is_busy(const struct scan *scan) {
    return scan->lanes[MRQ_LIVE].count > 0 || scan->lanes[MRQ_BACKLOG].count > 0;
}

/** The same scan waits already, for no less. */
static bool waits(const struct lane *lane, const struct scan_order *order) {
    const struct job *job = TAILQ_FIRST(&lane->jobs);
    if (lane->depth > 0) {
        job = TAILQ_NEXT(job, entry);
    }
    for (; job; job = TAILQ_NEXT(job, entry)) {
        if (job->missed.tv_sec && job->root == order->root && strcmp(job->path, order->path) == 0) {
            return true;
        }
    }
    return false;
}

bool scan_queue(struct scan *scan, const struct scan_order *order) {
    struct lane *lane = &scan->lanes[order->lane];
    size_t length = strlen(order->path);
    if (order->missed.tv_sec && waits(lane, order)) {
        return true;
    }
    bool whole = strcmp(order->path, order->root->path) == 0;
    if ((lane->count >= SCAN_JOBS && !whole) || length >= PATH_MAX) {
        return false;
    }
    struct job *job = mem_zeroed(1, sizeof(*job) + length + 1);
    job->root = order->root;
    job->missed = order->missed;
    job->fresh = order->fresh;
    memcpy(job->path, order->path, length);
    TAILQ_INSERT_TAIL(&lane->jobs, job, entry);
    lane->count++;
    turns_wake(scan->turns);
    return true;
}

void scan_pause(struct scan *scan, bool paused) {
    turns_pause(scan->turns, paused);
}

void scan_hold_back(struct scan *scan, bool held) {
    scan->held = held;
    turns_wake(scan->turns);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct scan *scan_create(struct mrq_host *host, struct roots *roots, unsigned max_depth) {
    struct scan *scan = mem_new(struct scan);
    scan->host = host;
    scan->roots = roots;
    scan->max_depth = max_depth;
    for (size_t lane = 0; lane < SCAN_LANES; lane++) {
        TAILQ_INIT(&scan->lanes[lane].jobs);
    }
    const struct turns_owner owner = {scan, handle_step, handle_rest};
    scan->turns = turns_create(host, &owner);
    if (!scan->turns) {
        scan_destroy(scan);
        return NULL;
    }
    return scan;
}

void scan_destroy(struct scan *scan) {
    if (!scan) {
        return;
    }
    for (struct lane *lane = scan->lanes; lane < scan->lanes + SCAN_LANES; lane++) {
        while (lane->count > 0) {
            finish_job(lane);
        }
        free(lane->levels);
    }
    turns_destroy(scan->turns);
    unreadable_finish(&scan->unreadable);
    free(scan);
}
