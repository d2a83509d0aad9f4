/* SPDX-License-Identifier: Apache-2.0 */
/* What was skipped, counted by its reason, and how far the work has come. */
#include "summary.h"
#include "base/memory.h"
#include "base/terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 30 };

static const double redraw_s = 0.1;

void summary_skip(struct summary *summary, const char *reason, const char *path) {
    size_t at = 0;
    while (at < summary->reason_count && strcmp(summary->reasons[at].text, reason) != 0) {
        at++;
    }
    at = at < SUMMARY_REASONS ? at : SUMMARY_REASONS - 1;
    struct reason *found = &summary->reasons[at];
    if (at == summary->reason_count) {
        found->text = mem_dup(reason);
        summary->reason_count++;
    }
    if (found->count < SUMMARY_EXAMPLES) {
        found->examples[found->count] = mem_dup(path);
    }
    found->count++;
}

void summary_print(const struct summary *summary) {
    if (summary->reason_count) {
        puts("skipped:");
    }
    for (size_t i = 0; i < summary->reason_count; i++) {
        const struct reason *reason = &summary->reasons[i];
        printf("  %zu × %s\n", reason->count, reason->text);
        for (size_t j = 0; j < SUMMARY_EXAMPLES && j < reason->count; j++) {
            printf("      %s\n", reason->examples[j]);
        }
        if (reason->count > SUMMARY_EXAMPLES) {
            printf("      and %zu more\n", reason->count - SUMMARY_EXAMPLES);
        }
    }
}

void summary_finish(struct summary *summary) {
    for (size_t i = 0; i < summary->reason_count; i++) {
        free(summary->reasons[i].text);
        for (size_t j = 0; j < SUMMARY_EXAMPLES; j++) {
            free(summary->reasons[i].examples[j]);
        }
    }
    *summary = (struct summary){0};
}

static const char erase_rest[] = "\033[K"; /* of the line (ECMA-48, EL) */

static double seconds_since(const struct timespec *then) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

void progress_start(struct progress *progress, size_t total) {
    *progress = (struct progress){.total = isatty(STDERR_FILENO) ? total : 0};
    clock_gettime(CLOCK_MONOTONIC, &progress->began);
}

void progress_show(struct progress *progress, size_t done) {
    if (!progress->total ||
        (done < progress->total && seconds_since(&progress->shown) < redraw_s)) {
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &progress->shown);
    double left =
        done ? seconds_since(&progress->began) / (double)done * (double)(progress->total - done)
             : 0;
    int full = (int)(done * BAR / progress->total);
    fprintf(stderr, "\r[%.*s%.*s] %zu of %zu folders, %.0f s left ", full,
            "##############################", BAR - full, "..............................", done,
            progress->total, left);
    terminal_control(stderr, erase_rest);
}

void progress_end(struct progress *progress) {
    if (progress->total) {
        fputs("\r", stderr);
        terminal_control(stderr, erase_rest);
    }
}
