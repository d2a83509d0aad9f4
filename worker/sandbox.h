/* SPDX-License-Identifier: Apache-2.0 */
/* What a child of the daemon gives up before its first byte from outside. */
#pragma once

#include <stdbool.h>

/**
 * No new privileges, no core dumps, few descriptors, 512 MiB of memory, first to go when memory
 * is short, dead when the daemon is, deaf to signals that are meant for the daemon. parent: its
 * process, as it was before. Says why and returns false when one cannot be had.
 */
bool sandbox_enter(int parent);

/** The limits alone, for `mrqart-worker --describe`: there is no daemon to die with. */
bool sandbox_limit(void);

/** From this descriptor on, some checker keeps files open. */
enum { SANDBOX_MANY_DESCRIPTORS = 40 };
