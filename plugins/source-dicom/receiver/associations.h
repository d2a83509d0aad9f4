/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of associations: one each, so that what one sender does ends one association. */
#pragma once

#include "serve.h"

#include <sys/types.h>

struct associations {
    const struct receiver_settings *settings;
    void *tls;
    pid_t *pids; /* 0: free */
    size_t room, count;
    unsigned told; /* how many the plugin knows of */
};

void associations_init(struct associations *associations, const struct receiver_settings *settings,
                       void *tls);
/** Kills those that are left. */
void associations_finish(struct associations *associations);

/** False: connections have to wait until one has ended. */
bool associations_have_room(const struct associations *associations);

/** Takes one waiting connection of RECEIVER_LISTENER, in a new process. */
void associations_accept(struct associations *associations);

/** Clears up behind processes that have ended. */
void associations_reap(struct associations *associations);

/** Tells the plugin how many there are. False: it does not listen, and has to be told later. */
bool associations_tell(struct associations *associations);
