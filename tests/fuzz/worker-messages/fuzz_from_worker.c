/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker's messages, in pieces as long as the first byte says. Whatever comes, the daemon is told
 * of answers only to what it asked, in range, and of nothing more once the protocol is broken.
 */
#include "base/log.h"
#include "base/memory.h"
#include "check/check.h"
#include "workers/worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FILES = 3, GENERATION = 1 };

struct target {
    struct worker worker;
    struct root root;
    struct folder *folder; /* both kinds end with a text */
    struct queued_file *files[FILES];
    size_t answers;
    bool was_ready, broken;
};

static volatile unsigned sum; /* so that all bytes are read */

static void require(bool promise) {
    if (!promise) {
        abort();
    }
}

static void handle_ready(void *self, struct worker *worker) {
    (void)worker;
    struct target *target = self;
    require(!target->was_ready && !target->broken);
    target->was_ready = true;
}

static void handle_answer(void *self, struct worker *worker, const struct protocol_answer *answer,
                          const char *text, size_t length) {
    struct target *target = self;
    require(!target->broken && target->answers < FILES);
    require(worker_pop(worker) == target->files[target->answers++]);
    require(answer->outcome <= PROTOCOL_DENIED && answer->status <= CHECK_DEVIATES);
    require(strnlen(answer->station, sizeof(answer->station)) <= CHECK_STATION_BYTES);
    require(length <= PROTOCOL_BODY_BYTES);
    for (size_t i = 0; i < length; i++) {
        sum += (unsigned char)text[i];
    }
}

static void handle_broken(void *self, struct worker *worker, bool violation) {
    (void)violation;
    struct target *target = self;
    require(!target->broken);
    target->broken = true;
    worker->ended = true;
}

static void handle_idle(void *self, struct worker *worker) {
    (void)worker;
    require(!((struct target *)self)->broken);
}

static void end(struct target *target) {
    for (size_t i = 0; i < FILES; i++) {
        free(target->files[i]);
    }
    free(target->folder);
    inbox_finish(&target->worker.inbox);
}

static void begin(struct target *target, const struct worker_owner *owner, int socket) {
    struct worker *worker = &target->worker;
    worker->owner = owner;
    worker->child.socket = socket;
    worker->generation = GENERATION;
    target->folder = mem_new(struct folder);
    target->folder->root = &target->root;
    for (uint32_t i = 0; i < FILES && worker->state == WORKER_READY; i++) {
        target->files[i] = mem_new(struct queued_file);
        target->files[i]->folder = target->folder;
        worker->load.files[i] = target->files[i];
        worker->requests[i] = i + 1;
        worker->load.count = i + 1;
        target->folder->workers = 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int pair[2];
    struct target target = {0};
    log_set_level((enum mrq_level) - 1);
    if (size == 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) {
        return 0;
    }
    const struct worker_owner owner = {.self = &target,
                                       .ready = handle_ready,
                                       .answer = handle_answer,
                                       .broken = handle_broken,
                                       .idle = handle_idle};
    target.worker.state = data[0] & 1 ? WORKER_STARTING : WORKER_READY;
    begin(&target, &owner, pair[0]);
    size_t piece = (size_t)data[0] * 8 + 1;
    for (size_t done = 1; !target.broken && done < size; done += piece) {
        size_t length = size - done < piece ? size - done : piece;
        require(send(pair[1], data + done, length, MSG_NOSIGNAL) == (ssize_t)length);
        worker_receive(&target.worker);
    }
    close(pair[0]);
    close(pair[1]);
    end(&target);
    return 0;
}
