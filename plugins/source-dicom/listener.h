/* SPDX-License-Identifier: Apache-2.0 */
/* The address that senders connect to. It outlives the receiver, so that none finds it closed. */
#pragma once

#include <mrqart/plugin.h>

enum { LISTENER_TEXT_BYTES = 64 };

struct listener {
    int socket;
    char address[LISTENER_TEXT_BYTES]; /* with the port that it has got */
    unsigned port;
    bool local; /* only this machine can connect */
};

/** Listens on address, "127.0.0.1:11112" or "[::]:0". False, having said why; a trial
 * beside the running daemon finds its own port in use, and has no socket then. */
bool listener_open(struct listener *listener, struct mrq_host *host, const char *address);

/** Ends it, also for a receiver that still has it. May be called twice. */
void listener_close(struct listener *listener);
