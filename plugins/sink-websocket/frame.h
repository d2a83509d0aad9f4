/* SPDX-License-Identifier: Apache-2.0 */
/* A whole websocket frame as it goes over the wire, made once and shared by all clients. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** What a place in a queue costs, however short the frame: libevent allocates no less for it. */
#define FRAME_PLACE_BYTES 1024

enum frame_kind { FRAME_TEXT = 0x1, FRAME_CLOSE = 0x8, FRAME_PING = 0x9 };

struct frame {
    unsigned owners;
    unsigned places; /* in queues of clients */
    size_t *queued;  /* the account of those queues, while it stands in one */
    size_t length;
    uint8_t bytes[];
};

/** A frame with its one owner; data is copied. */
struct frame *frame_create(enum frame_kind kind, const void *data, size_t length);

/** A close frame with a code of RFC 6455, 7.4. */
struct frame *frame_create_close(unsigned code);

void frame_release(struct frame *frame); /* takes NULL; the one owner calls it once */

/**
 * A place in a client's queue, which owns the frame too, until frame_unqueue(). queued: what all
 * queues take of the memory: a frame counts once, each place FRAME_PLACE_BYTES.
 */
void frame_queue(struct frame *frame, size_t *queued);
void frame_unqueue(struct frame *frame);
