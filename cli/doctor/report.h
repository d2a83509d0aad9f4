/* SPDX-License-Identifier: Apache-2.0 */
/* What `mrqart doctor` has found: a line for each check, or all of it as JSON. */
#pragma once

#include <stdbool.h>

enum report_outcome { REPORT_OK, REPORT_WARNING, REPORT_FAILURE };

/** What a line is about, and what to do; remedy NULL: nothing has to be done. */
struct report_line {
    enum report_outcome outcome;
    const char *check; /* "folder" */
    const char *remedy;
};

struct report;

/** as_json: say nothing until the end. */
struct report *report_create(bool as_json);
void report_destroy(struct report *report); /* takes NULL */

/** Adds one line; format makes what was found, as a phrase without full stop. */
void report_add(struct report *report, struct report_line line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define report_ok(report, check, ...)                                                              \
    report_add(report, (struct report_line){REPORT_OK, check, NULL}, __VA_ARGS__)
#define report_warn(report, check, remedy, ...)                                                    \
    report_add(report, (struct report_line){REPORT_WARNING, check, remedy}, __VA_ARGS__)
#define report_fail(report, check, remedy, ...)                                                    \
    report_add(report, (struct report_line){REPORT_FAILURE, check, remedy}, __VA_ARGS__)

/** Writes the end: how many there were, or the JSON. Returns the worst outcome. */
enum report_outcome report_end(struct report *report);
