/* SPDX-License-Identifier: Apache-2.0 */
/* Scans of folders, in slices. */
#include "walk.h"
#include "base/memory.h"
#include "faults.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WALK_SLICE = 256,        /* entries per turn of the loop: about 1 ms */
    WALK_BUFFER = 32 * 1024, /* bytes of entries read at once, some 1,000 */
    WALK_LANES = 2,          /* enum mrq_lane */
};

/** The one folder of a lane that is being read: the first in FOLDER_READING_… */
struct cursor {
    int fd;
    char *buffer;
    ssize_t at, filled;
    uint32_t scan;
    bool deep;
};

struct walk {
    struct mrq_host *host;
    struct tree *tree;
    struct event *turn;
    struct cursor cursors[WALK_LANES];
    struct timespec began;
    bool paused, told; /* that the first scan is done */
};

static enum folder_list queue_of(enum mrq_lane lane) {
    return lane == MRQ_LIVE ? FOLDER_QUEUED_LIVE : FOLDER_QUEUED_BACKLOG;
}

static enum folder_list reading_of(enum mrq_lane lane) {
    return lane == MRQ_LIVE ? FOLDER_READING_LIVE : FOLDER_READING_BACKLOG;
}

bool walk_is_busy(const struct walk *walk) {
    static const enum folder_list lists[] = {FOLDER_QUEUED_LIVE, FOLDER_QUEUED_BACKLOG,
                                             FOLDER_READING_LIVE, FOLDER_READING_BACKLOG,
                                             FOLDER_DEAD};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (tree_first(walk->tree, lists[i])) {
            return true;
        }
    }
    return false;
}

static void wake(struct walk *walk) {
    static const struct timeval at_once = {0};
    if (!walk->paused) {
        evtimer_add(walk->turn, &at_once);
    }
}

void walk_queue(struct walk *walk, struct folder *folder, enum mrq_lane lane, unsigned flags) {
    folder->flags |= (uint8_t)flags;
    switch ((enum folder_list)folder->list) {
    case FOLDER_READING_LIVE:
    case FOLDER_READING_BACKLOG:
        folder->flags |= FOLDER_AGAIN;
        break;
    case FOLDER_QUEUED_LIVE:
        break; /* never behind */
    default:
        tree_put(walk->tree, folder, queue_of(lane));
    }
    wake(walk);
}

void walk_attached(struct walk *walk, struct folder *folder, enum tree_change change) {
    if (change == TREE_NEW) {
        walk_queue(walk, folder, MRQ_LIVE, FOLDER_FRESH);
    } else if (change == TREE_MOVED) { /* what was heard of it on its way had the old path */
        walk_queue(walk, folder, MRQ_LIVE, FOLDER_DEEP);
    } else if (change == TREE_KNOWN && folder->list == FOLDER_QUEUED_BACKLOG &&
               !(folder->flags & (FOLDER_DEEP | FOLDER_SCANNED))) {
        walk_queue(walk, folder, MRQ_LIVE, FOLDER_FRESH); /* the first scan met it before us */
    }
}

/* ---- one entry ----------------------------------------------------------------------------- */

static void tell_folder(struct walk *walk, struct folder *parent, const char *name,
                        enum mrq_lane lane) {
    const char *path = tree_file(walk->tree, parent, name);
    if (path) {
        const struct mrq_found found = {
            .root = parent->root->path, .path = path, .stat = &tree_a_folder, .lane = lane};
        mrq_emit(walk->host, &found);
    }
}

static void meet_folder(struct walk *walk, struct folder *folder, const char *name,
                        enum mrq_lane lane) {
    struct folder *child;
    switch (tree_attach(walk->tree, folder, name, &child)) {
    case TREE_NEW: {
        /* not there when its parent was read first: it has come since */
        bool fresh = (folder->flags & FOLDER_FRESH) || (folder->flags & FOLDER_SCANNED);
        walk_queue(walk, child, lane, fresh ? FOLDER_FRESH : 0);
        if (fresh) {
            tell_folder(walk, folder, name, lane);
        }
        break;
    }
    case TREE_MOVED:
        walk_queue(walk, child, lane, FOLDER_DEEP);
        break;
    case TREE_KNOWN:
        if (walk->cursors[lane].deep) {
            walk_queue(walk, child, lane, FOLDER_DEEP);
        }
        break;
    case TREE_NONE:
        break;
    }
}

