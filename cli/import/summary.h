/* SPDX-License-Identifier: Apache-2.0 */
/* What was skipped, counted by its reason, and how far the work has come. */
#pragma once

#include <stddef.h>
#include <time.h>

enum { SUMMARY_REASONS = 64, SUMMARY_EXAMPLES = 3 };

struct summary {
    struct reason {
        char *text;
        char *examples[SUMMARY_EXAMPLES];
        size_t count;
    } reasons[SUMMARY_REASONS];
    size_t reason_count;
};

/** Counts what was skipped; reasons beyond the bound are counted under the last one. */
void summary_skip(struct summary *summary, const char *reason, const char *path);

/** Prints "skipped:" and a line per reason with examples on standard output. */
void summary_print(const struct summary *summary);
void summary_finish(struct summary *summary);

/** A bar on standard error, when that is a terminal. Zero it to begin. */
struct progress {
    size_t total;
    struct timespec began, shown;
};

void progress_start(struct progress *progress, size_t total);
void progress_show(struct progress *progress, size_t done);

/** Takes the bar away. */
void progress_end(struct progress *progress);
