/* SPDX-License-Identifier: Apache-2.0 */
/* One worker process as the pool sees it. */
#include "worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>

static void handle_readable(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    worker_receive(self);
}

static void handle_writable(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    worker_send(self);
}

struct worker *worker_create(struct event_base *base, const char *program, uint32_t generation,
                             const struct worker_owner *owner) {
    struct worker *worker = mem_new(struct worker);
    if (!child_start(&worker->child, program, owner->prints)) {
        free(worker);
        return NULL;
    }
    worker->base = base;
    worker->owner = owner;
    worker->generation = generation;
    worker->since_ns = clock_ns();
    int fd = worker->child.socket;
    worker->readable = event_new(base, fd, EV_READ | EV_PERSIST, handle_readable, worker);
    worker->writable = event_new(base, fd, EV_WRITE, handle_writable, worker);
    event_add(worker->readable, NULL);
    return worker;
}

void worker_destroy(struct worker *worker) {
    event_free(worker->readable);
    event_free(worker->writable);
    child_close(&worker->child);
    inbox_finish(&worker->inbox);
    outbox_finish(&worker->outbox);
    free(worker);
}

void worker_mute(struct worker *worker) {
    worker->ended = true;
    event_del(worker->readable);
    event_del(worker->writable);
}

static void add_header(struct worker *worker, enum protocol_kind kind, size_t length,
                       uint32_t request) {
    const struct protocol_header header = {.kind = kind,
                                           .length = (uint32_t)length,
                                           .generation = worker->generation,
                                           .request = request};
    outbox_add(&worker->outbox, &header, sizeof(header));
}

void worker_send_settings(struct worker *worker, const char *settings) {
    size_t length = strlen(settings);
    add_header(worker, PROTOCOL_SETTINGS, length, 0);
    outbox_add(&worker->outbox, settings, length);
    worker_send(worker);
}

void worker_add_request(struct worker *worker, struct protocol_check *request) {
    size_t index = worker->load.count - 1;
    const struct queued_file *file = worker->load.files[index];
    const struct folder *folder = file->folder;
    size_t below = strlen(folder->below), name = strlen(file->name);
    bool slash = below > 0;
    request->root_length = (uint32_t)folder->root->length;
    request->path_length = (uint32_t)(below + slash + name);
    worker->requests[index] = ++worker->last_request;
    add_header(worker, PROTOCOL_CHECK,
               sizeof(*request) + request->root_length + 1 + request->path_length + 1,
               worker->last_request);
    outbox_add(&worker->outbox, request, sizeof(*request));
    outbox_add(&worker->outbox, folder->root->path, folder->root->length + 1);
    outbox_add(&worker->outbox, folder->below, below);
    outbox_add(&worker->outbox, "/", slash);
    outbox_add(&worker->outbox, file->name, name + 1);
    if (index == 0) {
        worker->since_ns = clock_ns();
    }
}

void worker_send(struct worker *worker) {
    if (!outbox_send(&worker->outbox, worker->child.socket)) {
        event_add(worker->writable, NULL);
    }
}

struct queued_file *worker_pop(struct worker *worker) {
    struct queued_file *file = worker->load.files[0];
    folder_queue_leave(&worker->load, 0);
    memmove(worker->requests, worker->requests + 1,
            worker->load.count * sizeof(worker->requests[0]));
    worker->since_ns = clock_ns(); /* it takes the next one now */
    return file;
}

static bool take_answer(struct worker *worker, const struct protocol_header *header,
                        const char *body) {
    struct protocol_answer answer;
    if (worker->load.count == 0 || header->request != worker->requests[0]) {
        return false;
    }
    memcpy(&answer, body, sizeof(answer));
    if (!protocol_answer_valid(&answer, header->length)) {
        return false;
    }
    worker->owner->answer(worker->owner->self, worker, &answer, body + sizeof(answer),
                          header->length - sizeof(answer));
    return true;
}

/* False: a worker of ours does not say that, or not now. */
static bool take_message(struct worker *worker, const struct protocol_header *header,
                         const char *body) {
    if (header->generation != worker->generation) {
        return false;
    }
    switch (header->kind) {
    case PROTOCOL_READY:
        if (worker->state == WORKER_STARTING) {
            worker->state = WORKER_READY;
            worker->owner->ready(worker->owner->self, worker);
            return true;
        }
        return false;
    case PROTOCOL_FAILED: {
        AUTOFREE char *why = text_valid(body, header->length);
        log_error("worker %d: %s", (int)worker->child.pid, why);
        return worker->load.count == 0;
    }
    case PROTOCOL_ANSWER:
        return take_answer(worker, header, body);
    default:
        return false;
    }
}

/* False: it was ended meanwhile. */
static bool take_messages(struct worker *worker) {
    struct protocol_header header;
    const char *body;
    for (;;) {
        enum inbox_next next = inbox_next(&worker->inbox, INBOX_FROM_WORKER, &header, &body);
        if (next == INBOX_WANTS_MORE) {
            return true;
        }
        if (next == INBOX_VIOLATION || !take_message(worker, &header, body)) {
            worker->owner->broken(worker->owner->self, worker, true);
            return false;
        }
        if (worker->ended) {
            return false;
        }
    }
}

enum { READS = 8 }; /* at a time: the others want to be heard too */

void worker_receive(struct worker *worker) {
    for (int i = 0; i < READS; i++) {
        ssize_t got = inbox_fill(&worker->inbox, worker->child.socket);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            worker->owner->broken(worker->owner->self, worker, false);
            return;
        }
        bool full = inbox_full(&worker->inbox);
        if (got > 0 && !take_messages(worker)) {
            return;
        }
        if (got < 0 || !full) {
            break;
        }
    }
    worker->owner->idle(worker->owner->self, worker);
}
