/* SPDX-License-Identifier: Apache-2.0 */
/* Websocket (RFC 6455), the client's side. */
#include "websocket.h"

#include "base/memory.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    GREETING_MS = 5000,              /* of a daemon on this machine that works at all */
    MESSAGE_BYTES = 4 * 1024 * 1024, /* the largest message has some 100 KiB */
    OPCODE_TEXT = 1,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    OPCODE_PONG = 10,
};

struct websocket {
    int fd;
    size_t have;
    unsigned char bytes[MESSAGE_BYTES + 16];
};

/* Waits until length bytes are there; false: they did not come in time. */
static bool await_bytes(struct websocket *websocket, size_t length, long long end_ms) {
    while (websocket->have < length) {
        struct pollfd readable = {.fd = websocket->fd, .events = POLLIN};
        long long left_ms = end_ms - connection_now_ms();
        if (length > sizeof(websocket->bytes) || left_ms <= 0 ||
            poll(&readable, 1, (int)left_ms) <= 0) {
            return false;
        }
        ssize_t count =
            recv(websocket->fd, websocket->bytes + websocket->have, length - websocket->have, 0);
        if (count <= 0) {
            return false;
        }
        websocket->have += (size_t)count;
    }
    return true;
}

/* how long the head of the frame that begins in bytes is, and what follows it */
static size_t frame_lengths(const unsigned char *bytes, size_t *payload) {
    size_t head = (bytes[1] & 0x7f) == 127 ? 10 : (bytes[1] & 0x7f) == 126 ? 4 : 2;
    *payload = head == 2 ? bytes[1] & 0x7f : 0;
    for (size_t i = 2; i < head; i++) {
        *payload = *payload << 8 | bytes[i];
    }
    return head;
}

/* a server drops those who do not answer; the mask of a client may be zero */
static void send_pong(struct websocket *websocket, const unsigned char *payload, size_t length) {
    unsigned char frame[6 + 125] = {0x80 | OPCODE_PONG, (unsigned char)(0x80 | length)};
    memcpy(frame + 6, payload, length);
    connection_send(websocket->fd, frame, 6 + length);
}

char *websocket_message(struct websocket *websocket, long long end_ms) {
    for (;;) {
        size_t payload, head;
        if (!await_bytes(websocket, 2, end_ms)) {
            return NULL;
        }
        head = frame_lengths(websocket->bytes, &payload);
        if (!await_bytes(websocket, head, end_ms)) {
            return NULL;
        }
        frame_lengths(websocket->bytes, &payload);
        if (payload > MESSAGE_BYTES || !await_bytes(websocket, head + payload, end_ms)) {
            return NULL;
        }
        unsigned opcode = websocket->bytes[0] & 0x0fU;
        websocket->have = 0;
        if (opcode == OPCODE_TEXT) {
            return mem_dup_length((const char *)websocket->bytes + head, payload);
        }
        if (opcode == OPCODE_CLOSE) {
            return NULL;
        }
        if (opcode == OPCODE_PING && payload <= 125) {
            send_pong(websocket, websocket->bytes + head, payload);
        }
    }
}

/* reads the answer's head byte by byte: what follows it is the first message */
static bool await_upgrade(struct websocket *websocket) {
    static const char good[] = "HTTP/1.1 101 ";
    long long end_ms = connection_now_ms() + GREETING_MS;
    size_t length = 1;
    while (await_bytes(websocket, length, end_ms)) {
        if (length >= 4 && memcmp(websocket->bytes + length - 4, "\r\n\r\n", 4) == 0) {
            websocket->have = 0;
            return memcmp(websocket->bytes, good, strlen(good)) == 0;
        }
        length++;
    }
    return false;
}

struct websocket *websocket_open(const struct place *place) {
    /* a key need not be secret, only 16 bytes in base64 */
    AUTOFREE char *request = mem_printf(
        "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: bXJxYXJ0LWRvY3Rvci4uLg==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        *place->path ? place->path : "/", place->text);
    struct websocket *websocket = mem_new(struct websocket);
    websocket->fd = place_connect(place);
    if (websocket->fd >= 0 && connection_send(websocket->fd, request, strlen(request)) &&
        await_upgrade(websocket)) {
        return websocket;
    }
    websocket_close(websocket);
    return NULL;
}

void websocket_close(struct websocket *websocket) {
    if (websocket) {
        if (websocket->fd >= 0) {
            close(websocket->fd);
        }
        free(websocket);
    }
}
