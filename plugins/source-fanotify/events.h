/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells of the marked file systems, and what is made of it. */
#pragma once

#include "places.h"
#include "scan.h"

struct events;

/** What the source does on some events. */
struct events_owner {
    void *self;
    void (*check)(void *self); /* a root or mount may have come, gone or moved */
    /** Events were lost since: all is to be scanned. */
    void (*missed)(void *self, const struct timespec *since);
};

struct events_parts {
    struct mrq_host *host;
    struct marks *marks;
    struct places *places;
    struct roots *roots;
    struct scan *scan;
};

/** All parts must outlive it. NULL, having said why; destroy takes NULL. */
struct events *events_create(const struct events_parts *parts, const struct events_owner *owner);
void events_destroy(struct events *events);

/** While paused nothing is read: the kernel keeps the events, or overflows. Paused at first. */
void events_pause(struct events *events, bool paused);

/** How often the kernel's queue has overflowed. */
unsigned long events_overflows(const struct events *events);
