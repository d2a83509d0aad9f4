/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What workers print: lines of our own log, with their priority in front, and whatever a checker
 * writes to its standard output or error. It comes through one pipe, so that none of them can fill
 * the log: so many lines per interval are written on, the others counted.
 */
#pragma once

#include <event2/event.h>

struct prints;

/** NULL, having said so: there is no pipe to be had; they print into our log themselves then. */
struct prints *prints_create(struct event_base *base);
/** Writes what is left first. Takes NULL. */
void prints_destroy(struct prints *prints);

/** The end for workers to write to; ours. -1 for NULL. */
int prints_end(const struct prints *prints);
