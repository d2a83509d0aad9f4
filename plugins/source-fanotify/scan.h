/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scans of folders with all that lies below, in slices: depth first, with a descriptor per level,
 * so that what it takes depends on how deep the folders are and not on how many there are.
 */
#pragma once

#include "watch/roots.h"
#include <stdbool.h>
#include <time.h>

struct scan;

/** Paused at first. roots must outlive it. NULL, having said why; destroy takes NULL. */
struct scan *scan_create(struct mrq_host *host, struct roots *roots, unsigned max_depth);
void scan_destroy(struct scan *scan);

struct scan_order {
    const struct root *root;
    const char *path; /* root's, or below; copied */
    enum mrq_lane lane;
    bool fresh; /* it has come while we watched: its files are new whatever their age */
    /** Not zero: since then events were missed. Folders that came since are fresh, too. */
    struct timespec missed;
};

/** False: too many folders below roots wait already. Have all roots scanned, then. */
bool scan_queue(struct scan *scan, const struct scan_order *order);

void scan_pause(struct scan *scan, bool paused);

/** Nothing is scanned for the backlog meanwhile. */
void scan_hold_back(struct scan *scan, bool held);
bool scan_is_busy(const struct scan *scan);

/** For /healthz: the folders that could not be read. */
void scan_report(const struct scan *scan, struct mrq_report *report);
