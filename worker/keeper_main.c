/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart-worker as the keeper: takes batches of the state file and saves them, one after another.
 */
#include "keeper_main.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "journal_file.h"
#include "keeper_database.h"
#include "protocol.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

struct process {
    struct journal_file *journal;     /* NULL: no state is kept */
    struct keeper_database *database; /* NULL: there is none */
    char piece[PROTOCOL_BODY_BYTES];
    uint32_t number; /* of the batch that its pieces are of */
    bool begun;      /* some of it are in the file */
    bool failed;     /* and some could not be written: the rest does not matter */
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what is said to the daemon ------------------------------------------------------------ */

static bool write_all(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length) {
        ssize_t written = write(KEEPER_SOCKET, at, length);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        at += written;
        length -= (size_t)written;
    }
    return true;
}

static bool send_text(uint32_t kind, const char *text, size_t length) {
    struct protocol_header header = {.kind = kind, .length = (uint32_t)length};
    return write_all(&header, sizeof(header)) && write_all(text, length);
}

/* body is stolen. False: the daemon is gone */
static bool reply(uint32_t kind, json_t *body) {
    size_t length;
    AUTOFREE char *text = json_text(body, &length);
    if (length > KEEPER_REPLY_BYTES) { /* a path may be as long as that */
        json_object_set_new(body, "message", json_string("what is wrong is too long to be told"));
        free(text);
        text = json_text(body, &length);
    }
    json_decref(body);
    return send_text(kind, text, length);
}

/* ---- batches ------------------------------------------------------------------------------- */

static bool say_how(const struct process *process) {
    json_t *body = json_object();
    json_object_set_new(body, "batch", json_integer(process->number));
    json_object_set_new(body, "saved", json_boolean(!process->failed));
    if (process->journal) {
        const char *fault = process->failed ? journal_file_fault(process->journal) : NULL;
        json_object_set_new(body, "message", json_any_string(fault));
        json_object_set_new(body, "bytes",
                            json_integer((json_int_t)journal_file_bytes(process->journal)));
    }
    return reply(PROTOCOL_KEEP, body);
}

/* a piece goes to the file; the last one makes all of them count */
static void keep(struct process *process, const struct protocol_header *header) {
    struct journal_file *journal = process->journal;
    if (!process->begun || process->number != header->generation) {
        process->begun = true;
        process->number = header->generation;
        process->failed = journal && !journal_file_begin(journal);
    }
    if (journal && !process->failed) {
        process->failed = !journal_file_write(journal, process->piece, header->length);
    }
    if (header->request & KEEPER_LAST) {
        process->begun = false;
        if (journal && !process->failed) {
            process->failed = !journal_file_end(journal, header->request & KEEPER_REWRITE);
        }
    }
}

static bool read_all(void *bytes, size_t length) {
    char *at = bytes;
    while (length) {
        ssize_t got = read(KEEPER_SOCKET, at, length);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += got;
        length -= (size_t)got;
    }
    return true;
}

/* one message. False: there will be none any more */
static bool take(struct process *process) {
    struct protocol_header header;
    if (!read_all(&header, sizeof(header))) {
        return false;
    }
    if (header.kind != PROTOCOL_KEEP || header.length > sizeof(process->piece)) {
        log_error("keeper: a message that makes no sense: kind %u, %u bytes", header.kind,
                  header.length);
        return false;
    }
    if (!read_all(process->piece, header.length)) {
        return false;
    }
    keep(process, &header);
    return !(header.request & KEEPER_LAST) || say_how(process);
}

/* ---- the loop ------------------------------------------------------------------------------ */

static int wait_ms(const struct process *process) {
    long long now = now_ms(), until = now + 60000;
    if (process->database && keeper_database_due(process->database) < until) {
        until = keeper_database_due(process->database);
    }
    return until > now ? (int)(until - now) : 0;
}

static bool work(struct process *process) {
    struct pollfd socket = {.fd = KEEPER_SOCKET, .events = POLLIN};
    if (poll(&socket, 1, wait_ms(process)) < 0 && errno != EINTR) {
        return false;
    }
    if (socket.revents && !take(process)) {
        return false;
    }
    json_t *news = process->database && keeper_database_due(process->database) <= now_ms()
                       ? keeper_database_look(process->database)
                       : NULL;
    return !news || reply(PROTOCOL_DATABASE, news);
}

/* the daemon's end is told by the socket: a signal to the group must not stop the last batch */
static void be_deaf(void) {
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        signal(signals[i], SIG_IGN);
    }
}

int keeper_main(int argc, char **argv) {
    const char *state_dir = argc >= 2 ? argv[argc - 2] : "";
    const char *database = argc >= 2 ? argv[argc - 1] : "";
    struct process *process = mem_new(struct process);
    be_deaf();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_NAME, "mrqart-keeper", 0, 0, 0);
    process->journal = *state_dir ? journal_file_create(state_dir) : NULL;
    process->database = *database ? keeper_database_create(database) : NULL;
    while (work(process)) {
    }
    journal_file_destroy(process->journal);
    keeper_database_destroy(process->database);
    free(process);
    return 0;
}
