/* SPDX-License-Identifier: Apache-2.0 */
/* bench-client: writes files as a scanner does and waits for what comes of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* ---- frames ---- */

enum {
    FRAME_START = 128,  /* bytes of a message that are looked at */
    FRAME_LARGE = 1000, /* bytes: larger ones are results, smaller ones counts and greetings */
};

/** One connection, and the frame it is in the middle of. */
struct connection {
    int fd;
    unsigned char head[10]; /* of the frame */
    size_t have;            /* bytes of head so far */
    size_t length, left;    /* of the payload */
    char start[FRAME_START + 1];
    size_t started;
};

/** "127.0.0.1:PORT", a path may follow; greet: websocket handshake, and the greeting is read. Ends the program. */
void connection_open(struct connection *connection, const char *address, bool greet);

/**
 * Takes bytes that were read; calls message for every whole text message with its beginning and
 * length.
 */
typedef void (*connection_message)(void *self, const char *start, size_t length);
void connection_take(struct connection *connection, const char *bytes, size_t count,
                     connection_message message, void *self);

/** Waits for bytes and takes them; false after wait_ms without any. */
bool connection_read(struct connection *connection, int wait_ms, connection_message message,
                     void *self);

/* ---- files ---- */

enum { STOCK_DIGITS = 8 };

/** A DICOM file in memory, in which 77777777 stands for the series and 88888888 for the image. */
struct stock {
    char *bytes;
    size_t length;
    char series[STOCK_DIGITS], image[STOCK_DIGITS]; /* as they stand in it now */
};

void stock_load(struct stock *stock, const char *path);

/** Sets the numbers wherever they stand. */
void stock_number(struct stock *stock, unsigned series, unsigned image);

/** Writes it as folder/name, and returns the time just before it was closed. */
double stock_write(const struct stock *stock, const char *folder, const char *name);

double now_ms(void);

/* ---- what is measured; arguments behind the address; each prints one line ---- */

struct target {
    const char *address, *folder;
    bool greet; /* it is the daemon, not the bare program */
    struct stock *stock;
};

int client_latency(const struct target *target, unsigned count, bool new_series);
int client_burst(const struct target *target, unsigned count);
int client_broadcast(const struct target *target, unsigned clients, unsigned rounds);
