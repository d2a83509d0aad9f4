/* SPDX-License-Identifier: Apache-2.0 */
/* One worker process as the pool sees it: its socket, the files it has, what it says. */
#pragma once

#include "child.h"
#include "inbox.h"
#include "outbox.h"
#include "pipeline/folder_queue.h"

#include <event2/event.h>

enum worker_state {
    WORKER_STARTING,
    WORKER_READY,
    WORKER_RETIRED, /* of an old generation, or the daemon ends: no more files */
};

struct worker;

/** What a worker tells the pool. In each call the worker may be ended, but not freed. */
struct worker_owner {
    void *self;
    int prints; /* see child_start() */
    void (*ready)(void *self, struct worker *worker);
    /** The answer to its first file. */
    void (*answer)(void *self, struct worker *worker, const struct protocol_answer *answer,
                   const char *text, size_t length);
    /** It is gone, or broke the protocol (violation). */
    void (*broken)(void *self, struct worker *worker, bool violation);
    /** All that has come in was handled. */
    void (*idle)(void *self, struct worker *worker);
};

struct worker {
    TAILQ_ENTRY(worker) entry;
    const struct worker_owner *owner;
    struct event_base *base;
    struct child child;
    struct event *readable, *writable;
    struct inbox inbox;
    struct outbox outbox;
    enum worker_state state;
    uint32_t generation;
    struct load load;              /* NULL in it: taken back, its answer is of no use */
    uint32_t requests[LOAD_FILES]; /* numbers of those in load */
    uint32_t last_request;
    long long since_ns; /* STARTING: started; else when its first file was taken */
    bool ended;         /* to be freed by the pool when nobody uses it any more */
};

/** Starts a process, which prints to owner->prints. NULL, having said why: it cannot. */
struct worker *worker_create(struct event_base *base, const char *program, uint32_t generation,
                             const struct worker_owner *owner);
void worker_destroy(struct worker *worker); /* closes the socket; the process is not reaped */

/** Stops listening to it, for good. */
void worker_mute(struct worker *worker);

void worker_send_settings(struct worker *worker, const char *settings);

/** Puts the last file of load into the next send. request: flags, known and settled are set. */
void worker_add_request(struct worker *worker, struct protocol_check *request);
void worker_send(struct worker *worker);

/** Handles what has come in; the loop does it too. */
void worker_receive(struct worker *worker);

/** Its first file leaves load. */
struct queued_file *worker_pop(struct worker *worker);
