/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of a broadcast: a bare epoll loop that writes the same bytes to as many sockets as the
 * websocket sink does, and does nothing else.
 */
#include "broadcast.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS 20000
#define BACKLOG 1024
#define EVENTS 256

struct floor {
    int listener, loop;
    int clients[CLIENTS];
    size_t count;
};

static void watch(const struct floor *floor, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(floor->loop, EPOLL_CTL_ADD, fd, &event);
}

static int listen_anywhere(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, BACKLOG) < 0) {
        perror("listen");
        exit(1);
    }
    getsockname(fd, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void accept_all(struct floor *floor) {
    const int yes = 1;
    int fd;
    while (floor->count < CLIENTS &&
           (fd = accept4(floor->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        floor->clients[floor->count++] = fd;
        watch(floor, fd);
    }
}

static void broadcast(const struct floor *floor) {
    char frame[FRAME_HEADER_BYTES + MESSAGE_BYTES + 1] = {(char)0x81, 126, MESSAGE_BYTES >> 8,
                                                          MESSAGE_BYTES & 0xff};
    broadcast_message(frame + FRAME_HEADER_BYTES);
    for (size_t i = 0; i < floor->count; i++) {
        size_t length = FRAME_HEADER_BYTES + MESSAGE_BYTES;
        if (send(floor->clients[i], frame, length, MSG_NOSIGNAL | MSG_DONTWAIT) !=
            (ssize_t)length) {
            fprintf(stderr, "client %zu does not read\n", i);
        }
    }
}

/* False at the end of standard input. */
static bool take_line(const struct floor *floor) {
    char line[64];
    ssize_t length = read(STDIN_FILENO, line, sizeof(line));
    if (length > 0) {
        broadcast(floor);
    }
    return length > 0;
}

static void take_event(struct floor *floor, int fd) {
    char bytes[4096];
    if (fd == floor->listener) {
        accept_all(floor);
    } else if (read(fd, bytes, sizeof(bytes)) <= 0) {
        epoll_ctl(floor->loop, EPOLL_CTL_DEL, fd, NULL);
    }
}

int main(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    static struct floor floor;
    floor.loop = epoll_create1(EPOLL_CLOEXEC);
    floor.listener = listen_anywhere();
    watch(&floor, floor.listener);
    watch(&floor, STDIN_FILENO);
    bool open = true;
    while (open) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(floor.loop, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == STDIN_FILENO) {
                open = take_line(&floor);
            } else {
                take_event(&floor, events[i].data.fd);
            }
        }
    }
    return 0;
}
