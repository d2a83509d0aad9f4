/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-bare: the floor. A program of the daemon's shape that does none of its work: inotify on one
 * folder, a loop, children over socket pairs that answer at once with as many bytes as a result
 * has, and one frame of that length per file to each client. No file is opened.
 */
#include "bare.h"
#include "base/memory.h"
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 64, INOTIFY = 1 << 16, LISTENER, BUFFER = 64 * 1024, BACKLOG = 4096 };

static void join(int epoll, int fd, uint32_t number) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
        err(1, "bench-bare: epoll");
    }
}

static int listen_somewhere(in_port_t *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        err(1, "bench-bare: listen");
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static void read_events(int fd, struct children *children) {
    static char buffer[BUFFER] __attribute__((aligned(8)));
    ssize_t length = read(fd, buffer, sizeof(buffer));
    for (ssize_t at = 0; at < length;) {
        const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
        at += (ssize_t)(sizeof(*event) + event->len);
        if (event->mask & IN_Q_OVERFLOW) {
            errx(1, "bench-bare: the kernel's queue has overflowed");
        }
        children_ask(children, event->len ? event->name : "");
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: bench-bare FOLDER CHILDREN BYTES\n", stderr);
        return 2;
    }
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (inotify_add_watch(inotify, argv[1], IN_CLOSE_WRITE) < 0) {
        err(1, "bench-bare: %s", argv[1]);
    }
    in_port_t port;
    int listener = listen_somewhere(&port);
    size_t length = (size_t)atol(argv[3]);
    struct clients *clients = clients_create(listener, length);
    struct children *children = children_create(epoll, (unsigned)atoi(argv[2]), length);
    join(epoll, inotify, INOTIFY);
    join(epoll, listener, LISTENER);
    printf("ready websocket=127.0.0.1:%u pid=%d\n", (unsigned)port, (int)getpid());
    fflush(stdout);
    for (;;) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.u32 == INOTIFY) {
                read_events(inotify, children);
            } else if (events[i].data.u32 == LISTENER) {
                clients_accept(clients);
            } else {
                for (size_t n = children_take(children, events[i].data.u32); n > 0; n--) {
                    clients_send(clients);
                }
            }
        }
    }
}