static bool is_older(const struct timespec *time, const struct timespec *than) {
    return time->tv_sec != than->tv_sec ? time->tv_sec < than->tv_sec
                                        : time->tv_nsec < than->tv_nsec;
}

static void meet_file(struct walk *walk, struct folder *folder, const char *name,
                      const struct stat *about, enum mrq_lane lane) {
    const char *path = tree_file(walk->tree, folder, name);
    if (!path) {
        return;
    }
    /* older than our watch, yet it was not there: its folder was moved in, as if it were renamed */
    bool moved_in =
        (folder->flags & FOLDER_FRESH) && is_older(&about->st_ctim, &folder->root->followed);
    const struct mrq_found found = {
        .root = folder->root->path, .path = path, .stat = moved_in ? NULL : about, .lane = lane};
    mrq_emit(walk->host, &found);
}

static void meet(struct walk *walk, struct folder *folder, const struct dirent64 *entry,
                 enum mrq_lane lane) {
    const char *name = entry->d_name;
    if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) {
        return;
    }
    if (entry->d_type == DT_DIR) {
        meet_folder(walk, folder, name, lane);
        return;
    }
    struct stat about;
    if (fstatat(walk->cursors[lane].fd, name, &about, AT_SYMLINK_NOFOLLOW) < 0) {
        return;
    }
    if (S_ISDIR(about.st_mode)) { /* a file system that does not tell types */
        meet_folder(walk, folder, name, lane);
    } else { /* or no regular file: the core says so, where its name is wanted */
        meet_file(walk, folder, name, &about, lane);
    }
}

/* ---- one folder ---------------------------------------------------------------------------- */

static void cursor_close(struct cursor *cursor) {
    if (cursor->fd >= 0) {
        close(cursor->fd);
        cursor->fd = -1;
    }
}

/** The folder rests until an event or, where no event can come, the next round. */
static void rest(struct walk *walk, struct folder *folder) {
    tree_put(walk->tree, folder, folder->watch >= 0 ? FOLDER_IDLE : FOLDER_LATER);
}

static void fail(struct walk *walk, struct folder *folder, int error) {
    if (error != ENOENT && error != ENOTDIR && error != ELOOP) {
        faults_tell_read(walk->host, folder, error);
        folder->flags |= FOLDER_DEEP;
        tree_put(walk->tree, folder, FOLDER_LATER);
    } else if (folder->watch < 0) { /* no event will say that it is gone */
        tree_leave(walk->tree, folder);
    } else {
        tree_put(walk->tree, folder, FOLDER_IDLE);
    }
}

static void begin(struct walk *walk, struct folder *folder, enum mrq_lane lane) {
    struct cursor *cursor = &walk->cursors[lane];
    tree_watch(walk->tree, folder);
    const char *path = tree_path(walk->tree, folder);
    if (!path) {
        tree_put(walk->tree, folder, FOLDER_IDLE);
        return;
    }
    cursor->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (cursor->fd < 0) {
        fail(walk, folder, errno);
        return;
    }
    cursor->at = cursor->filled = 0;
    cursor->scan = tree_scan_begins(walk->tree);
    cursor->deep = folder->flags & FOLDER_DEEP;
    folder->flags &= (uint8_t) ~(FOLDER_DEEP | FOLDER_AGAIN);
    tree_put(walk->tree, folder, reading_of(lane));
}

