/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Things that are told at once and then at most every interval, the last time always: the updates
 * of a series, the errors of a folder. One timer serves them all.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/** One thing that is paced; part of what it belongs to. Zero it to begin. */
struct pace {
    TAILQ_ENTRY(pace) link;
    int64_t due_ms; /* not before (monotonic) */
    bool waiting;
};

struct pacing;

/** tell(self, pace): a thing that waited is due; it no longer waits. Destroy takes NULL. */
struct pacing *pacing_create(struct event_base *base, void (*tell)(void *self, struct pace *pace),
                             void *self);
void pacing_destroy(struct pacing *pacing);
void pacing_set_interval(struct pacing *pacing, unsigned interval_ms);

/** There is something to tell: true: do it now; false: tell() is called when it is due. */
bool pacing_now(struct pacing *pacing, struct pace *pace);

/** Tells it now if it waits; if not, does nothing. */
void pacing_flush(struct pacing *pacing, struct pace *pace);

/** Forgets what waits. */
void pacing_cancel(struct pacing *pacing, struct pace *pace);

/** Tells all that waits and for which which(self, pace) is true (NULL: all), longest due first. */
void pacing_flush_all(struct pacing *pacing, bool (*which)(void *self, const struct pace *pace),
                      void *self);
