/* SPDX-License-Identifier: Apache-2.0 */
/* The other end: a plain socket that speaks HTTP or websocket, while the loop runs beneath it. */
#pragma once

#include "fixture.h"

#include <stdint.h>

/** Room for an answer; what is received is kept in text with a NUL behind it. */
#define ANSWER_BYTES (1 << 20)

struct peer {
    struct fixture *fixture;
    int fd;
    bool ended; /* the other side has closed */
    size_t length;
    char *text; /* what has come and was not taken out, within room */
    char *room;
};

struct peer *peer_connect(struct fixture *fixture, unsigned port);
void peer_close(struct peer *peer);

/** Sends all of it, the loop running meanwhile where the socket is full. */
void peer_send(struct peer *peer, const void *bytes, size_t length);
void peer_say(struct peer *peer, const char *text);

/** Takes what has come, without waiting. */
void peer_take(struct peer *peer);

/** Runs the loop until text has come. */
void peer_await(struct peer *peer, const char *text);

/** Runs the loop until the other side has closed the connection. */
void peer_await_end(struct peer *peer);

/** Connects, sends request, runs the loop until the connection ends, and returns all that came. */
struct peer *peer_ask(struct fixture *fixture, unsigned port, const char *request);

/** The status of the HTTP answer in text. */
int peer_status(const struct peer *peer);

/** The body of the HTTP answer in text. */
const char *peer_body(const struct peer *peer);

/* ---- websocket ----------------------------------------------------------------------------- */

/** Connects to path and has been greeted; hello is taken out. */
struct peer *peer_websocket(struct fixture *fixture, unsigned port, const char *path);

struct peer_frame {
    unsigned opcode;
    size_t length;
    char payload[8192]; /* a NUL behind it */
};

/** Runs the loop until a whole frame has come, and takes it out. False: the connection ended. */
bool peer_frame(struct peer *peer, struct peer_frame *frame);

/** Runs the loop until a text frame has come; others are passed over. */
void peer_await_text(struct peer *peer, struct peer_frame *frame);

/** Runs the loop until a close frame has come; its code, 1005 where it has none, 0: just ended. */
unsigned peer_await_close(struct peer *peer);

/** Sends a frame as a client does: first is FIN, reserved bits and opcode. */
void peer_frame_send(struct peer *peer, unsigned first, const void *payload, size_t length);
