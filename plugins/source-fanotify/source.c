/* SPDX-License-Identifier: Apache-2.0 */
/* source-fanotify: complete files in folders of this machine, by one mark per file system. */
#include "base/memory.h"
#include "events.h"
#include "mount_table.h"
#include "rights.h"
#include <errno.h>
#include <event2/event.h>
#include <mrqart/plugin.h>

/** marks to events are there from start() on, so that opening it needs no rights. */
struct source {
    struct mrq_host *host;
    struct roots *roots;
    struct marks *marks;
    struct anchors *anchors;
    struct places *places;
    struct scan *scan;
    struct events *events;
    struct mount_table *mounts;
    struct event *round;
    struct timeval interval;
    struct timespec missed; /* since when; 0: nothing was */
    unsigned max_depth;
    size_t cache;
    bool started, paused;
};

static const struct mrq_option options[] = {
    {"paths", MRQ_FOLDERS, .required = true, .minimum = 1, .maximum = 1000,
     .help = "folders to watch, with all below them"},
    {"poll_interval", MRQ_NUMBER, .preset = "5", .minimum = 0.1, .maximum = 3600, .unit = "s",
     .help = "how often it is looked whether the folders of paths are where they should be"},
    {"follow_links", MRQ_BOOLEAN, .preset = "false",
     .help = "follow symbolic links below the watched folders, as if their targets were in paths"},
    {"max_depth", MRQ_INTEGER, .preset = "128", .minimum = 1, .maximum = 1000, .unit = "folders",
     .help = "how deep below a watched folder others are scanned"},
    {"cache", MRQ_INTEGER, .preset = "4096", .minimum = 16, .maximum = 1000000, .unit = "folders",
     .help = "of how many folders the path is remembered; each takes about 200 bytes"},
    {0},
};

/* ---- roots --------------------------------------------------------------------------------- */

/** A scan of all that follows another one it could not be told to wait for. */
static void scan_all_later(struct source *source, const struct timespec *since) {
    if (!source->missed.tv_sec) {
        source->missed = *since;
    }
    event_active(source->round, EV_TIMEOUT, 0);
}

static void queue(struct source *source, const struct folder *folder, enum mrq_lane lane) {
    const struct scan_order order = {.root = folder->root, .path = folder->path, .lane = lane};
    if (!scan_queue(source->scan, &order)) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
        scan_all_later(source, &now);
    }
}

/** What was mounted before the start is met by the scan of its root. */
static void handle_came(void *self, const struct folder *folder) {
    struct source *source = self;
    if (source->started) {
        queue(source, folder, MRQ_LIVE);
    }
}

static void look_below(struct source *source) {
    if (anchors_look_below(source->anchors, source->roots, handle_came, source)) {
        places_forget(source->places);
    }
}

static enum root_look handle_look(void *self, struct root *root, enum mrq_lane lane) {
    struct source *source = self;
    enum root_look seen = anchors_look(source->anchors, root);
    if (seen != ROOT_SAME) {
        int error = errno;
        places_forget(source->places);
        if (seen == ROOT_ANOTHER && root->state == ROOT_WATCHED) {
            look_below(source);
            queue(source, root->folder, lane);
        }
        errno = error;
    }
    return seen;
}

static void handle_rescan(void *self, struct root *root) {
    struct source *source = self;
    const struct scan_order order = {
        .root = root, .path = root->path, .lane = MRQ_LIVE, .missed = source->missed};
    scan_queue(source->scan, &order);
}

static void handle_leave(void *self, struct root *root) {
    struct source *source = self;
    anchors_leave(source->anchors, root);
    places_forget(source->places);
}

static void handle_check(void *self) {
    struct source *source = self;
    roots_check_all(source->roots);
    look_below(source);
}

static void handle_missed(void *self, const struct timespec *since) {
    scan_all_later(self, since);
}

static void handle_mounts(void *self) {
    struct source *source = self;
    if (!source->started) {
        return;
    }
    if (marks_lost(source->marks)) {
        anchors_mark_again(source->anchors);
        handle_missed(source, &(struct timespec){.tv_sec = 1}); /* nobody knows since when */
    }
    handle_check(source);
}

/* ---- work ---------------------------------------------------------------------------------- */

static void handle_round(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    struct source *source = self;
    if (source->paused) {
        return;
    }
    handle_check(source);
    if (source->missed.tv_sec) {
        roots_rescan(source->roots);
        source->missed = (struct timespec){0};
    }
}

