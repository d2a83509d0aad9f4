/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver as a process: started, heard, and started again when it has died. */
#pragma once

#include "records.h"
#include <mrqart/plugin.h>

struct child;

/** What becomes of what it says. */
struct child_owner {
    void *self;
    void (*said)(void *self, const struct record *record);
    /** It has stored something that it could not tell, or has died and may have. */
    void (*untold)(void *self);
};

enum child_state {
    CHILD_STOPPED,
    CHILD_STARTING,
    CHILD_LISTENING,
    CHILD_WAITING, /* it has died, and is started again after a while */
};

/** settings: JSON text, taken over; listener stays yours. Destroy ends it, and takes NULL. */
struct child *child_create(struct mrq_host *host, const struct child_owner *owner, char *settings,
                           int listener);
void child_destroy(struct child *child);

void child_start(struct child *child);

/** Tells it to end, which it does by itself. */
void child_stop(struct child *child);

/** Paused: nothing is heard; what it has stored meanwhile is told by untold() then. */
void child_pause(struct child *child, bool paused);

enum child_state child_state(const struct child *child);

/** How often it was started again. */
unsigned child_restarts(const struct child *child);

/** In how many seconds it is started again, while it is waited for. */
unsigned child_delay(const struct child *child);
