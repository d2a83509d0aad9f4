/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a watched file that may be anything: a link, a device, still being written, gone. */
#pragma once

#include "protocol.h"

/** What became of it. outcome PROTOCOL_DONE: fd is open for reading, close it. */
struct opened_file {
    int fd;
    enum protocol_outcome outcome;
    struct file_identity identity; /* zero where nothing is known */
    uint32_t born;                 /* likewise: see struct file_status */
    uint32_t links;
    bool exhausted;    /* no descriptor was left */
    char message[256]; /* PROTOCOL_REFUSED, PROTOCOL_UNREADABLE: why */
};

/**
 * Opens path, relative to root: regular files only, no symbolic links, never outside root, never
 * blocking on what is no file. False: this process has no descriptor left to open anything with.
 */
bool open_file(const char *root, const char *path, const struct protocol_check *request,
               struct opened_file *opened);

/** Looks again after reading: PROTOCOL_INCOMPLETE if somebody has written to it meanwhile. */
void open_file_look_again(struct opened_file *opened);
