/* SPDX-License-Identifier: Apache-2.0 */
/* Making of frames: a server's are whole and unmasked, so that the header is all there is to do. */
#include "frame.h"

#include "base/memory.h"

#define FRAME_FINAL 0x80
#define HEADER_BYTES 10 /* the longest of a server: two bytes and a length of eight */

static size_t write_header(enum frame_kind kind, size_t length, uint8_t header[HEADER_BYTES]) {
    header[0] = (uint8_t)(FRAME_FINAL | kind);
    size_t extra = length < 126 ? 0 : length <= UINT16_MAX ? 2 : 8;
    header[1] = (uint8_t)(extra == 0 ? length : extra == 2 ? 126 : 127);
    for (size_t i = 0; i < extra; i++) {
        header[2 + i] = (uint8_t)(length >> (8 * (extra - 1 - i)));
    }
    return 2 + extra;
}

struct frame *frame_create(enum frame_kind kind, const void *data, size_t length) {
    uint8_t header[HEADER_BYTES];
    size_t offset = write_header(kind, length, header);
    struct frame *frame = mem_zeroed(1, sizeof(*frame) + offset + length);
    frame->owners = 1;
    frame->length = offset + length;
    memcpy(frame->bytes, header, offset);
    if (length > 0) {
        memcpy(frame->bytes + offset, data, length);
    }
    return frame;
}

struct frame *frame_create_close(unsigned code) {
    const uint8_t payload[2] = {(uint8_t)(code >> 8), (uint8_t)code};
    return frame_create(FRAME_CLOSE, payload, sizeof(payload));
}

void frame_release(struct frame *frame) {
    if (frame && --frame->owners == 0) {
        free(frame);
    }
}

void frame_queue(struct frame *frame, size_t *queued) {
    frame->owners++;
    frame->queued = queued;
    *queued += FRAME_PLACE_BYTES + (frame->places++ == 0 ? frame->length : 0);
}

void frame_unqueue(struct frame *frame) {
    *frame->queued -= FRAME_PLACE_BYTES + (--frame->places == 0 ? frame->length : 0);
    frame_release(frame);
}
