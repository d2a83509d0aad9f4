/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP (RFC 9110) and websocket (RFC 6455), the client's side. */
#include "connection.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_MS = 5000,                /* of a daemon on this machine that works at all */
    MESSAGE_BYTES = 4 * 1024 * 1024, /* the largest message has some 100 KiB */
    OPCODE_TEXT = 1,
    OPCODE_CLOSE = 8,
    OPCODE_PING = 9,
    OPCODE_PONG = 10,
};

long long connection_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* ---- addresses ----------------------------------------------------------------------------- */

static bool take_four(struct place *place, const char *host, unsigned port) {
    struct sockaddr_in *four = (struct sockaddr_in *)&place->address;
    *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    place->length = sizeof(*four);
    if (inet_pton(AF_INET, host, &four->sin_addr) != 1) {
        return false;
    }
    if (four->sin_addr.s_addr == htonl(INADDR_ANY)) {
        four->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    return true;
}

static bool take_six(struct place *place, const char *host, unsigned port) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&place->address;
    *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    place->length = sizeof(*six);
    if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1) {
        return false;
    }
    if (IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr)) {
        six->sin6_addr = in6addr_loopback;
    }
    return true;
}

bool place_parse(struct place *place, const char *text) {
    char host[64];
    unsigned port;
    *place = (struct place){0};
    snprintf(place->text, sizeof(place->text), "%.*s", (int)strcspn(text, "/"), text);
    snprintf(place->path, sizeof(place->path), "%s", text + strcspn(text, "/"));
    if (sscanf(place->text, "[%63[0-9a-fA-F:.]]:%u", host, &port) == 2) {
        return take_six(place, host, port);
    }
    return sscanf(place->text, "%63[0-9.]:%u", host, &port) == 2 && take_four(place, host, port);
}

unsigned place_port(const struct place *place) {
    const char *colon = strrchr(place->text, ':');
    return colon ? (unsigned)atoi(colon + 1) : 0;
}

static int make_socket(const struct place *place) {
    int fd = socket(place->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {.tv_sec = ANSWER_MS / 1000};
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    }
    return fd;
}

static int close_failed(int fd) {
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = error;
    return -1;
}

int place_connect(const struct place *place) {
    int fd = make_socket(place);
    bool connected =
        fd >= 0 && connect(fd, (const struct sockaddr *)&place->address, place->length) == 0;
    return connected ? fd : close_failed(fd);
}

bool place_free(const struct place *place) {
    int fd = make_socket(place), yes = 1;
    bool is_free = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
                   bind(fd, (const struct sockaddr *)&place->address, place->length) == 0;
    close_failed(fd);
    return is_free;
}

/* ---- HTTP ---------------------------------------------------------------------------------- */

static bool send_all(int fd, const void *bytes, size_t length) {
    return send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

char *place_get(const struct place *place, const char *path) {
    AUTOFREE char *request =
        mem_printf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, place->text);
    int fd = place_connect(place);
    if (fd < 0) {
        return NULL;
    }
    char *answer = mem_zeroed(MESSAGE_BYTES + 1, 1);
    size_t length = 0;
    ssize_t count = send_all(fd, request, strlen(request)) ? 1 : 0;
    while (count > 0 && length < MESSAGE_BYTES) {
        count = recv(fd, answer + length, MESSAGE_BYTES - length, 0);
        length += count > 0 ? (size_t)count : 0;
    }
    close(fd);
    answer[length] = '\0';
    return mem_resize(answer, length + 1, 1);
}

/* ---- websocket ----------------------------------------------------------------------------- */

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
    send_all(websocket->fd, frame, 6 + length);
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
    long long end_ms = connection_now_ms() + ANSWER_MS;
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
    if (websocket->fd >= 0 && send_all(websocket->fd, request, strlen(request)) &&
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
