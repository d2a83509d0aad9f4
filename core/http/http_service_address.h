/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as people write them ("127.0.0.1:8080", "[::1]:0") and as sockets know them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/** Room for "[", an IPv6 address, "]:65535" and the NUL. */
#define SOCKET_ADDRESS_TEXT 64

struct socket_address {
    struct sockaddr_storage any;
    socklen_t length;
};

/** Reads "HOST:PORT", HOST a numeric address or localhost, since names would need DNS. */
bool socket_address_parse(const char *text, struct socket_address *address);

/** Writes address in the same form. */
void socket_address_print(const struct socket_address *address, char *out, size_t room);

unsigned socket_address_port(const struct socket_address *address);
bool socket_address_same_host(const struct socket_address *one, const struct socket_address *other);

/** Where a listening socket ended up: with port 0 the kernel chose. */
bool socket_address_of(int fd, struct socket_address *address);
