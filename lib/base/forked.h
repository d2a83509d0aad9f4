/* SPDX-License-Identifier: Apache-2.0 */
/* What every process that the daemon starts has in common: forked as a copy, or executed anew. */
#pragma once

#include <spawn.h>
#include <sys/types.h>

enum { FORKED_PIPE = 3 }; /* what the child says it on */

/**
 * As fork(). The child has none of our signal handlers at any time, since libevent's would write to
 * descriptors that the daemon has too, ignores SIGHUP, has no capabilities (capabilities_drop()),
 * and has none of our descriptors but pipe as FORKED_PIPE, which is closed on exec, and those
 * below: sockets of ours must not live on in it.
 */
pid_t forked_start(int pipe);

/** The same with our capabilities: for what tries, with our own code, what we are about to do. */
pid_t forked_with_capabilities(int pipe);

/** For posix_spawn(): no signal is blocked, handled or ignored in the program. Destroy attributes.
 */
void forked_attributes(posix_spawnattr_t *attributes);
