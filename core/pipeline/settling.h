/* SPDX-License-Identifier: Apache-2.0 */
/* Files that were incomplete or open when looked at, until it is time to look again. */
#pragma once

#include "queued_file.h"

#include <event2/event.h>

struct settling;

/** settle_ms: the first delay. due: time to look at file again; it has left. Destroy takes NULL. */
struct settling *settling_create(struct event_base *base, unsigned settle_ms,
                                 void (*due)(void *self, struct queued_file *file), void *self);
void settling_destroy(struct settling *settling);
void settling_configure(struct settling *settling, unsigned settle_ms);

/** file->patience: 0: the first delay; twice as long with each step, to half a minute. */
void settling_put(struct settling *settling, struct queued_file *file);
void settling_remove(struct settling *settling, struct queued_file *file);

size_t settling_count(const struct settling *settling);
