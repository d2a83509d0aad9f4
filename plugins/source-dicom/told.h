/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver has told: counted, logged, shown. */
#pragma once

#include "base/log.h"
#include "records.h"

#include <time.h>

/** A kind of fault, and what of it was logged last. */
struct told_fault {
    struct log_fault fault;
    time_t second;
    char text[RECORD_TEXT_BYTES];
};

/** Zero it to begin. */
struct told {
    unsigned associations; /* now */
    double stored, refused, lost, failed, differing;
    struct told_fault refusal, loss, failure, crowd, difference, unusable;
    struct record crowded;              /* the last one */
    long long crowded_ms;               /* when it came; 0: never */
    char last_error[RECORD_TEXT_BYTES]; /* "": none */
};

/** Counts record, and logs what an administrator should know of it. */
void told_take(struct told *told, struct mrq_host *host, const struct record *record);

/** The receiver has died: nobody is connected. */
void told_ended(struct told *told);

void told_health(const struct told *told, struct mrq_report *report);
