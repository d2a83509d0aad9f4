/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells of the watched folders, and what is made of it. */
#pragma once

#include "walk.h"

struct events;

/** Tree, walk and roots must outlive it. Destroy takes NULL. */
struct events *events_create(struct mrq_host *host, struct tree *tree, struct walk *walk,
                             struct roots *roots);
void events_destroy(struct events *events);

/** While paused nothing is read: the kernel keeps the events, or overflows. Paused at first. */
void events_pause(struct events *events, bool paused);

/** How often the kernel's queue has overflowed. */
unsigned long events_overflows(const struct events *events);