static void set_paused(struct source *source, bool paused) {
    if (source->paused != paused && source->events) {
        source->paused = paused;
        scan_pause(source->scan, paused);
        events_pause(source->events, paused);
    }
}

static void source_pause(void *self) {
    set_paused(self, true);
}

static void source_hold_back(void *self, bool held) {
    scan_hold_back(((struct source *)self)->scan, held);
}

static void source_resume(void *self) {
    struct source *source = self;
    set_paused(source, false);
    if (source->missed.tv_sec) {
        event_active(source->round, EV_TIMEOUT, 0);
    }
}

static bool build(struct source *source) {
    const struct events_owner owner = {source, handle_check, handle_missed};
    source->marks = marks_create(source->host);
    if (!source->marks) {
        return false;
    }
    source->anchors = anchors_create(source->host, source->marks, roots_reach(source->roots));
    source->places = places_create(source->anchors, source->cache);
    source->scan = scan_create(source->host, source->roots, source->max_depth);
    if (!source->scan) {
        return false;
    }
    const struct events_parts parts = {source->host, source->marks, source->places, source->roots,
                                       source->scan};
    source->events = events_create(&parts, &owner);
    return source->events != NULL;
}

/** None of the folders can be watched, and none may come that can. */
static bool is_hopeless(const struct roots *roots) {
    const struct root *root = roots_first(roots);
    while (root && root->state == ROOT_REFUSED) {
        root = TAILQ_NEXT(root, entry);
    }
    return !root;
}

static bool source_start(void *self) {
    struct source *source = self;
    if (!rights_check(source->host) || !build(source)) {
        return false;
    }
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    roots_start(source->roots);
    if (is_hopeless(source->roots)) {
        return false;
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    mrq_info(source->host, "%zu file systems are marked; that took %.3f ms",
             marks_count(source->marks),
             (double)(after.tv_sec - before.tv_sec) * 1e3 +
                 (double)(after.tv_nsec - before.tv_nsec) / 1e6);
    source->started = true;
    source->mounts = mount_table_open(source->host, handle_mounts, source);
    set_paused(source, false);
    event_add(source->round, &source->interval);
    return true;
}

static void source_stop(void *self) {
    struct source *source = self;
    event_del(source->round);
    mount_table_close(source->mounts);
    source->mounts = NULL;
    set_paused(source, true);
}

static void source_health(void *self, struct mrq_report *report) {
    struct source *source = self;
    roots_health(source->roots, report);
    if (source->events) {
        mrq_report_number(report, "marks", (double)marks_count(source->marks));
        mrq_report_number(report, "cached", (double)places_count(source->places));
        mrq_report_number(report, "overflows", (double)events_overflows(source->events));
        scan_report(source->scan, report);
        mrq_report_number(report, "scanning",
                          scan_is_busy(source->scan) || source->missed.tv_sec != 0);
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

static void source_close(void *self) {
    struct source *source = self;
    if (!source) {
        return;
    }
    mount_table_close(source->mounts);
    if (source->round) {
        event_free(source->round);
    }
    events_destroy(source->events);
    scan_destroy(source->scan);
    places_destroy(source->places);
    anchors_destroy(source->anchors);
    marks_destroy(source->marks);
    roots_destroy(source->roots);
    free(source);
}

static void *source_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct source *source = mem_new(struct source);
    const struct roots_owner owner = {source, handle_look, handle_rescan, handle_leave};
    source->host = host;
    source->paused = true;
    source->max_depth = (unsigned)mrq_setting_number(settings, "max_depth");
    source->cache = (size_t)mrq_setting_number(settings, "cache");
    double interval = mrq_setting_number(settings, "poll_interval");
    source->interval.tv_sec = (time_t)interval;
    source->interval.tv_usec = (suseconds_t)((interval - (double)source->interval.tv_sec) * 1e6);
    source->roots = roots_create(host, &owner, settings);
    if (!source->roots) {
        source_close(source);
        return NULL;
    }
    source->round = event_new(host->base, -1, EV_PERSIST, handle_round, source);
    if (!source->round) {
        mrq_error(host, "cannot join the event loop");
        source_close(source);
        return NULL;
    }
    return source;
}

MRQ_PLUGIN(.kind = MRQ_SOURCE, .name = "source-fanotify", .version = "1.0",
           .description = "complete files in folders of this machine, by one mark per file system",
           .options = options, .open = source_open, .close = source_close, .start = source_start,
           .stop = source_stop, .health = source_health, .pause = source_pause,
           .resume = source_resume, .hold_back = source_hold_back);
