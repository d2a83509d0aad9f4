/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wslay reads the frames. It answers two violations wrongly, so that we do it: on a control frame
 * that is too long or fragmented, or a length that is longer than it need be, it sends a close
 * without the code 1002; and it takes a close of one byte, which cannot hold a code, for a good
 * one.
 */
#include "inbound.h"

#include "base/memory.h"
#include "frame.h"

#include <wslay/wslay.h>

struct inbound {
    wslay_event_context_ptr frames;
    struct evbuffer *input; /* during inbound_read() */
    inbound_put put;
    void *self;
    bool half_code; /* a close frame of one byte */
};

static ssize_t take(wslay_event_context_ptr frames, uint8_t *bytes, size_t room, int flags,
                    void *self) {
    (void)flags;
    struct inbound *inbound = self;
    int taken = evbuffer_remove(inbound->input, bytes, room);
    if (taken <= 0) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    return taken;
}

static ssize_t put(wslay_event_context_ptr frames, const uint8_t *bytes, size_t length, int flags,
                   void *self) {
    (void)frames, (void)flags;
    struct inbound *inbound = self;
    inbound->put(inbound->self, bytes, length);
    return (ssize_t)length;
}

/* True for a close of one byte. */
static bool lacks_half(const struct wslay_event_on_msg_recv_arg *message) {
#ifdef PLANTED_FAULT
    return message->msg[1] == 0 && message->status_code == 0;
#else
    return message->msg_length == 1;
#endif
}

static void note(wslay_event_context_ptr frames, const struct wslay_event_on_msg_recv_arg *message,
                 void *self) {
    (void)frames;
    struct inbound *inbound = self;
    if (message->opcode == WSLAY_CONNECTION_CLOSE) {
        inbound->half_code = lacks_half(message);
    }
}

static const struct wslay_event_callbacks callbacks = {
    .recv_callback = take,
    .send_callback = put,
    .on_msg_recv_callback = note,
};

struct inbound *inbound_create(inbound_put put_bytes, void *self) {
    struct inbound *inbound = mem_new(struct inbound);
    inbound->put = put_bytes;
    inbound->self = self;
    if (wslay_event_context_server_init(&inbound->frames, &callbacks, inbound) != 0) {
        abort(); /* out of memory, as in mem_new() */
    }
    wslay_event_config_set_max_recv_msg_length(inbound->frames, INBOUND_BYTES);
    return inbound;
}

void inbound_destroy(struct inbound *inbound) {
    if (inbound) {
        wslay_event_context_free(inbound->frames);
        free(inbound);
    }
}

static void put_violation(struct inbound *inbound) {
    struct frame *frame = frame_create_close(WSLAY_CODE_PROTOCOL_ERROR);
    inbound->put(inbound->self, frame->bytes, frame->length);
    frame_release(frame);
}

bool inbound_read(struct inbound *inbound, struct evbuffer *input) {
    inbound->input = input;
    int error = wslay_event_recv(inbound->frames);
    inbound->input = NULL;
    if (error != 0 || inbound->half_code) {
        put_violation(inbound);
        return false;
    }
    wslay_event_send(inbound->frames);
    return !wslay_event_get_close_sent(inbound->frames);
}
