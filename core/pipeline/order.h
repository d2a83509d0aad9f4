/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which answers are let go: per folder and lane that in which its files were given to
 * workers, so that a live file never waits for one of the backlog. A file that is slow holds the
 * others for a while only; then they go ahead.
 */
#pragma once

#include "queued_file.h"

#include <event2/event.h>

struct order;

/** Has file->held delivered, and file taken care of. Called for files that were held. */
typedef void (*order_deliver)(void *self, struct queued_file *file);

struct order *order_create(struct event_base *base, unsigned hold_ms, order_deliver deliver,
                           void *self);
void order_destroy(struct order *order); /* takes NULL */
void order_configure(struct order *order, unsigned hold_ms);

/** file goes to the end of its folder's order, if it has no place in it. */
void order_join(struct folder *folder, struct queued_file *file);

/** True if the answer for file may go at once: nothing before it is unanswered. */
bool order_may_go(const struct queued_file *file);

/** Keeps file, whose held is set, until it is its turn. */
void order_hold(struct order *order, struct queued_file *file);

/** file leaves the order, answered or not; then order_run() for its folder. */
void order_leave(struct order *order, struct queued_file *file);

/** Delivers what may go now, of both lanes. */
void order_run(struct order *order, struct folder *folder);

/** Delivers all that is held, whatever is unanswered. */
void order_flush(struct order *order);

size_t order_count(const struct order *order);
