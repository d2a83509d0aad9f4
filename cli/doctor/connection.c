/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses to connect to, and HTTP (RFC 9110), the client's side. */
#include "connection.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ANSWER_MS = 5000,                /* of a daemon on this machine that works at all */
    MESSAGE_BYTES = 4 * 1024 * 1024, /* the largest message has some 100 KiB */
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

bool connection_send(int fd, const void *bytes, size_t length) {
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
    ssize_t count = connection_send(fd, request, strlen(request)) ? 1 : 0;
    while (count > 0 && length < MESSAGE_BYTES) {
        count = recv(fd, answer + length, MESSAGE_BYTES - length, 0);
        length += count > 0 ? (size_t)count : 0;
    }
    close(fd);
    answer[length] = '\0';
    return mem_resize(answer, length + 1, 1);
}
