/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of associations: one each, so that what one sender does ends one association. */
#pragma once

#include "serve.h"

#include <sys/types.h>

/** The process of a connection; it has the place of the same number. */
struct process {
    pid_t pid; /* 0: none */
    long long since_ms;
    bool cut; /* killed to make room */
};

struct associations {
    const struct receiver_settings *settings;
    struct tls *tls;
    struct process *processes;
    struct places *places;
    size_t room, count;
    unsigned told; /* how many the plugin knows of */
};

/** False: see errno. */
bool associations_init(struct associations *associations, const struct receiver_settings *settings,
                       struct tls *tls);
/** Kills those that are left. */
void associations_finish(struct associations *associations);

/** False: connections have to wait until one has ended. */
bool associations_have_room(const struct associations *associations);

/**
 * Ends connections that ask for no association, once others wait for their processes, and the
 * association that has been idle for the longest, once others wait for its place: whoever opens
 * many and says nothing must not keep a scanner out. True: look again soon.
 */
bool associations_make_room(struct associations *associations);

/** Takes one waiting connection of RECEIVER_LISTENER, in a new process. */
void associations_accept(struct associations *associations);

/** Clears up behind processes that have ended. */
void associations_reap(struct associations *associations);

/** Tells the plugin how many there are. False: it does not listen, and has to be told later. */
bool associations_tell(struct associations *associations);
