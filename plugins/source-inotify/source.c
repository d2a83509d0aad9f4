/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify: complete files in folders of this machine, as the kernel reports them. */
#include "base/memory.h"
#include "events.h"
#include "faults.h"
#include <errno.h>
#include <event2/event.h>
#include <mrqart/plugin.h>

struct source {
    struct mrq_host *host;
    struct tree *tree;
    struct walk *walk;
    struct roots *roots;
    struct events *events;
    struct event *round;
    struct timeval interval;
    bool poll, paused;
};

static const struct mrq_option options[] = {
    {"paths", MRQ_FOLDERS, .required = true, .minimum = 1, .maximum = 1000,
     .help = "folders to watch, with all below them"},
    {"poll_interval", MRQ_NUMBER, .preset = "5", .minimum = 0.1, .maximum = 3600, .unit = "s",
     .help = "how often folders are looked at that the kernel cannot watch, or that are missing"},
    {"poll", MRQ_BOOLEAN, .preset = "false",
     .help = "look at all folders every poll_interval, for network and container file systems"},
    {"follow_links", MRQ_BOOLEAN, .preset = "false",
     .help = "follow symbolic links below the watched folders, as if their targets were in paths"},
    {"max_depth", MRQ_INTEGER, .preset = "128", .minimum = 1, .maximum = 1000, .unit = "folders",
     .help = "how deep below a watched folder others are watched"},
    {"max_folders", MRQ_INTEGER, .preset = "500000", .minimum = 1, .maximum = 10000000,
     .unit = "folders", .help = "how many folders are watched at most; each takes about 250 bytes"},
    {0},
};

/* ---- roots ----------------------------------------------------------------------------------- */

static enum root_look handle_look(void *self, struct root *root, enum mrq_lane lane) {
    struct source *source = self;
    struct folder *before = root->folder, *now = NULL;
    enum tree_change change = tree_attach_root(source->tree, root, &now);
    int error = errno;
    if (before && before != now) {
        tree_leave(source->tree, before);
    }
    errno = error;
    if (change == TREE_NONE) {
        return ROOT_ABSENT;
    }
    root->state = now->watch >= 0 ? ROOT_WATCHED : ROOT_POLLED;
    if (change == TREE_KNOWN) {
        return ROOT_SAME;
    }
    walk_queue(source->walk, now, lane, change == TREE_MOVED ? FOLDER_DEEP : 0);
    faults_tell_mount(source->host, root->path);
    return ROOT_ANOTHER;
}

static void handle_rescan(void *self, struct root *root) {
    struct source *source = self;
    walk_queue(source->walk, root->folder, MRQ_LIVE, FOLDER_DEEP);
}

static void handle_leave(void *self, struct root *root) {
    tree_leave(((struct source *)self)->tree, root->folder);
    root->folder = NULL;
}

/* ---- work ---------------------------------------------------------------------------------- */

static void handle_round(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    struct source *source = self;
    if (source->paused) {
        return;
    }
    roots_check_all(source->roots);
    if (source->poll && !walk_is_busy(source->walk)) {
        roots_rescan(source->roots);
    }
    walk_round(source->walk);
}

static void set_paused(struct source *source, bool paused) {
    if (source->paused != paused) {
        source->paused = paused;
        walk_pause(source->walk, paused);
        events_pause(source->events, paused);
    }
}

static void source_pause(void *self) {
    set_paused(self, true);
}

static void source_resume(void *self) {
    set_paused(self, false);
}

static void source_hold_back(void *self, bool held) {
    walk_hold_back(((struct source *)self)->walk, held);
}

static bool source_start(void *self) {
    struct source *source = self;
    roots_start(source->roots);
    set_paused(source, false);
    event_add(source->round, &source->interval);
    return true;
}

static void source_stop(void *self) {
    struct source *source = self;
    event_del(source->round);
    set_paused(source, true);
}

static void source_health(void *self, struct mrq_report *report) {
    struct source *source = self;
    struct tree_counts counts = tree_counts(source->tree);
    roots_health(source->roots, report);
    mrq_report_number(report, "watches", (double)counts.watches);
    mrq_report_number(report, "polled", (double)counts.polled);
    mrq_report_number(report, "overflows", (double)events_overflows(source->events));
    mrq_report_number(report, "scanning", walk_is_busy(source->walk));
    unreadable_report(&tree_faults(source->tree)->unreadable, report);
    if (tree_is_full(source->tree)) {
        mrq_report_warning(report, "not all folders can be watched: raise "
                                   "fs.inotify.max_user_watches (sysctl)");
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

static void source_close(void *self) {
    struct source *source = self;
    if (!source) {
        return;
    }
    if (source->round) {
        event_free(source->round);
    }
    events_destroy(source->events);
    walk_destroy(source->walk);
    tree_destroy(source->tree);
    roots_destroy(source->roots);
    free(source);
}

static bool build(struct source *source, const struct mrq_settings *settings) {
    const struct tree_limits limits = {
        .folders = (size_t)mrq_setting_number(settings, "max_folders"),
        .depth = (unsigned)mrq_setting_number(settings, "max_depth"),
    };
    const struct roots_owner owner = {source, handle_look, handle_rescan, handle_leave};
    source->paused = true;
    source->roots = roots_create(source->host, &owner, settings);
    if (!source->roots) {
        return false;
    }
    source->tree = tree_create(source->host, roots_reach(source->roots), &limits);
    if (!source->tree) {
        return false;
    }
    source->walk = walk_create(source->host, source->tree, source->roots);
    if (!source->walk) {
        return false;
    }
    source->events = events_create(source->host, source->tree, source->walk, source->roots);
    if (!source->events) {
        return false;
    }
    source->round = event_new(source->host->base, -1, EV_PERSIST, handle_round, source);
    if (!source->round) {
        mrq_error(source->host, "cannot join the event loop");
    }
    return source->round != NULL;
}

static void *source_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct source *source = mem_new(struct source);
    source->host = host;
    source->poll = mrq_setting_number(settings, "poll") != 0;
    double interval = mrq_setting_number(settings, "poll_interval");
    source->interval.tv_sec = (time_t)interval;
    source->interval.tv_usec = (suseconds_t)((interval - (double)source->interval.tv_sec) * 1e6);
    if (!build(source, settings)) {
        source_close(source);
        return NULL;
    }
    return source;
}

MRQ_PLUGIN(.kind = MRQ_SOURCE, .name = "source-inotify", .version = "1.0",
           .description = "complete files in folders of this machine, as the kernel reports them",
           .options = options, .open = source_open, .close = source_close, .start = source_start,
           .stop = source_stop, .health = source_health, .pause = source_pause,
           .resume = source_resume, .hold_back = source_hold_back);
