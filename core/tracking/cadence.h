/* SPDX-License-Identifier: Apache-2.0 */
/* The cadence of a series: how much time passes between its images. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* of some volumes, also where each comes as a hundred slices at one moment */
enum { CADENCE_GAPS = 256 };

/* a gap that a header or the state file says: more is not believed, and times are reckoned by it */
enum { CADENCE_MOST_MS = 24 * 3600 * 1000 };

/** Zero it to begin. Times in ms of the monotonic clock. */
struct cadence {
    uint32_t *gaps; /* ring of CADENCE_GAPS, made with the first */
    unsigned count, next;
    int64_t last_ms;  /* of the image before; 0: none whose time is known */
    int64_t known_ms; /* as it was when the gaps were dropped, if it is known */
    int64_t gap_ms;   /* cadence_gap_ms() of the gaps, while fresh */
    bool fresh, known;
};

void cadence_finish(struct cadence *cadence);

/** An image has come. */
void cadence_note(struct cadence *cadence, int64_t now_ms);

/** An image has come of which nobody knows when it would have come: the next gap tells nothing. */
void cadence_break(struct cadence *cadence);

/**
 * The median of the gaps, those between files that came at one moment (the slices of a volume) left
 * out; -1: not known yet.
 */
int64_t cadence_gap_ms(struct cadence *cadence);

/** It was gap_ms, as the state file says; below 0 or above
 * CADENCE_MOST_MS: not known. */
void cadence_know(struct cadence *cadence, int64_t gap_ms);

/** Frees the gaps; what they said stays known. */
void cadence_drop(struct cadence *cadence);
