/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the watched folders: what their files share. */
#pragma once

#include "child.h"
#include "watch/faults.h"
#include "watcher.h"
#include <event2/event.h>
#include <sys/queue.h>

enum {
    WATCHER_STUCK = 3,         /* scans that hang in the kernel, at most, before we wait for one */
    WATCHER_BACK_OFF_MS = 250, /* the first time; then twice as long each time, up to … */
    WATCHER_BACK_OFF_MOST_MS = 30000,
    WATCHER_SLICE = 256,   /* records per turn of the loop: about 1 ms */
    WATCHER_LINKED = 1000, /* folders that links lead to, at most, per watched one */
};

enum watcher_state {
    WATCHER_STARTING,
    WATCHER_POLLED,
    WATCHER_WAITING,
    WATCHER_GONE,
    WATCHER_SILENT,  /* the scan does not answer, or has ended: another one is tried */
    WATCHER_REFUSED, /* it is scanned as another one already */
};

/** A folder that links lead to. */
struct linked {
    char *path;
    bool tree; /* with all below it */
};

struct watcher {
    TAILQ_ENTRY(watcher) entry;
    struct watchers *all;
    char *named; /* as it stands in the configuration */
    char *given; /* absolute */
    char *path;  /* links resolved, as the scan has found */
    struct linked *linked;
    size_t linked_count;
    struct timespec followed;
    struct child child;
    struct event *readable;
    pid_t leaving[WATCHER_STUCK]; /* ended by us, to be reaped; 0: free */
    struct scan_counts counts;
    enum watcher_state state;
    time_t since;
    int error;
    int64_t heard_ms, start_ms; /* start_ms: when the next child is due */
    unsigned back_off_ms;
    unsigned replaced;
    bool resolving;    /* the child has said nothing yet: it looks where the path leads */
    bool scanned;      /* to its end, once, by whichever child */
    bool held;         /* the child has been told to hold the backlog */
    bool told[FAULTS]; /* FAULT_READ is told by the child, once per folder, for … */
    struct unreadable unreadable;
    int unread; /* why the watched folder itself cannot be read: errno; 0: it can */
    bool told_silent, told_gone, told_stuck;
};

struct watchers {
    struct mrq_host *host;
    struct watcher_options options;
    TAILQ_HEAD(, watcher) list;
    struct event *tick;
    bool paused, running, held;
};

int64_t watcher_now_ms(void);
void watcher_enter(struct watcher *watcher, enum watcher_state state);

/* watcher_records.c */

/** Takes one record in. False: it is none. */
bool watcher_take(struct watcher *watcher, struct record_buffer *buffer, size_t size);

/* watcher_child.c */

void watcher_start(struct watcher *watcher);
void watcher_end(struct watcher *watcher);
/** Once per tick: is there a child, and does it answer? */
void watcher_check(struct watcher *watcher);
/** Ends the child and waits a moment for all that were ended; false: some of them hang. */
bool watcher_reap_last(struct watcher *watcher);
/** Reads, or no more. */
void watcher_pause(struct watcher *watcher, bool paused);
/** Tells the child whether the backlog is held, unless it knows; again with each tick. */
void watcher_hold_back(struct watcher *watcher);
