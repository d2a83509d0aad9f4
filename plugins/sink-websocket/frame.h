/* SPDX-License-Identifier: Apache-2.0 */
/* A whole websocket frame as it goes over the wire, made once and shared by all clients. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum frame_kind { FRAME_TEXT = 0x1, FRAME_CLOSE = 0x8, FRAME_PING = 0x9 };

struct frame {
    unsigned owners;
    size_t length;
    uint8_t bytes[];
};

/** A frame with its one owner; data is copied. */
struct frame *frame_create(enum frame_kind kind, const void *data, size_t length);

/** A close frame with a code of RFC 6455, 7.4. */
struct frame *frame_create_close(unsigned code);

/** One more owner; each calls frame_release() once. */
struct frame *frame_retain(struct frame *frame);
void frame_release(struct frame *frame); /* takes NULL */
