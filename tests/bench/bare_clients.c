/* SPDX-License-Identifier: Apache-2.0 */
/* The clients of the bare program: each is sent the same frame, which is made once. */
#include "bare.h"
#include "base/memory.h"
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_ROOM = 16384, HEAD = 4 };

struct clients {
    int listener;
    int fds[CLIENTS_ROOM];
    size_t count, length;
    unsigned char *frame;
};

struct clients *clients_create(int listener, size_t length) {
    if (length < 126 || length > UINT16_MAX) {
        errx(2, "bench-bare: BYTES: 126 to 65535");
    }
    struct clients *clients = mem_new(struct clients);
    clients->listener = listener;
    clients->length = length + HEAD;
    clients->frame = mem_zeroed(clients->length, 1);
    memset(clients->frame, ' ', clients->length);
    clients->frame[0] = 0x81; /* a whole text frame whose length takes two bytes (RFC 6455 5.2) */
    clients->frame[1] = 126;
    clients->frame[2] = (unsigned char)(length >> 8);
    clients->frame[3] = (unsigned char)length;
    return clients;
}

void clients_accept(struct clients *clients) {
    int fd = accept4(clients->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    if (clients->count == CLIENTS_ROOM) {
        errx(1, "bench-bare: too many clients");
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    clients->fds[clients->count++] = fd;
}

/** The frames of a burst may have to wait for their client. */
static void send_rest(int fd, const unsigned char *rest, size_t length) {
    while (length > 0) {
        struct pollfd writable = {.fd = fd, .events = POLLOUT};
        poll(&writable, 1, -1);
        ssize_t sent = send(fd, rest, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            return; /* it has gone */
        }
        rest += sent < 0 ? 0 : sent;
        length -= sent < 0 ? 0 : (size_t)sent;
    }
}

void clients_send(const struct clients *clients) {
    for (size_t i = 0; i < clients->count; i++) {
        ssize_t sent = send(clients->fds[i], clients->frame, clients->length, MSG_NOSIGNAL);
        size_t done = sent < 0 ? 0 : (size_t)sent;
        if (done < clients->length) {
            send_rest(clients->fds[i], clients->frame + done, clients->length - done);
        }
    }
}
