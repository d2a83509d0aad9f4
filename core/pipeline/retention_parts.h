/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of retention share, and nobody else. */
#pragma once

#include "base/log.h"
#include "retention.h"

#include <sys/queue.h>

/** Of one pass, or of all. */
struct retention_counts {
    uint64_t files, folders, bytes, denied, stuck;
    uint64_t unable; /* the file system cannot do what removing safely needs */
};

/** The passes through one watched folder. */
struct retention_pass {
    TAILQ_ENTRY(retention_pass) entry;
    struct retention *retention;
    struct root *root;
    struct event *timer, *readable;
    pid_t child; /* 0: none */
    int notes;   /* -1: none under way */
    long long heard_ms;
    long long began_ms, took_ms; /* the pass under way; the last, -1: there was none */
    int error;                   /* why something could not be removed */
    double hours;                /* what the pass under way goes by, or the wait for the next */
    bool dry_run;                /* likewise, the pass only */
    bool done;                   /* it has gone through all */
    struct retention_counts now, last, total;
    struct log_fault fault, hang;
};

struct retention {
    struct event_base *base;
    struct retention_parts parts;
    TAILQ_HEAD(pass_list, retention_pass) passes;
    bool stopped;
};

/** Files of root are to be removed. */
bool retention_removes(const struct root *root);

/** Passes through root are to be made, if only to put back what an earlier one may have left aside.
 */
bool retention_is_wanted(const struct root *root);

/** The same, unless retention was stopped. */
bool retention_is_on(const struct retention_pass *pass);

/** Its process has given no sign of life for too long. */
bool retention_hangs(const struct retention_pass *pass);

/** Says in the log what the pass that has ended has done, and what hindered it. */
void retention_report(struct retention_pass *pass);
