/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the bare program: children that answer, clients that are sent to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* ---- children: each answers what it is given, and opens no file ---- */

enum { BARE_NAME = 64 }; /* bytes of a request: a file's name */

struct children;

/**
 * Children that answer with so many bytes. Their sockets are known to the epoll descriptor;
 * data.u32 is the child's number.
 */
struct children *children_create(int epoll, unsigned count, size_t answer);

/** Asks a child with room, else keeps the name for the next one that has. */
void children_ask(struct children *children, const char *name);

/** Takes the answers of child number; returns how many. */
size_t children_take(struct children *children, unsigned number);

/* ---- clients ---- */

struct clients;

/** message: what each is sent, length bytes; a websocket text frame is made of it, once. */
struct clients *clients_create(int listener, size_t length);
void clients_accept(struct clients *clients);
void clients_send(const struct clients *clients);
