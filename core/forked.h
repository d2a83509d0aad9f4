/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the daemon as a child process, for work that may block. */
#pragma once

#include <sys/types.h>

enum { FORKED_PIPE = 3 }; /* what the child says it on */

/**
 * As fork(). The child has none of our signal handlers, since libevent's would write to descriptors
 * that are others by then, ignores SIGHUP, and has none of our descriptors but pipe as FORKED_PIPE,
 * which is closed on exec, and those below: sockets of ours must not live on in it.
 */
pid_t forked_start(int pipe);
