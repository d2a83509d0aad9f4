/* SPDX-License-Identifier: Apache-2.0 */
/* One association, from its request to its end; in a process of its own. */
#pragma once

#include "places.h"
#include "settings.h"
#include "tls.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reads DCMTK's data dictionary, once, before the process is shut in. False: there is none. */
bool serve_prepare(void);

struct connection {
    int socket;
    struct sockaddr_storage from;
    struct places *places; /* of all associations */
    size_t place;          /* which is this one's */
};

/** Serves a connection until the association has ended. */
void serve(const struct receiver_settings *settings, struct tls *tls,
           const struct connection *connection);

#ifdef __cplusplus
}
#endif
