/* SPDX-License-Identifier: Apache-2.0 */
/* The websocket side of bench-client: as little as measuring needs. */
#include "base/memory.h"
#include "client.h"
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, WAIT_MS = 20000, OPCODE_TEXT = 1 };

static size_t head_length(const struct connection *connection) {
    if (connection->have < 2) {
        return 2;
    }
    switch (connection->head[1] & 0x7f) {
    case 126:
        return 4;
    case 127:
        return 10;
    default:
        return 2;
    }
}

static size_t payload_length(const struct connection *connection) {
    size_t length = connection->head[1] & 0x7f;
    if (length < 126) {
        return length;
    }
    length = 0;
    for (size_t i = 2; i < head_length(connection); i++) {
        length = length << 8 | connection->head[i];
    }
    return length;
}

/** Takes some bytes of the payload; returns how many. */
static size_t take_payload(struct connection *connection, const char *bytes, size_t count) {
    size_t taken = count < connection->left ? count : connection->left;
    size_t room = FRAME_START - connection->started;
    size_t copied = taken < room ? taken : room;
    memcpy(connection->start + connection->started, bytes, copied);
    connection->started += copied;
    connection->left -= taken;
    return taken;
}

void connection_take(struct connection *connection, const char *bytes, size_t count,
                     connection_message message, void *self) {
    while (count > 0) {
        if (connection->have < head_length(connection)) {
            connection->head[connection->have++] = (unsigned char)*bytes++;
            count--;
            if (connection->have < head_length(connection)) {
                continue;
            }
            connection->length = connection->left = payload_length(connection);
            connection->started = 0;
        }
        size_t taken = take_payload(connection, bytes, count);
        bytes += taken;
        count -= taken;
        if (connection->left == 0) {
            connection->start[connection->started] = '\0';
            if ((connection->head[0] & 0x0f) == OPCODE_TEXT) {
                message(self, connection->start, connection->length);
            }
            connection->have = 0;
        }
    }
}

bool connection_read(struct connection *connection, int wait_ms, connection_message message,
                     void *self) {
    static char buffer[READ_BYTES];
    struct pollfd readable = {.fd = connection->fd, .events = POLLIN};
    if (poll(&readable, 1, wait_ms) <= 0) {
        return false;
    }
    ssize_t length = read(connection->fd, buffer, sizeof(buffer));
    if (length <= 0) {
        errx(1, "bench-client: the server has closed the connection");
    }
    connection_take(connection, buffer, (size_t)length, message, self);
    return true;
}

static void handle_greeting(void *self, const char *start, size_t length) {
    (void)start, (void)length;
    *(bool *)self = true;
}

static void greet(struct connection *connection, const char *address) {
    const char *path = strchr(address, '/');
    AUTOFREE char *request = mem_printf("GET %s HTTP/1.1\r\nHost: %.*s\r\nUpgrade: websocket\r\n"
                                        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                                        path ? path : "/", (int)strcspn(address, "/"), address);
    ssize_t sent = write(connection->fd, request, strlen(request));
    char answer[4096];
    size_t have = 0;
    char *end = NULL;
    while (sent > 0 && !end && have < sizeof(answer) - 1) {
        ssize_t length = read(connection->fd, answer + have, sizeof(answer) - 1 - have);
        if (length <= 0) {
            break;
        }
        have += (size_t)length;
        answer[have] = '\0';
        end = strstr(answer, "\r\n\r\n");
    }
    if (!end || strncmp(answer, "HTTP/1.1 101", 12) != 0) {
        errx(1, "bench-client: %s does not speak websocket", address);
    }
    end += 4;
    bool greeted = false;
    connection_take(connection, end, have - (size_t)(end - answer), handle_greeting, &greeted);
    while (!greeted && connection_read(connection, WAIT_MS, handle_greeting, &greeted)) {
        continue;
    }
}

void connection_open(struct connection *connection, const char *address, bool as_websocket) {
    const char *colon = strrchr(address, ':');
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((in_port_t)(colon ? atoi(colon + 1) : 0))};
    *connection = (struct connection){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        err(1, "bench-client: %s", address);
    }
    const int on = 1;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (as_websocket) {
        greet(connection, address);
    }
}
