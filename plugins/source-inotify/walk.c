/* SPDX-License-Identifier: Apache-2.0 */
/* Scans of folders, in slices. */
#include "walk.h"
#include "base/memory.h"
#include "base/times.h"
#include "faults.h"
#include "watch/entries.h"
#include "watch/links.h"
#include "watch/reach.h"
#include "watch/turns.h"
#include <errno.h>
#include <fcntl.h>

enum {
    WALK_BUFFER = 4 * 1024, /* bytes of entries read at once, some 100: in 0.05 ms */
    WALK_LANES = 2,         /* enum mrq_lane */
};

/** The one folder of a lane that is being read: the first in FOLDER_READING_… */
struct cursor {
    struct entries entries;
    uint32_t scan;
    bool deep;
    bool left; /* a file of it was not told, since the backlog is held */
};

struct walk {
    struct mrq_host *host;
    struct tree *tree;
    struct roots *roots;
    struct turns *turns;
    struct cursor cursors[WALK_LANES];
    bool held; /* the backlog is */
    bool told; /* that the first scan is done */
};

static enum folder_list queue_of(enum mrq_lane lane) {
    return lane == MRQ_LIVE ? FOLDER_QUEUED_LIVE : FOLDER_QUEUED_BACKLOG;
}

static enum folder_list reading_of(enum mrq_lane lane) {
    return lane == MRQ_LIVE ? FOLDER_READING_LIVE : FOLDER_READING_BACKLOG;
}

bool walk_is_busy(const struct walk *walk) {
    static const enum folder_list lists[] = {FOLDER_QUEUED_LIVE,  FOLDER_QUEUED_BACKLOG,
                                             FOLDER_READING_LIVE, FOLDER_READING_BACKLOG,
                                             FOLDER_HELD_BACK,    FOLDER_DEAD};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (tree_first(walk->tree, lists[i])) {
            return true;
        }
    }
    return false;
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
    turns_wake(walk->turns);
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

static struct found_at found_in(const struct folder *folder, enum mrq_lane lane) {
    return (struct found_at){
        .root = folder->root, .lane = lane, .fresh = folder->flags & FOLDER_FRESH};
}

