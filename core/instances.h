/* SPDX-License-Identifier: Apache-2.0 */
/* The life of source and sink plugins in the daemon, and what they are told and given. */
#pragma once

#include "parts.h"

#include <jansson.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct instances;

/** parts must outlive the instances; its other members may be filled in later. */
struct instances *instances_create(const struct parts *parts);

/** Closes them all; takes NULL. Their code stays loaded, for the loop may still hold calls to it.
 */
void instances_close(struct instances *instances);

/** Unloads what was closed, when the loop is gone; takes NULL. */
void instances_destroy(struct instances *instances);

/** Opens all sources and sinks of a configuration. False, having said why: one cannot be. */
bool instances_open(struct instances *instances, json_t *config);

/** Starts them all, sinks first, so that no event finds a sink that is not ready. */
bool instances_start(struct instances *instances);

/** Stops those of one kind. */
void instances_stop(struct instances *instances, enum mrq_kind kind);

/** The words that instances add to the ready line: words begins with a space, or is "". */
void instances_announced(const struct instances *instances,
                         void (*each)(void *self, const char *words), void *self);

/** One event to every sink, in the order of the configuration. */
void instances_event(struct instances *instances, const struct mrq_event *event);

/** Tells every source to pause, or to go on: with all (MRQ_LIVE), or with the backlog. */
void instances_pause(struct instances *instances, enum mrq_lane lane, bool paused);

/**
 * Takes a new configuration: changed sources are told, or else closed and opened anew; what only a
 * restart can change is said. False, having said why: a source could not be opened or started.
 */
bool instances_configure(struct instances *instances, json_t *config);

/**
 * For /healthz: {name: {"plugin", "kind", "status", …}}; what they warn of is added to warnings.
 * False: no source can work.
 */
bool instances_health(const struct instances *instances, json_t *health, json_t *warnings);
