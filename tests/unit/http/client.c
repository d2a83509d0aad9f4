/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets that do not block, so that client and service can share one thread. */
#include "client.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct peer *peer_connect(struct fixture *fixture, unsigned port) {
    struct peer *peer = mem_new(struct peer);
    peer->fixture = fixture;
    peer->text = peer->room = mem_zeroed(2 * ANSWER_BYTES + 1, 1);
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer->fd >= 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(peer->fd, (struct sockaddr *)&address, sizeof(address)), 0);
    fcntl(peer->fd, F_SETFL, O_NONBLOCK);
    return peer;
}

void peer_close(struct peer *peer) {
    close(peer->fd);
    free(peer->room);
    free(peer);
}

void peer_send(struct peer *peer, const void *bytes, size_t length) {
    const char *left = bytes;
    while (length > 0) {
        ssize_t sent = send(peer->fd, left, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            peer->ended = true;
            return;
        }
        if (sent < 0) {
            fixture_turn(peer->fixture);
            continue;
        }
        left += sent;
        length -= (size_t)sent;
    }
}

void peer_say(struct peer *peer, const char *text) {
    peer_send(peer, text, strlen(text));
}

void peer_take(struct peer *peer) {
    if (peer->text > peer->room + ANSWER_BYTES) { /* seldom, so that it costs nothing */
        memmove(peer->room, peer->text, peer->length + 1);
        peer->text = peer->room;
    }
    while (!peer->ended && peer->length < ANSWER_BYTES) {
        ssize_t got = recv(peer->fd, peer->text + peer->length, ANSWER_BYTES - peer->length, 0);
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        peer->ended = got <= 0;
        peer->length += got > 0 ? (size_t)got : 0;
        peer->text[peer->length] = '\0';
    }
}

void peer_await(struct peer *peer, const char *text) {
    while (!memmem(peer->text, peer->length, text, strlen(text))) {
        assert_false(peer->ended);
        fixture_turn(peer->fixture);
        peer_take(peer);
    }
}

void peer_await_end(struct peer *peer) {
    while (!peer->ended) {
        fixture_turn(peer->fixture);
        peer_take(peer);
    }
}

struct peer *peer_ask(struct fixture *fixture, unsigned port, const char *request) {
    struct peer *peer = peer_connect(fixture, port);
    peer_say(peer, request);
    peer_await_end(peer);
    return peer;
}

int peer_status(const struct peer *peer) {
    int status = 0;
    sscanf(peer->text, "HTTP/1.%*d %d", &status);
    return status;
}

const char *peer_body(const struct peer *peer) {
    const char *body = strstr(peer->text, "\r\n\r\n");
    return body ? body + 4 : "";
}

static void drop_front(struct peer *peer, size_t length) {
    peer->length -= length;
    peer->text += length;
}

struct peer *peer_websocket(struct fixture *fixture, unsigned port, const char *path) {
    struct peer *peer = peer_connect(fixture, port);
    AUTOFREE char *request =
        mem_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Version: 13\r\n\r\n",
                   path, port);
    peer_say(peer, request);
    peer_await(peer, "\r\n\r\n");
    assert_int_equal(peer_status(peer), 101);
    drop_front(peer, (size_t)(peer_body(peer) - peer->text));
    struct peer_frame hello;
    assert_true(peer_frame(peer, &hello));
    assert_non_null(strstr(hello.payload, "\"type\": \"hello\""));
    return peer;
}

static bool whole_frame(const struct peer *peer, size_t *header, size_t *length) {
    const uint8_t *bytes = (const uint8_t *)peer->text;
    if (peer->length < 2) {
        return false;
    }
    *length = bytes[1];
    *header = *length < 126 ? 2 : *length == 126 ? 4 : 10;
    if (peer->length < *header) {
        return false;
    }
    for (size_t i = 2; i < *header; i++) {
        *length = (i == 2 ? 0 : *length << 8) | bytes[i];
    }
    return peer->length >= *header + *length;
}

bool peer_frame(struct peer *peer, struct peer_frame *frame) {
    size_t header;
    peer_take(peer);
    while (!whole_frame(peer, &header, &frame->length)) {
        if (peer->ended) {
            return false;
        }
        fixture_turn(peer->fixture);
        peer_take(peer);
    }
    assert_int_equal(peer->text[0] & 0xf0, 0x80); /* whole, no reserved bits */
    frame->opcode = peer->text[0] & 0x0f;
    size_t kept = frame->length < sizeof(frame->payload) ? frame->length : 0;
    memcpy(frame->payload, peer->text + header, kept);
    frame->payload[kept] = '\0';
    drop_front(peer, header + frame->length);
    return true;
}

void peer_await_text(struct peer *peer, struct peer_frame *frame) {
    do {
        assert_true(peer_frame(peer, frame));
    } while (frame->opcode != 1);
}

unsigned peer_await_close(struct peer *peer) {
    struct peer_frame frame;
    while (peer_frame(peer, &frame)) {
        if (frame.opcode == 8) {
            return frame.length < 2
                       ? 1005
                       : (unsigned)((uint8_t)frame.payload[0] << 8 | (uint8_t)frame.payload[1]);
        }
    }
    return 0;
}

void peer_frame_send(struct peer *peer, unsigned first, const void *payload, size_t length) {
    static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
    AUTOFREE uint8_t *bytes = mem_zeroed(length + 8, 1);
    size_t header = length < 126 ? 2 : 4;
    bytes[0] = (uint8_t)first;
    bytes[1] = (uint8_t)(0x80 | (length < 126 ? length : 126));
    if (header == 4) {
        bytes[2] = (uint8_t)(length >> 8);
        bytes[3] = (uint8_t)length;
    }
    memcpy(bytes + header, mask, sizeof(mask));
    for (size_t i = 0; i < length; i++) {
        bytes[header + 4 + i] = ((const uint8_t *)payload)[i] ^ mask[i % 4];
    }
    peer_send(peer, bytes, header + 4 + length);
}