static void end(struct walk *walk, struct folder *folder, enum mrq_lane lane) {
    struct cursor *cursor = &walk->cursors[lane];
    cursor_close(cursor);
    if (folder->flags & FOLDER_SCANNED) { /* before that nothing below it is known */
        tree_sweep(walk->tree, folder, cursor->scan);
    }
    folder->flags &= (uint8_t) ~(FOLDER_FRESH | (folder->watch >= 0 ? FOLDER_TOLD : 0));
    folder->flags |= FOLDER_SCANNED;
    rest(walk, folder);
    if (folder->flags & FOLDER_AGAIN) {
        walk_queue(walk, folder, MRQ_LIVE, 0);
    }
}

/** Does one small thing for a lane; false when it has nothing to do. */
static bool step(struct walk *walk, enum mrq_lane lane) {
    struct cursor *cursor = &walk->cursors[lane];
    struct folder *folder = tree_first(walk->tree, reading_of(lane));
    if (!folder) { /* it was read to its end, or it has left meanwhile */
        cursor_close(cursor);
        folder = tree_first(walk->tree, queue_of(lane));
        if (folder) {
            begin(walk, folder, lane);
        }
        return folder != NULL;
    }
    if (cursor->at >= cursor->filled) {
        cursor->at = 0;
        cursor->filled = getdents64(cursor->fd, cursor->buffer, WALK_BUFFER);
        if (cursor->filled == 0) {
            end(walk, folder, lane);
        } else if (cursor->filled < 0) {
            int error = errno;
            cursor_close(cursor);
            fail(walk, folder, error);
        }
        return true;
    }
    const struct dirent64 *entry = (const struct dirent64 *)(cursor->buffer + cursor->at);
    cursor->at += entry->d_reclen;
    meet(walk, folder, entry, lane);
    return true;
}

static void tell_done(struct walk *walk) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double taken_ms = (double)(now.tv_sec - walk->began.tv_sec) * 1e3 +
                      (double)(now.tv_nsec - walk->began.tv_nsec) / 1e6;
    struct tree_counts counts = tree_counts(walk->tree);
    mrq_info(walk->host, "%zu folders are watched; the first scan of them took %.1f ms",
             counts.folders, taken_ms);
    walk->told = true;
}

static void handle_turn(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    struct walk *walk = self;
    unsigned left = WALK_SLICE;
    while (left > 0 && !walk->paused &&
           (step(walk, MRQ_LIVE) || tree_bury(walk->tree) || step(walk, MRQ_BACKLOG))) {
        left--;
    }
    if (left == 0) {
        wake(walk);
    } else if (!walk->told && !walk_is_busy(walk)) {
        tell_done(walk);
    }
}

void walk_round(struct walk *walk) {
    struct folder *folder;
    while ((folder = tree_first(walk->tree, FOLDER_LATER)) != NULL) {
        tree_put(walk->tree, folder, FOLDER_QUEUED_LIVE);
    }
    tree_round(walk->tree);
    wake(walk);
}

void walk_pause(struct walk *walk, bool paused) {
    walk->paused = paused;
    if (!paused && !walk->began.tv_sec) {
        clock_gettime(CLOCK_MONOTONIC, &walk->began);
    }
    if (paused) {
        event_del(walk->turn);
    } else {
        wake(walk);
    }
}

struct walk *walk_create(struct mrq_host *host, struct tree *tree) {
    struct walk *walk = mem_new(struct walk);
    walk->host = host;
    walk->tree = tree;
    for (size_t lane = 0; lane < WALK_LANES; lane++) {
        walk->cursors[lane].fd = -1;
        walk->cursors[lane].buffer = mem_zeroed(1, WALK_BUFFER);
    }
    walk->turn = evtimer_new(host->base, handle_turn, walk);
    if (!walk->turn) {
        mrq_error(host, "cannot join the event loop");
        walk_destroy(walk);
        return NULL;
    }
    return walk;
}

void walk_destroy(struct walk *walk) {
    if (!walk) {
        return;
    }
    if (walk->turn) { /* event_free(NULL) crashes in libevent 2.1 */
        event_free(walk->turn);
    }
    for (size_t lane = 0; lane < WALK_LANES; lane++) {
        cursor_close(&walk->cursors[lane]);
        free(walk->cursors[lane].buffer);
    }
    free(walk);
}
