/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a child of the daemon, and seeing to its end. */
#pragma once

#include "protocol.h"

#include <sys/types.h>

/** A child with its end of a socket pair. */
struct child {
    pid_t pid;
    int socket;                 /* not blocking */
    struct protocol_note *note; /* the child writes it, any time */
};

/**
 * Starts program (path of mrqart-worker) as a worker: PROTOCOL_SOCKET, PROTOCOL_NOTE and the
 * standard ones are all the descriptors it gets. prints: where its log and what it prints go; -1:
 * our stderr. Says why and returns false when that fails.
 */
bool child_start(struct child *child, const char *program, int prints);

/** Closes the socket, which tells the child to end. The process is still to be reaped. */
void child_close(struct child *child);
