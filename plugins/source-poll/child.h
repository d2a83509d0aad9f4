/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child in which one watched folder is scanned: what hangs there holds nobody else. It is
 * forked and not executed anew, has nothing open but its socket and standard error, and ends with
 * the daemon.
 */
#pragma once

#include "scan.h"
#include <sys/types.h>

struct child {
    pid_t pid;  /* -1: there is none */
    int socket; /* -1: closed; not blocking; a record per datagram */
};

enum { CHILD_AGAIN = 3 }; /* exit status: the path leads elsewhere now, begin anew */

/** path: absolute, as it is configured. False: there is none, see errno. */
bool child_start(struct child *child, const struct scan_options *options, const char *path);

/** Tells it order. False: not now. */
bool child_order(const struct child *child, enum order order);

/** Closes its socket, which tells it to end. The process is still to be reaped. */
void child_shut(struct child *child);
