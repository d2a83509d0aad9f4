/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the broadcast programs share: a message of 3 KB that carries the time it was made. Both
 * senders print their port, send one message to all per line on standard input, and end with it.
 */
#pragma once

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MESSAGE_BYTES 3072
#define FRAME_HEADER_BYTES 4 /* of a websocket frame of this length */

static inline long long broadcast_clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/** Writes the message, with the present time in it. */
static inline void broadcast_message(char message[MESSAGE_BYTES + 1]) {
    int length =
        snprintf(message, MESSAGE_BYTES + 1, "{\"ns\": %020lld, \"pad\": \"", broadcast_clock_ns());
    memset(message + length, 'x', (size_t)(MESSAGE_BYTES - length - 2));
    strcpy(message + MESSAGE_BYTES - 2, "\"}");
}

/** Where the time stands in the message. */
#define MESSAGE_TIME_OFFSET 7
