/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's frames, in pieces as long as the first byte says. Whatever comes, only whole pong and
 * close frames go back, nothing after a close, and there is an end to what is kept.
 */
#include "plugins/sink-websocket/inbound.h"

#include <stdint.h>
#include <stdlib.h>

#define OPCODE_CLOSE 0x88
#define OPCODE_PONG 0x8a
#define CONTROL_BYTES 125

static void require(bool promise) {
    if (!promise) {
        abort();
    }
}

/* wslay hands a frame over in two parts, its header and its payload */
struct parser {
    bool closed;
    uint8_t header[2];
    size_t have, left;
};

static void take_byte(struct parser *parser, uint8_t byte) {
    if (parser->left > 0) {
        parser->left--;
        return;
    }
    require(!parser->closed);
    parser->header[parser->have++] = byte;
    if (parser->have == 2) {
        require(parser->header[0] == OPCODE_PONG || parser->header[0] == OPCODE_CLOSE);
        require(parser->header[1] <= CONTROL_BYTES); /* and no mask bit */
        parser->closed = parser->header[0] == OPCODE_CLOSE;
        parser->left = parser->header[1];
        parser->have = 0;
    }
}

static void put(void *self, const void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        take_byte(self, ((const uint8_t *)bytes)[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct parser parser = {0};
    struct inbound *inbound = inbound_create(put, &parser);
    struct evbuffer *input = evbuffer_new();
    size_t piece = size > 0 ? (size_t)data[0] + 1 : 1;
    bool open = true;
    for (size_t done = 1; open && done < size; done += piece) {
        evbuffer_add(input, data + done, size - done < piece ? size - done : piece);
        open = inbound_read(inbound, input);
        require(!open || evbuffer_get_length(input) == 0);
    }
    require(open == !parser.closed && parser.left == 0 && parser.have == 0);
    evbuffer_free(input);
    inbound_destroy(inbound);
    return 0;
}
