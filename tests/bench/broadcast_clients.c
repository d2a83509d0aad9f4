/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many clients of a broadcast:
 *   broadcast_clients PORT COUNT bare|websocket
 * Connects COUNT times, says "ready", and then for each message how long it took to the first and
 * to the last client, in ms, until its standard input ends.
 */
#include "broadcast.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 1024

struct clients {
    int loop;
    size_t count, complete; /* of the present message */
    size_t *received;       /* by descriptor */
    long long made_ns, first_ns;
};

static const char handshake[] = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* Reads the answer to the handshake and the hello behind it, which ends with "}. */
static void greet(int fd) {
    char answer[2048];
    size_t length = 0;
    if (send(fd, handshake, sizeof(handshake) - 1, MSG_NOSIGNAL) < 0) {
        die("send");
    }
    while (length < 2 || memcmp(answer + length - 2, "\"}", 2) != 0) {
        ssize_t got = recv(fd, answer + length, sizeof(answer) - length, 0);
        if (got <= 0) {
            die("handshake");
        }
        length += (size_t)got;
    }
}

static void join(struct clients *clients, unsigned port, bool websocket) {
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((in_port_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        die("connect");
    }
    if (websocket) {
        greet(fd);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(clients->loop, EPOLL_CTL_ADD, fd, &event);
}

static void complete(struct clients *clients, const char *bytes) {
    long long now = broadcast_clock_ns();
    if (clients->complete++ == 0) {
        clients->made_ns = atoll(bytes + FRAME_HEADER_BYTES + MESSAGE_TIME_OFFSET);
        clients->first_ns = now;
    }
    if (clients->complete == clients->count) {
        printf("%.3f %.3f\n", (double)(clients->first_ns - clients->made_ns) / 1e6,
               (double)(now - clients->made_ns) / 1e6);
        fflush(stdout);
        clients->complete = 0;
    }
}

static void receive(struct clients *clients, int fd) {
    char bytes[FRAME_HEADER_BYTES + MESSAGE_BYTES];
    ssize_t got = recv(fd, bytes, sizeof(bytes) - clients->received[fd], MSG_DONTWAIT);
    if (got <= 0) {
        die("receive");
    }
    clients->received[fd] += (size_t)got;
    if (clients->received[fd] == sizeof(bytes)) {
        clients->received[fd] = 0;
        complete(clients, bytes);
    }
}

static void run(struct clients *clients) {
    struct epoll_event events[EVENTS];
    while (true) {
        int count = epoll_wait(clients->loop, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == STDIN_FILENO) {
                return;
            }
            receive(clients, events[i].data.fd);
        }
    }
}

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: broadcast_clients PORT COUNT bare|websocket\n");
        return 2;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    struct clients clients = {.loop = epoll_create1(EPOLL_CLOEXEC)};
    clients.received = calloc((size_t)limit.rlim_max, sizeof(*clients.received));
    clients.count = strtoul(arguments[2], NULL, 10);
    for (size_t i = 0; i < clients.count; i++) {
        join(&clients, (unsigned)atoi(arguments[1]), strcmp(arguments[3], "websocket") == 0);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
    epoll_ctl(clients.loop, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    puts("ready");
    fflush(stdout);
    run(&clients);
    free(clients.received);
    return 0;
}
