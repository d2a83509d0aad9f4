/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes that read series folders. */
#include "pool.h"
#include "base/capabilities.h"
#include "base/json_text.h"
#include "base/memory.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_BYTES = 256 * 1024 * 1024 }; /* a folder of some 100,000 series; more is damage */

/* a child and the job it has; messages both ways are texts with their NUL */
struct reader {
    pid_t pid;
    int fd; /* -1: none */
    size_t job;
    bool busy;
    char *answer;
    size_t used, room;
};

struct pool {
    const struct pool_work *work;
    struct reader *readers;
    size_t next, done;
};

/* ---- in the child --------------------------------------------------------------------------- */

static bool send_all(int fd, const char *bytes, size_t length) {
    while (length) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* reads jobs until the parent closes its end */
static void child_loop(int fd, const struct scan_names *wanted) {
    struct dicom_reader *reader = dicom_reader_create(NULL, 0, DICOM_FAST);
    FILE *jobs = fdopen(fd, "r");
    char *job = NULL;
    size_t room = 0;
    while (reader && jobs && getdelim(&job, &room, '\0', jobs) > 1) {
        const struct series_job read = {
            .path = job + 1, .mode = (enum series_mode)job[0], .wanted = wanted};
        json_t *found = series_read(reader, &read);
        size_t length;
        char *text = json_text(found, &length);
        bool sent = send_all(fd, text, length + 1);
        free(text);
        json_decref(found);
        if (!sent) {
            break;
        }
    }
}

static bool reader_start(const struct pool *pool, struct reader *reader) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        fprintf(stderr, "mrqart db import: cannot start a reader: %s\n", strerror(errno));
        return false;
    }
    fflush(NULL);
    reader->pid = fork();
    if (reader->pid == 0) {
        capabilities_drop();
        close(pair[0]);
        child_loop(pair[1], pool->work->wanted);
        _exit(0);
    }
    close(pair[1]);
    if (reader->pid < 0) {
        fprintf(stderr, "mrqart db import: cannot start a reader: %s\n", strerror(errno));
        close(pair[0]);
        return false;
    }
    reader->fd = pair[0];
    return true;
}

/* ---- in the parent -------------------------------------------------------------------------- */

static void reader_stop(struct reader *reader) {
    if (reader->fd >= 0) {
        shutdown(reader->fd, SHUT_RDWR); /* readers started later hold a copy of this end */
        close(reader->fd);
        waitpid(reader->pid, NULL, 0);
    }
    reader->fd = -1;
    reader->busy = false;
    reader->used = 0;
}

static void reader_give(struct pool *pool, struct reader *reader) {
    const struct pool_work *work = pool->work;
    if (pool->next == work->jobs) {
        return;
    }
    enum series_mode mode = SERIES_ONE;
    reader->job = pool->next++;
    reader->busy = true;
    const char *folder = work->job(work->self, reader->job, &mode);
    char first = (char)mode;
    /* a reader that is gone shows when its answer is waited for */
    if (send_all(reader->fd, &first, 1)) {
        send_all(reader->fd, folder, strlen(folder) + 1);
    }
}

static void job_ends(struct pool *pool, struct reader *reader, const json_t *found) {
    reader->busy = false;
    reader->used = 0;
    pool->done++;
    pool->work->answer(pool->work->self, reader->job, found);
}

/* false: no reader can be started any more */
static bool reader_died(struct pool *pool, struct reader *reader) {
    bool busy = reader->busy;
    reader_stop(reader);
    if (busy) {
        job_ends(pool, reader, NULL);
    }
    return reader_start(pool, reader);
}

/* false: the reader is gone, or answers what it must not */
static bool reader_receive(struct pool *pool, struct reader *reader) {
    enum { STEP = 64 * 1024 };
    if (reader->used + STEP > reader->room) {
        reader->room = (reader->used + STEP) * 2;
        reader->answer = mem_resize(reader->answer, reader->room, 1);
    }
    ssize_t got = recv(reader->fd, reader->answer + reader->used, STEP, 0);
    if (got < 0 && errno == EINTR) {
        return true;
    }
    if (got <= 0 || !reader->busy || reader->used > ANSWER_BYTES) {
        return false;
    }
    reader->used += (size_t)got;
    if (reader->answer[reader->used - 1] != '\0') {
        return true;
    }
    json_t *found = json_loads(reader->answer, 0, NULL);
    job_ends(pool, reader, found);
    json_decref(found);
    return true;
}

static bool pool_step(struct pool *pool, struct pollfd *polled) {
    size_t count = pool->work->readers;
    for (size_t i = 0; i < count; i++) {
        struct reader *reader = &pool->readers[i];
        if (!reader->busy) {
            reader_give(pool, reader);
        }
        polled[i] = (struct pollfd){.fd = reader->busy ? reader->fd : -1, .events = POLLIN};
    }
    if (poll(polled, count, -1) < 0 && errno != EINTR) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct reader *reader = &pool->readers[i];
        if (polled[i].fd >= 0 && polled[i].revents && !reader_receive(pool, reader) &&
            !reader_died(pool, reader)) {
            return false;
        }
    }
    return true;
}

bool pool_run(const struct pool_work *work) {
    struct pool pool = {.work = work, .readers = mem_zeroed(work->readers, sizeof(struct reader))};
    AUTOFREE struct pollfd *polled = mem_zeroed(work->readers, sizeof(*polled));
    bool good = true;
    for (size_t i = 0; i < work->readers; i++) {
        pool.readers[i].fd = -1;
    }
    for (size_t i = 0; good && i < work->readers; i++) {
        good = reader_start(&pool, &pool.readers[i]);
    }
    while (good && pool.done < work->jobs) {
        good = pool_step(&pool, polled);
    }
    for (size_t i = 0; i < work->readers; i++) {
        reader_stop(&pool.readers[i]);
        free(pool.readers[i].answer);
    }
    free(pool.readers);
    return good;
}
