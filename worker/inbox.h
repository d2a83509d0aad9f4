/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as they come in: bytes from a stream socket, cut into what they were sent as. */
#pragma once

#include "protocol.h"

#include <sys/types.h>

/** Zero it to begin. */
struct inbox {
    char *bytes;
    size_t begin, end, room; /* from begin to end: not looked at yet */
};

enum inbox_from { INBOX_FROM_DAEMON, INBOX_FROM_WORKER };

enum inbox_next {
    INBOX_MESSAGE,
    INBOX_WANTS_MORE,
    INBOX_VIOLATION, /* its header is none that may come from there */
};

void inbox_finish(struct inbox *inbox);

/** Reads once from socket; what recv() returns. */
ssize_t inbox_fill(struct inbox *inbox, int socket);

/** Takes bytes as if they had been read. */
void inbox_put(struct inbox *inbox, const void *bytes, size_t length);

/** True while there may be more in the socket than the last inbox_fill() had room for. */
bool inbox_full(const struct inbox *inbox);

/**
 * The next message. body: header->length bytes, not aligned, valid until the inbox is filled again.
 */
enum inbox_next inbox_next(struct inbox *inbox, enum inbox_from from,
                           struct protocol_header *header, const char **body);
