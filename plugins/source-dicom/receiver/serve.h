/* SPDX-License-Identifier: Apache-2.0 */
/* One association, from its request to its end; in a process of its own. */
#pragma once

#include "settings.h"

#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reads DCMTK's data dictionary, once, before the process is shut in. False: there is none. */
bool serve_prepare(void);

/**
 * Reads certificate and key. True with *tls NULL where the settings want no TLS; false, with why
 * filled in: they cannot be used.
 */
bool serve_tls(const struct receiver_settings *settings, void **tls, char *why, size_t room);
void serve_tls_free(void *tls); /* takes NULL */

struct connection {
    int socket;
    struct sockaddr_storage from;
    bool (*admit)(void *self); /* asked when an association is about to be accepted; false: there
                                  are too many already */
    void *self;
};

/** Serves a connection until the association has ended. */
void serve(const struct receiver_settings *settings, void *tls,
           const struct connection *connection);

#ifdef __cplusplus
}
#endif
