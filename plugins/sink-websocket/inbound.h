/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client sends. Nothing of it is of interest; but it must follow RFC 6455, pings are to be
 * answered, and so is a close.
 */
#pragma once

#include <event2/buffer.h>
#include <stdbool.h>
#include <stddef.h>

#define INBOUND_BYTES 4096 /* of one message, its fragments together: then 1009 */

struct inbound;

/** Sends what the protocol wants sent: pong and close frames, whole. */
typedef void (*inbound_put)(void *self, const void *bytes, size_t length);

struct inbound *inbound_create(inbound_put put, void *self);
void inbound_destroy(struct inbound *inbound); /* takes NULL */

/**
 * Takes all of input. False: the last thing put was a close frame, since the client sent one or
 * broke the protocol; then it is not to be called again.
 */
bool inbound_read(struct inbound *inbound, struct evbuffer *input);
