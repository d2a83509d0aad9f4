/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes that are to end: reaped when they have, killed when they do not want to. One that hangs
 * in the kernel (on a dead network mount) cannot be killed and is waited for, but not by anybody.
 */
#pragma once

#include "pipeline/queued_file.h"

#include <event2/event.h>
#include <sys/types.h>

struct leaving;

/** changed: a process was reaped, or is found to be stuck. Destroy kills, and takes NULL. */
struct leaving *leaving_create(struct event_base *base, void (*changed)(void *self), void *self);
void leaving_destroy(struct leaving *leaving);

enum leaving_how { LEAVING_ASKED, LEAVING_KILLED }; /* killed: SIGKILL is sent here */

/** root: of the file it had taken; NULL: none. */
void leaving_add(struct leaving *leaving, pid_t pid, enum leaving_how how, struct root *root);

/** Once in a while: says of faults that are over how often they were. */
void leaving_rest_faults(struct leaving *leaving);

size_t leaving_count(const struct leaving *leaving);

/** How many do not go though they were killed: all, or those of one root. */
unsigned leaving_stuck(const struct leaving *leaving, const struct root *root);
