/* SPDX-License-Identifier: Apache-2.0 */
/* The spool as it is found by a look into it: what was stored, and perhaps not told. */
#pragma once

#include <mrqart/plugin.h>

struct spool;

/** path: absolute, without links. NULL, having said why. Destroy takes NULL. */
struct spool *spool_create(struct mrq_host *host, const char *path);
void spool_destroy(struct spool *spool);

/**
 * Hands on every object that is there, in slices: as backlog what was stored before spool_create().
 * What is known already the core drops.
 */
void spool_scan(struct spool *spool);

/** Held: no backlog is handed on until it is called with false. */
void spool_hold_back(struct spool *spool, bool held);

/** Paused at first. */
void spool_pause(struct spool *spool, bool paused);

bool spool_is_busy(const struct spool *spool);
