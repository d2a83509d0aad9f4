/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One watched folder, as the daemon sees it: the child that scans it is started, read, and
 * replaced when it ends or says nothing for too long.
 */
#pragma once

#include "scan.h"
#include <mrqart/plugin.h>

struct watcher;
struct watchers; /* all of a source: a folder is scanned once only */

struct watcher_options {
    struct scan_options scan;
    unsigned patience_ms; /* after so long without a sign of life a scan counts as hanging */
};

/** Of the option "paths". Says what is named twice; NULL, having said why. Destroy takes NULL. */
struct watchers *watchers_create(struct mrq_host *host, const struct watcher_options *options,
                                 const struct mrq_settings *settings);
void watchers_destroy(struct watchers *watchers);

void watchers_start(struct watchers *watchers);

/** Ends the scans; what they had not reported is found at the next start. */
void watchers_stop(struct watchers *watchers);

/** Reads no more; the scans then wait when their sockets are full. */
void watchers_pause(struct watchers *watchers, bool paused);

/** The scans tell no more of the backlog until it is released; they go on with live files. */
void watchers_hold_back(struct watchers *watchers, bool held);

void watchers_health(const struct watchers *watchers, struct mrq_report *report);
