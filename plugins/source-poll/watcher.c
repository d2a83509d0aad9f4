/* SPDX-License-Identifier: Apache-2.0 */
/* The watched folders: all of a source. */
#include "watcher.h"
#include "base/memory.h"
#include "watch/paths.h"
#include "watcher_parts.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const state_names[] = {
    [WATCHER_STARTING] = "scanning",    [WATCHER_POLLED] = "polled",
    [WATCHER_WAITING] = "waiting",      [WATCHER_GONE] = "gone",
    [WATCHER_SILENT] = "not answering", [WATCHER_REFUSED] = "watched as another",
};

void watcher_enter(struct watcher *watcher, enum watcher_state state) {
    if (watcher->state != state || !watcher->since) {
        watcher->state = state;
        watcher->since = time(NULL);
    }
}

/* ---- paths, without touching them: that may take for ever ---------------------------------- */

static const struct watcher *outer_of(const struct watchers *watchers, const struct watcher *self) {
    const struct watcher *other;
    bool later = false; /* of two that are the same the first stays */
    TAILQ_FOREACH(other, &watchers->list, entry) {
        later = later || other == self;
        bool same = strcmp(self->path, other->path) == 0;
        if (other != self && paths_is_within(self->path, other->path) && (!same || !later)) {
            return other;
        }
    }
    return NULL;
}

static void destroy(struct watcher *watcher) {
    watcher_reap_last(watcher);
    unreadable_finish(&watcher->unreadable);
    TAILQ_REMOVE(&watcher->all->list, watcher, entry);
    free(watcher->named);
    free(watcher->given);
    free(watcher->path);
    free(watcher);
}

static void drop_nested(struct watchers *watchers) {
    struct watcher *watcher = TAILQ_FIRST(&watchers->list);
    while (watcher) {
        struct watcher *next = TAILQ_NEXT(watcher, entry);
        const struct watcher *outer = outer_of(watchers, watcher);
        if (outer) {
            mrq_warning(watchers->host, "paths: %s is watched once only: it %s %s", watcher->given,
                        strcmp(watcher->path, outer->path) == 0 ? "is the same folder as"
                                                                : "lies in",
                        outer->given);
            destroy(watcher);
        }
        watcher = next;
    }
}

/* ---- work ---------------------------------------------------------------------------------- */

static void handle_tick(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    struct watchers *watchers = self;
    struct watcher *watcher;
    TAILQ_FOREACH(watcher, &watchers->list, entry) {
        if (watchers->running && !watchers->paused) {
            watcher_check(watcher);
        }
    }
}

void watchers_start(struct watchers *watchers) {
    struct watcher *watcher;
    watchers->running = true;
    watchers->paused = false;
    TAILQ_FOREACH(watcher, &watchers->list, entry) {
        clock_gettime(CLOCK_REALTIME_COARSE, &watcher->followed); /* the clock of file times */
        mrq_follow_at(watchers->host, watcher->path, watcher->named);
        watcher_enter(watcher, WATCHER_STARTING);
        watcher_start(watcher);
    }
    unsigned tick_ms = watchers->options.patience_ms / 8;
    tick_ms = tick_ms > 250 ? 250 : tick_ms;
    const struct timeval tick = {.tv_usec = (suseconds_t)tick_ms * 1000};
    event_add(watchers->tick, &tick);
}

void watchers_stop(struct watchers *watchers) {
    struct watcher *watcher;
    watchers->running = false;
    event_del(watchers->tick);
    TAILQ_FOREACH(watcher, &watchers->list, entry) {
        watcher_end(watcher);
    }
}

void watchers_pause(struct watchers *watchers, bool paused) {
    struct watcher *watcher;
    if (watchers->paused != paused && watchers->running) {
        watchers->paused = paused;
        TAILQ_FOREACH(watcher, &watchers->list, entry) {
            watcher_pause(watcher, paused);
        }
    }
}

void watchers_hold_back(struct watchers *watchers, bool held) {
    struct watcher *watcher;
    watchers->held = held;
    TAILQ_FOREACH(watcher, &watchers->list, entry) {
        watcher_hold_back(watcher);
    }
}

/* ---- /healthz ------------------------------------------------------------------------------ */

