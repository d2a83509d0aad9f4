/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of the daemon's addresses: connections and HTTP, as little as it takes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/** An address that is listened on, as one to connect to. */
struct place {
    struct sockaddr_storage address;
    socklen_t length;
    char text[128]; /* "127.0.0.1:8080" */
    char path[128]; /* "/ws", or "" */
};

/** Of "127.0.0.1:8080/ws"; all addresses become that of this machine. False: it is none. */
bool place_parse(struct place *place, const char *text);
unsigned place_port(const struct place *place);

/** A connected socket, or -1 with errno. */
int place_connect(const struct place *place);

/** Can it be listened on? False with errno. */
bool place_free(const struct place *place);

/** The answer to GET path, head and all, or NULL; free it. */
char *place_get(const struct place *place, const char *path);

/** Sends all of it; false: the connection is gone. */
bool connection_send(int fd, const void *bytes, size_t length);

/** ms of a clock that is never set. */
long long connection_now_ms(void);
