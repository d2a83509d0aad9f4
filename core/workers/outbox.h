/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on their way out: gathered, and sent with one call. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/** Zero it to begin. */
struct outbox {
    char *bytes;
    size_t begin, end, room;
};

void outbox_finish(struct outbox *outbox);
void outbox_add(struct outbox *outbox, const void *bytes, size_t length);

/** Sends what the socket takes. False: something is left, wait until it can be written to. */
bool outbox_send(struct outbox *outbox, int socket);
