/* SPDX-License-Identifier: Apache-2.0 */
/* What the receiver has told. */
#include "told.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

enum { CROWDED_MS = 10 * 60 * 1000 }; /* so long /healthz warns after the last time */

/* A fault that lasts is told at growing intervals; another of its kind at once, but not faster than
 * somebody can read. */
static void tell(struct told_fault *fault, struct mrq_host *host, const char *text) {
    time_t now = time(NULL);
    if (strcmp(fault->text, text) != 0 && now != fault->second) {
        *fault = (struct told_fault){.second = now};
        snprintf(fault->text, sizeof(fault->text), "%s", text);
    }
    log_fault_tell(&fault->fault, host->name, "%s", text);
}

static void count_fault(struct told *told, struct mrq_host *host, struct told_fault *fault,
                        const struct record *record) {
    memcpy(told->last_error, record->text, sizeof(told->last_error));
    tell(fault, host, record->text);
}

void told_take(struct told *told, struct mrq_host *host, const struct record *record) {
    switch ((enum record_kind)record->kind) {
    case RECORD_LISTENING:
        log_fault_over(&told->unusable.fault, host->name, "the receiver works again");
        break;
    case RECORD_ASSOCIATIONS:
        told->associations = record->number;
        break;
    case RECORD_STORED:
        told->stored++;
        log_fault_over(&told->failure.fault, host->name, "objects are stored again");
        break;
    case RECORD_REFUSED:
        told->refused++;
        count_fault(told, host, &told->refusal, record);
        break;
    case RECORD_LOST:
        told->lost++;
        count_fault(told, host, &told->loss, record);
        break;
    case RECORD_FAILED:
        told->failed++;
        count_fault(told, host, &told->failure, record);
        break;
    case RECORD_CROWDED:
        told->refused++;
        told->crowded = *record;
        told->crowded_ms = clock_ms();
        count_fault(told, host, &told->crowd, record);
        break;
    case RECORD_DIFFERS:
        told->differing++;
        tell(&told->difference, host, record->text);
        break;
    case RECORD_UNUSABLE:
        count_fault(told, host, &told->unusable, record);
        break;
    }
}

void told_ended(struct told *told) {
    told->associations = 0;
}

void told_health(const struct told *told, struct mrq_report *report) {
    mrq_report_number(report, "associations", told->associations);
    mrq_report_number(report, "stored", told->stored);
    mrq_report_number(report, "refused", told->refused);
    mrq_report_number(report, "lost", told->lost);
    mrq_report_number(report, "failed", told->failed);
    mrq_report_number(report, "differing", told->differing);
    if (told->crowded_ms && clock_ms() - told->crowded_ms < CROWDED_MS) {
        mrq_report_warning(report, told->crowded.text);
    }
    if (*told->last_error) {
        mrq_report_text(report, "last_error", told->last_error);
    }
}
