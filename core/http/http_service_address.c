/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and printing of numeric socket addresses. */
#include "http_service_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAXIMUM 65535

static const struct sockaddr_in *inet4(const struct socket_address *address) {
    return (const struct sockaddr_in *)&address->any;
}

static const struct sockaddr_in6 *inet6(const struct socket_address *address) {
    return (const struct sockaddr_in6 *)&address->any;
}

static bool parse_port(const char *text, in_port_t *port) {
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits]) {
        return false;
    }
    unsigned long value = strtoul(text, NULL, 10);
    *port = htons((in_port_t)value);
    return value <= PORT_MAXIMUM;
}

static bool parse_inet6(const char *host, in_port_t port, struct socket_address *address) {
    struct sockaddr_in6 *inet = (struct sockaddr_in6 *)&address->any;
    inet->sin6_family = AF_INET6;
    inet->sin6_port = port;
    address->length = sizeof(*inet);
    return inet_pton(AF_INET6, host, &inet->sin6_addr) == 1;
}

static bool parse_inet4(const char *host, in_port_t port, struct socket_address *address) {
    struct sockaddr_in *inet = (struct sockaddr_in *)&address->any;
    inet->sin_family = AF_INET;
    inet->sin_port = port;
    address->length = sizeof(*inet);
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                     &inet->sin_addr) == 1;
}

bool socket_address_parse(const char *text, struct socket_address *address) {
    memset(address, 0, sizeof(*address));
    const char *colon = strrchr(text, ':');
    char host[SOCKET_ADDRESS_TEXT];
    in_port_t port;
    if (!colon || colon == text || (size_t)(colon - text) >= sizeof(host) ||
        !parse_port(colon + 1, &port)) {
        return false;
    }
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    if (host[0] != '[') {
        return parse_inet4(host, port, address);
    }
    if (colon[-1] != ']') {
        return false;
    }
    host[colon - text - 1] = '\0';
    return parse_inet6(host + 1, port, address);
}

void socket_address_print(const struct socket_address *address, char *out, size_t room) {
    char host[INET6_ADDRSTRLEN] = "";
    if (address->any.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &inet6(address)->sin6_addr, host, sizeof(host));
        snprintf(out, room, "[%s]:%u", host, socket_address_port(address));
    } else {
        inet_ntop(AF_INET, &inet4(address)->sin_addr, host, sizeof(host));
        snprintf(out, room, "%s:%u", host, socket_address_port(address));
    }
}

unsigned socket_address_port(const struct socket_address *address) {
    return ntohs(address->any.ss_family == AF_INET6 ? inet6(address)->sin6_port
                                                    : inet4(address)->sin_port);
}

bool socket_address_same_host(const struct socket_address *one,
                              const struct socket_address *other) {
    if (one->any.ss_family != other->any.ss_family) {
        return false;
    }
    if (one->any.ss_family == AF_INET6) {
        return memcmp(&inet6(one)->sin6_addr, &inet6(other)->sin6_addr, sizeof(struct in6_addr)) ==
               0;
    }
    return inet4(one)->sin_addr.s_addr == inet4(other)->sin_addr.s_addr;
}

bool socket_address_of(int fd, struct socket_address *address) {
    memset(address, 0, sizeof(*address));
    address->length = sizeof(address->any);
    return getsockname(fd, (struct sockaddr *)&address->any, &address->length) == 0;
}
