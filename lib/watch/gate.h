/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for folders that are missing: watches the nearest parent that is there. */
#pragma once

#include <mrqart/plugin.h>

struct gate;

/** opened(self) is called when something has changed on the way to a missing folder. */
struct gate *gate_create(struct mrq_host *host, void (*opened)(void *self), void *self);
void gate_destroy(struct gate *gate); /* takes NULL */

/** Waits for path too. Without a watch to be had it does nothing: rounds find it later. */
void gate_wait(struct gate *gate, const char *path);

/** Nothing is missing any more. */
void gate_close(struct gate *gate);