static void report_folder(const struct watcher *watcher, struct mrq_report *report) {
    char since[32];
    struct tm when;
    strftime(since, sizeof(since), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&watcher->since, &when));
    mrq_report_item(report, "folders", watcher->path, state_names[watcher->state]);
    for (size_t i = 0; i < watcher->linked_count; i++) {
        if (watcher->linked[i].tree) {
            mrq_report_item(report, "folders", watcher->linked[i].path,
                            state_names[watcher->state]);
        }
    }
    AUTOFREE char *text = mem_printf(
        "%s since %s; %llu files in %llu folders, %llu wait to settle; the last scan took %g s",
        state_names[watcher->state], since, (unsigned long long)watcher->counts.files,
        (unsigned long long)watcher->counts.folders, (unsigned long long)watcher->counts.settling,
        watcher->counts.round_ms / 1e3);
    mrq_report_item(report, "scans", watcher->path, text);
}

static void warn_of(const struct watcher *watcher, struct mrq_report *report) {
    AUTOFREE char *text = NULL;
    if (watcher->state == WATCHER_SILENT) {
        text = mem_printf("%s does not answer: see to the mount and its server", watcher->path);
    } else if (watcher->state == WATCHER_GONE || watcher->state == WATCHER_WAITING) {
        text = mem_printf("%s is missing: make or mount the folder", watcher->path);
    } else if (watcher->unread) {
        text = mem_printf("%s cannot be read (%s): %s", watcher->path, strerror(watcher->unread),
                          fault_remedy(watcher->unread));
    }
    if (text) {
        mrq_report_warning(report, text);
    }
}

void watchers_health(const struct watchers *watchers, struct mrq_report *report) {
    const struct watcher *watcher;
    struct scan_counts all = {0};
    unsigned replaced = 0;
    size_t unreadable = 0;
    bool working = false;
    TAILQ_FOREACH(watcher, &watchers->list, entry) {
        const struct scan_counts *counts = &watcher->counts;
        report_folder(watcher, report);
        warn_of(watcher, report);
        all.files += counts->files;
        all.folders += counts->folders;
        all.settling += counts->settling;
        all.round_ms = counts->round_ms > all.round_ms ? counts->round_ms : all.round_ms;
        replaced += watcher->replaced;
        working = working || (!watcher->unread && (watcher->state == WATCHER_POLLED ||
                                                   watcher->state == WATCHER_STARTING));
        unreadable_report(&watcher->unreadable, report);
        unreadable += watcher->unreadable.list.count;
    }
    mrq_report_number(report, "known_files", (double)all.files);
    mrq_report_number(report, "known_folders", (double)all.folders);
    mrq_report_number(report, "settling", (double)all.settling);
    mrq_report_number(report, "scan_seconds", all.round_ms / 1e3);
    mrq_report_number(report, "replaced_scans", replaced);
    mrq_report_number(report, "unreadable", (double)unreadable);
    if (!working) {
        mrq_report_broken(report, "none of the watched folders can be scanned");
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

struct watchers *watchers_create(struct mrq_host *host, const struct watcher_options *options,
                                 const struct mrq_settings *settings) {
    struct watchers *watchers = mem_new(struct watchers);
    watchers->host = host;
    watchers->options = *options;
    TAILQ_INIT(&watchers->list);
    size_t count = mrq_setting_count(settings, "paths");
    for (size_t i = 0; i < count; i++) {
        struct watcher *watcher = mem_new(struct watcher);
        watcher->all = watchers;
        watcher->named = mem_dup(mrq_setting_item(settings, "paths", i));
        watcher->given = paths_absolute(watcher->named);
        watcher->path = mem_dup(watcher->given);
        watcher->child = (struct child){.pid = -1, .socket = -1};
        watcher->back_off_ms = WATCHER_BACK_OFF_MS;
        TAILQ_INSERT_TAIL(&watchers->list, watcher, entry);
    }
    drop_nested(watchers);
    watchers->tick = event_new(host->base, -1, EV_PERSIST, handle_tick, watchers);
    if (count > 0 && watchers->tick) {
        return watchers;
    }
    mrq_error(host, count > 0 ? "cannot join the event loop"
                              : "paths names no folder: give one at least");
    watchers_destroy(watchers);
    return NULL;
}

void watchers_destroy(struct watchers *watchers) {
    if (!watchers) {
        return;
    }
    if (watchers->tick) {
        event_free(watchers->tick);
    }
    struct watcher *watcher;
    while ((watcher = TAILQ_FIRST(&watchers->list)) != NULL) {
        destroy(watcher);
    }
    free(watchers);
}
