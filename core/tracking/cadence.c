/* SPDX-License-Identifier: Apache-2.0 */
/* The cadence of a series. */
#include "cadence.h"
#include "base/memory.h"

enum {
    ONE_MOMENT = 4, /* gaps below a quarter of the mean lie within a burst */
    FEW_GAPS = 3,   /* what was known before counts for more than so few */
};

void cadence_finish(struct cadence *cadence) {
    free(cadence->gaps);
    *cadence = (struct cadence){0};
}

void cadence_note(struct cadence *cadence, int64_t now_ms) {
    int64_t gap = now_ms - cadence->last_ms;
    if (cadence->last_ms > 0 && gap >= 0) {
        if (!cadence->gaps) {
            cadence->gaps = mem_zeroed(CADENCE_GAPS, sizeof(*cadence->gaps));
        }
        cadence->gaps[cadence->next] = gap < UINT32_MAX ? (uint32_t)gap : UINT32_MAX;
        cadence->next = (cadence->next + 1) % CADENCE_GAPS;
        cadence->count += cadence->count < CADENCE_GAPS;
        cadence->fresh = false;
    }
    cadence->last_ms = now_ms;
}

void cadence_break(struct cadence *cadence) {
    cadence->last_ms = 0;
}

static int compare(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/*
 * A pause that was there only once is an accident, and must not make all other gaps look like
 * bursts: the mean is that without the longest. There is a first gap.
 */
static int64_t median(const struct cadence *cadence) {
    uint32_t sorted[CADENCE_GAPS];
    unsigned count = cadence->count, first = 0;
    memcpy(sorted, cadence->gaps, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    uint64_t sum = 0;
    for (unsigned i = 0; i + 1 < count; i++) {
        sum += sorted[i];
    }
    while (first + 1 < count && (uint64_t)sorted[first] * ONE_MOMENT * (count - 1) < sum) {
        first++;
    }
    return sorted[first + (count - 1 - first) / 2];
}

int64_t cadence_gap_ms(struct cadence *cadence) {
    if (cadence->count < (cadence->known ? FEW_GAPS : 1)) {
        return cadence->known ? cadence->known_ms : -1;
    }
    if (!cadence->fresh) {
        cadence->gap_ms = median(cadence);
        cadence->fresh = true;
    }
    return cadence->gap_ms;
}

void cadence_know(struct cadence *cadence, int64_t gap_ms) {
    cadence->known = gap_ms >= 0 && gap_ms <= CADENCE_MOST_MS;
    cadence->known_ms = cadence->known ? gap_ms : 0;
}

void cadence_drop(struct cadence *cadence) {
    cadence_know(cadence, cadence_gap_ms(cadence));
    free(cadence->gaps);
    cadence->gaps = NULL;
    cadence->count = cadence->next = 0;
}
