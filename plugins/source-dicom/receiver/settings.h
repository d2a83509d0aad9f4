/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin tells the receiver at its start. */
#pragma once

#include "callers.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct receiver_settings {
    json_t *all; /* the texts below live in it */
    const char *spool, *ae_title;
    struct caller *callers; /* none: whoever reaches the address */
    size_t caller_count;
    const char **classes; /* SOP classes beside those of MR; "*": every storage class */
    size_t class_count;
    unsigned associations, associations_per_peer; /* at once, and of them from one address */
    unsigned idle_s;               /* without an object for so long, one makes room for others */
    unsigned pdu_bytes;            /* largest that is taken */
    unsigned acse_s, dimse_s;      /* how long is waited for a request, for a command or data */
    bool fsync;                    /* every object is on the disk before it is acknowledged */
    int64_t free_bytes;            /* that the file system keeps; below 0: a part of it */
    uint64_t object_bytes;         /* largest that is taken */
    const char *certificate, *key; /* PEM files; "": no TLS */
    const char *ca;                /* PEM file of who signs senders' certificates; "": any sender */
    const char *crl;               /* PEM file of certificates that are revoked; "": none */
    bool names_caller;             /* a certificate is good for the AE titles that it names */
};

/** Reads the JSON text. False: it is none of the plugin's. */
bool receiver_settings_read(struct receiver_settings *settings, const char *text, size_t length);
void receiver_settings_finish(struct receiver_settings *settings);

#ifdef __cplusplus
}
#endif
