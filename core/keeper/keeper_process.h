/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper as a process, and the socket to it. */
#pragma once

#include "protocol.h"
#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct keeper_process;

/**
 * Starts worker as a keeper with its two arguments, state folder and database. Says why and returns
 * NULL when it cannot. Destroy takes NULL; it kills what still runs.
 */
struct keeper_process *keeper_process_create(struct event_base *base, const char *worker,
                                             const char *const arguments[2]);
void keeper_process_destroy(struct keeper_process *process);

/** reply: the keeper says something; gone: it is dead, or talks nonsense: see to its end. */
void keeper_process_listen(struct keeper_process *process,
                           void (*reply)(void *self, uint32_t kind, const json_t *body),
                           void (*gone)(void *self), void *self);

/** Queues a message, header->length bytes of body behind it. */
void keeper_process_send(struct keeper_process *process, const struct protocol_header *header,
                         const char *body);

/** Outside the loop: sends and hears for at most ms, until something was heard. */
void keeper_process_wait(struct keeper_process *process, int ms);

/**
 * Kills it and talks no more with it. True once it has ended: a process that is stuck in the kernel
 * cannot be killed, ask again later.
 */
bool keeper_process_over(struct keeper_process *process);

/** Outside the loop: no more messages; waits for its end, until_ms at the latest (monotonic). */
void keeper_process_end(struct keeper_process *process, int64_t until_ms);