static void tell_folder(struct walk *walk, struct folder *parent, const char *name,
                        enum mrq_lane lane) {
    const char *path = tree_file(walk->tree, parent, name);
    if (path) {
        const struct found_at at = found_in(parent, lane);
        found_met(walk->host, &at, path, &found_a_folder);
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

static void meet_file(struct walk *walk, struct folder *folder, const char *name,
                      const struct stat *about, enum mrq_lane lane) {
    const char *path = tree_file(walk->tree, folder, name);
    if (!path) {
        return;
    }
    const struct found_at at = found_in(folder, lane);
    if (lane == MRQ_BACKLOG && walk->held) {
        walk->cursors[lane].left = true;
        return;
    }
    if (!S_ISLNK(about->st_mode) || !links_follow(walk->host, walk->roots, &at, path)) {
        found_met(walk->host, &at, path, about);
    }
}

static void meet(struct walk *walk, struct folder *folder, const struct dirent64 *entry,
                 enum mrq_lane lane) {
    struct stat about;
    switch (entries_kind(&walk->cursors[lane].entries, entry, &about)) {
    case ENTRY_FOLDER:
        meet_folder(walk, folder, entry->d_name, lane);
        break;
    case ENTRY_OTHER: /* or no regular file: the core says so, where its name is wanted */
        meet_file(walk, folder, entry->d_name, &about, lane);
        break;
    case ENTRY_GONE:
        break;
    }
}

/* ---- one folder ---------------------------------------------------------------------------- */

/** The folder rests until an event or, where no event can come, the next round. */
static void rest(struct walk *walk, struct folder *folder) {
    tree_put(walk->tree, folder, folder->watch >= 0 ? FOLDER_IDLE : FOLDER_LATER);
}

static void fail(struct walk *walk, struct folder *folder, int error) {
    if (error != ENOENT && error != ENOTDIR && error != ELOOP) {
        faults_tell_read(tree_faults(walk->tree), walk->host, folder, error);
        folder->flags |= FOLDER_DEEP;
        tree_put(walk->tree, folder, FOLDER_LATER);
    } else if (folder->watch < 0) { /* no event will say that it is gone */
        tree_leave(walk->tree, folder);
    } else {
        tree_put(walk->tree, folder, FOLDER_IDLE);
    }
}

void walk_later(struct walk *walk, struct folder *folder) {
    fail(walk, folder, ETIMEDOUT);
}

/** The first scan may meet a folder that was moved in before the event that tells so. */
static bool was_moved_in(const struct walk *walk, const struct folder *folder, enum mrq_lane lane) {
    struct stat about;
    return lane == MRQ_BACKLOG && folder->parent && !(folder->flags & FOLDER_SCANNED) &&
           fstat(walk->cursors[lane].entries.fd, &about) == 0 &&
           times_was_moved(&about, &folder->root->followed);
}

static void begin(struct walk *walk, struct folder *folder, enum mrq_lane lane) {
    struct cursor *cursor = &walk->cursors[lane];
    tree_watch(walk->tree, folder);
    const char *path = tree_path(walk->tree, folder);
    if (!path) {
        tree_put(walk->tree, folder, FOLDER_IDLE);
        return;
    }
    if (!reach_answers(roots_reach(walk->roots), path)) {
        walk_later(walk, folder);
        return;
    }
    if (!entries_open(&cursor->entries, AT_FDCWD, path)) {
        fail(walk, folder, errno);
        return;
    }
    if (was_moved_in(walk, folder, lane)) {
        folder->flags |= FOLDER_FRESH;
    }
    cursor->scan = tree_scan_begins(walk->tree);
    cursor->deep = folder->flags & FOLDER_DEEP;
    cursor->left = false;
    folder->flags &= (uint8_t) ~(FOLDER_DEEP | FOLDER_AGAIN);
    tree_put(walk->tree, folder, reading_of(lane));
}

static void end(struct walk *walk, struct folder *folder, enum mrq_lane lane) {
    struct cursor *cursor = &walk->cursors[lane];
    entries_close(&cursor->entries);
    if (folder->flags & FOLDER_SCANNED) { /* before that nothing below it is known */
        tree_sweep(walk->tree, folder, cursor->scan);
    }
    if (folder->watch >= 0) {
        faults_over_read(tree_faults(walk->tree), folder);
    }
    folder->flags |= FOLDER_SCANNED;
    if (cursor->left) {
        tree_put(walk->tree, folder, FOLDER_HELD_BACK);
    } else {
        folder->flags &= (uint8_t)~FOLDER_FRESH;
        rest(walk, folder);
    }
    if (folder->flags & FOLDER_AGAIN) {
        walk_queue(walk, folder, MRQ_LIVE, 0);
    }
}

/**
 * While the backlog is held, its folders are still read for the folders in them, so that all are
 * watched; their files are left for later. Where no other folder waits, the one that is being read
 * stays open as it is.
 */
static bool is_held(const struct walk *walk) {
    return walk->held && !tree_first(walk->tree, FOLDER_QUEUED_BACKLOG);
}

static struct folder *next_folder(struct walk *walk, enum mrq_lane lane) {
    struct folder *folder = tree_first(walk->tree, queue_of(lane));
    bool later = !folder && lane == MRQ_BACKLOG && !walk->held;
    return later ? tree_first(walk->tree, FOLDER_HELD_BACK) : folder;
}

/** Does one small thing for a lane; false when it has nothing to do. */
static bool step(struct walk *walk, enum mrq_lane lane) {
    struct cursor *cursor = &walk->cursors[lane];
    struct folder *folder = tree_first(walk->tree, reading_of(lane));
    if (!folder) { /* it was read to its end, or it has left meanwhile */
        entries_close(&cursor->entries);
        folder = next_folder(walk, lane);
        if (folder) {
            begin(walk, folder, lane);
        }
        return folder != NULL;
    }
    if (!tree_answers(walk->tree, folder)) {
        entries_close(&cursor->entries);
        walk_later(walk, folder);
        return true;
    }
    const struct dirent64 *entry;
    switch (entries_next(&cursor->entries, &entry)) {
    case ENTRIES_ONE:
        meet(walk, folder, entry, lane);
        break;
    case ENTRIES_MORE:
        break;
    case ENTRIES_END:
        end(walk, folder, lane);
        break;
    case ENTRIES_FAILED: {
        int error = errno;
        entries_close(&cursor->entries);
        fail(walk, folder, error);
        break;
    }
    }
    return true;
}

static bool handle_step(void *self) {
    struct walk *walk = self;
    return step(walk, MRQ_LIVE) || tree_bury(walk->tree) ||
           (!is_held(walk) && step(walk, MRQ_BACKLOG));
}

static void handle_rest(void *self) {
    struct walk *walk = self;
    if (!walk->told && !walk_is_busy(walk)) {
        mrq_info(walk->host, "%zu folders are watched; the first scan of them took %.1f ms",
                 tree_counts(walk->tree).folders, turns_taken_ms(walk->turns));
        walk->told = true;
    }
}

void walk_round(struct walk *walk) {
    struct folder *folder;
    while ((folder = tree_first(walk->tree, FOLDER_LATER)) != NULL) {
        tree_put(walk->tree, folder, FOLDER_QUEUED_LIVE);
    }
    tree_round(walk->tree);
    turns_wake(walk->turns);
}

void walk_pause(struct walk *walk, bool paused) {
    turns_pause(walk->turns, paused);
}

void walk_hold_back(struct walk *walk, bool held) {
    walk->held = held;
    turns_wake(walk->turns);
}

struct walk *walk_create(struct mrq_host *host, struct tree *tree, struct roots *roots) {
    struct walk *walk = mem_new(struct walk);
    walk->host = host;
    walk->tree = tree;
    walk->roots = roots;
    for (size_t lane = 0; lane < WALK_LANES; lane++) {
        entries_init(&walk->cursors[lane].entries, WALK_BUFFER);
    }
    const struct turns_owner owner = {walk, handle_step, handle_rest};
    walk->turns = turns_create(host, &owner);
    if (!walk->turns) {
        walk_destroy(walk);
        return NULL;
    }
    return walk;
}

void walk_destroy(struct walk *walk) {
    if (!walk) {
        return;
    }
    turns_destroy(walk->turns);
    for (size_t lane = 0; lane < WALK_LANES; lane++) {
        entries_finish(&walk->cursors[lane].entries);
    }
    free(walk);
}
