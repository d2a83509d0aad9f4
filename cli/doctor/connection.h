/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of the daemon's addresses: HTTP and websocket, as little as it takes. */
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

/** A websocket that has been greeted, or NULL. */
struct websocket *websocket_open(const struct place *place);
void websocket_close(struct websocket *websocket); /* takes NULL */

/** The next text message, waiting until end_ms (of connection_now_ms); NULL: none came. Free it. */
char *websocket_message(struct websocket *websocket, long long end_ms);

/** ms of a clock that is never set. */
long long connection_now_ms(void);
