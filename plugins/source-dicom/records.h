/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the receiver says to the plugin: one record per packet of a SOCK_SEQPACKET pair, so that all
 * its processes can share one end. A receiver that has met a hostile sender is hostile: each record
 * is checked before it is used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum record_kind {
    RECORD_LISTENING = 1, /* the settings are in force */
    RECORD_ASSOCIATIONS,  /* number: how many there are now */
    RECORD_STORED,        /* text: path of the object, below the spool; see object_keep() */
    RECORD_REFUSED,       /* text: an association was refused, and why */
    RECORD_LOST,          /* text: an association has ended without being released, and why */
    RECORD_FAILED,        /* text: an object was not stored, and why */
    RECORD_CROWDED,       /* text: a sender was turned away, or made room for another, and why */
    RECORD_DIFFERS,       /* text: an object came again with other content, and where both are */
    RECORD_UNUSABLE,      /* text: the settings cannot be used, and why; the receiver ends */
};

enum {
    RECORD_TEXT_BYTES = 512,           /* a sentence, or three UIDs of 64 with .dcm */
    RECORD_SETTINGS_BYTES = 64 * 1024, /* the other way: JSON text, the first packet */
    RECORD_ASSOCIATIONS_MOST = 64,     /* of the option */
    OBJECT_VERSIONS = 9, /* of one instance that are kept: study/series/instance.dcm, then
                            instance-2.dcm to instance-9.dcm */
};

/* where the receiver finds what it was given */
enum { RECEIVER_SOCKET = 3, RECEIVER_LISTENER = 4, RECEIVER_UNTOLD = 5 };

struct record {
    uint32_t kind; /* enum record_kind */
    uint32_t number;
    char text[RECORD_TEXT_BYTES]; /* ends with a NUL, which is not sent */
};

/** Sends one without waiting. False: the other end reads nothing at present, or is gone. */
bool record_send(int socket, enum record_kind kind, uint32_t number, const char *text);

/** The record that length bytes are; false where they are none. */
bool record_read(struct record *record, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
