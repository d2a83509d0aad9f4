/* SPDX-License-Identifier: Apache-2.0 */
/* The address that senders connect to. */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool bind_and_listen(int fd, const struct sockaddr *address, int length) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) == 0 && /* of connections */
           bind(fd, address, (socklen_t)length) == 0 && listen(fd, SOMAXCONN) == 0;
}

static void describe(struct listener *listener) {
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    char text[INET6_ADDRSTRLEN] = "";
    if (getsockname(listener->socket, (struct sockaddr *)&address, &length) < 0) {
        return;
    }
    bool v6 = address.ss_family == AF_INET6;
    if (v6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)&address;
        listener->port = ntohs(in6->sin6_port);
        listener->local = IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
        inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&address;
        listener->port = ntohs(in->sin_port);
        listener->local = ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
    }
    snprintf(listener->address, sizeof(listener->address), v6 ? "[%s]:%u" : "%s:%u", text,
             listener->port);
}

static const char *remedy(int error) {
    return error == EACCES       ? "; ports below 1024 need CAP_NET_BIND_SERVICE (systemctl edit "
                                   "mrqart), or take one above"
           : error == EADDRINUSE ? "; another program listens there: stop it, or take another port"
                                 : "; name an address of this machine";
}

/* libevent's parser takes no port 0, but an address without one */
static bool parse(const char *text, struct sockaddr_storage *address, int *length) {
    char host[LISTENER_TEXT_BYTES], *end = NULL;
    const char *colon = strrchr(text, ':');
    size_t before = colon ? (size_t)(colon - text) : sizeof(host);
    unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (before >= sizeof(host) || colon[1] < '0' || colon[1] > '9' || *end || port > UINT16_MAX) {
        return false;
    }
    memcpy(host, text, before);
    host[before] = '\0';
    bool parsed = evutil_parse_sockaddr_port(host, (struct sockaddr *)address, length) == 0;
    if (address->ss_family == AF_INET6) {
        ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons((uint16_t)port);
    } else {
        ((struct sockaddr_in *)(void *)address)->sin_port = htons((uint16_t)port);
    }
    return parsed;
}

bool listener_open(struct listener *listener, struct mrq_host *host, const char *address) {
    struct sockaddr_storage parsed = {0};
    int length = sizeof(parsed);
    *listener = (struct listener){.socket = -1};
    if (!parse(address, &parsed, &length)) {
        mrq_error(host, "listen: \"%s\" is no ADDRESS:PORT, such as 127.0.0.1:11112 or [::]:11112",
                  address);
        return false;
    }
    listener->socket = socket(parsed.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->socket < 0 ||
        !bind_and_listen(listener->socket, (const struct sockaddr *)&parsed, length)) {
        bool own = host->trial == MRQ_TRIAL_BESIDE && (errno == EADDRINUSE || errno == EACCES);
        if (!own) {
            mrq_error(host, "listen: cannot listen on %s: %m%s", address, remedy(errno));
        }
        listener_close(listener);
        return own;
    }
    describe(listener);
    return true;
}

void listener_close(struct listener *listener) {
    if (listener->socket >= 0) {
        shutdown(listener->socket, SHUT_RDWR);
        close(listener->socket);
        listener->socket = -1;
    }
}
