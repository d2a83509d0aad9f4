/* SPDX-License-Identifier: Apache-2.0 */
/* The work of a worker: settings first, then one path after the other. */
#include "serve.h"

#include "base/log.h"
#include "check/check.h"
#include "inbox.h"
#include "open_file.h"
#include "protocol.h"
#include "sandbox/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct server {
    struct protocol_note *note; /* shared with the daemon */
    struct check *check;
    struct check_answer found; /* what became of the last file */
    struct inbox inbox;
    bool leaking; /* a checker keeps files open */
};

/* Waits for a message; false when the daemon is gone. */
static bool receive(struct server *server, struct protocol_header *header, const char **body) {
    for (;;) {
        switch (inbox_next(&server->inbox, INBOX_FROM_DAEMON, header, body)) {
        case INBOX_MESSAGE:
            return true;
        case INBOX_VIOLATION:
            log_error("message of kind %u with %u bytes: daemon and worker are of different builds",
                      header->kind, header->length);
            return false;
        case INBOX_WANTS_MORE:
            break;
        }
        ssize_t got = inbox_fill(&server->inbox, PROTOCOL_SOCKET);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
    }
}

static bool send_parts(struct iovec *parts, size_t count) {
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        ssize_t sent = sendmsg(PROTOCOL_SOCKET, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        size_t left = sent > 0 ? (size_t)sent : 0;
        while (count > 0 && left >= parts->iov_len) {
            left -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (char *)parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return true;
}

static bool send_message(enum protocol_kind kind, uint32_t generation, const char *text) {
    struct protocol_header header = {
        .kind = kind, .length = (uint32_t)strlen(text), .generation = generation};
    struct iovec parts[] = {{&header, sizeof(header)}, {(void *)(uintptr_t)text, header.length}};
    return send_parts(parts, 2);
}

/* text, length bytes, goes behind the answer */
static bool send_answer(const struct protocol_header *request, struct protocol_answer *answer,
                        const char *text, size_t length) {
    static const char too_long[] = "what the checkers say of it is longer than 256 KiB";
    if (answer->outcome == PROTOCOL_DONE && length > PROTOCOL_BODY_BYTES - sizeof(*answer)) {
        answer->outcome = PROTOCOL_UNREADABLE;
        text = too_long;
        length = sizeof(too_long) - 1;
    }
    struct protocol_header header = {.kind = PROTOCOL_ANSWER,
                                     .length = (uint32_t)(sizeof(*answer) + length),
                                     .generation = request->generation,
                                     .request = request->request};
    struct iovec parts[] = {
        {&header, sizeof(header)}, {answer, sizeof(*answer)}, {(void *)(uintptr_t)text, length}};
    return send_parts(parts, 3);
}

static void note_checker(void *self, const char *checker) {
    struct server *server = self;
    strncpy(server->note->checker, checker ? checker : "", sizeof(server->note->checker) - 1);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* written before the checker runs, not after */
}

static void note_request(struct server *server, uint32_t request) {
    __atomic_store_n(&server->note->request, request, __ATOMIC_SEQ_CST);
}

static void fill_in(struct protocol_answer *answer, const struct check_answer *found) {
    static const enum protocol_outcome outcomes[] = {
        [CHECK_DONE] = PROTOCOL_DONE,
        [CHECK_INCOMPLETE] = PROTOCOL_INCOMPLETE,
        [CHECK_UNREADABLE] = PROTOCOL_UNREADABLE,
    };
    answer->outcome = outcomes[found->outcome];
    answer->status = found->status;
    answer->redacted = found->redacted;
    answer->split = found->split;
    answer->failed = found->failed;
    answer->series_key = found->series_key;
    answer->study = found->study;
    answer->instance = found->instance;
    answer->digest = found->digest;
    memcpy(answer->station, found->station, sizeof(found->station));
}

/* Reads the open file; *text becomes what goes behind the answer. */
static void check_opened(struct server *server, const char *path, struct opened_file *opened,
                         struct protocol_answer *answer, const char **text) {
    struct check_answer *found = &server->found;
    server->note->identity = protocol_identity_hash(&opened->identity);
    *found = (struct check_answer){0};
    check_file(server->check, path, opened->fd, found, note_checker, server);
    fill_in(answer, found);
    *text = found->outcome == CHECK_DONE ? found->json : found->message;
    open_file_look_again(opened);
    if (opened->outcome == PROTOCOL_INCOMPLETE) {
        answer->outcome = PROTOCOL_INCOMPLETE;
        *text = opened->message;
    }
    server->leaking = opened->fd >= SANDBOX_MANY_DESCRIPTORS;
    close(opened->fd);
}

static bool answer_check(struct server *server, const struct protocol_header *header,
                         const char *body) {
    struct protocol_check request;
    memcpy(&request, body, sizeof(request));
    const char *root = body + sizeof(request), *path = root + request.root_length + 1;
    char whole[2 * PROTOCOL_PATH_BYTES];
    snprintf(whole, sizeof(whole), "%s%s%s", root, root[1] ? "/" : "", path);
    server->note->identity = 0;
    note_request(server, header->request);
    struct opened_file opened;
    if (!open_file(root, path, &request, &opened)) {
        server->leaking = true;
        note_request(server, 0); /* not taken: another worker can read it */
        return false;
    }
    struct protocol_answer answer = {.outcome = opened.outcome};
    const char *text = opened.message;
    if (opened.outcome == PROTOCOL_DONE) {
        check_opened(server, whole, &opened, &answer, &text);
    }
    answer.links = opened.links;
    answer.identity = opened.identity;
    answer.born = opened.born;
    /* a message only where the outcome has one */
    bool silent = answer.outcome == PROTOCOL_SAME || answer.outcome == PROTOCOL_OPEN ||
                  answer.outcome == PROTOCOL_GONE;
    bool sent = send_answer(header, &answer, text, silent ? 0 : strlen(text));
    note_request(server, 0);
    if (request.flags & PROTOCOL_MAYBE_OPEN) {
        sched_yield(); /* of a backlog: a live image would wait for the next tick, some ms */
    }
    return sent;
}

/* the first fault that is met while checkers are opened: the daemon says it, with the place */
static void hear_fault(void *self, enum mrq_level level, const char *line) {
    char *first = self;
    if (level <= MRQ_ERROR && !*first) {
        snprintf(first, PROTOCOL_MESSAGE_BYTES, "%s", line);
    } else {
        log_divert(NULL, NULL);
        log_line(level, "%s", line);
        log_divert(hear_fault, self);
    }
}

static bool take_settings(struct server *server, const struct protocol_header *header,
                          const char *body) {
    json_error_t where;
    json_t *settings = json_loadb(body, header->length, 0, &where);
    enum mrq_level level =
        log_level_named(json_string_value(json_object_get(settings, "log_level")));
    if (level) {
        log_set_level(level);
    }
    char fault[PROTOCOL_MESSAGE_BYTES] = "";
    log_divert(hear_fault, fault);
    server->check = settings ? check_create(settings) : NULL;
    log_divert(NULL, NULL);
    json_decref(settings);
    if (!server->check) {
        send_message(PROTOCOL_FAILED, header->generation,
                     *fault     ? fault
                     : settings ? "a checker cannot be opened, and does not say why"
                                : "its settings are no JSON");
        return false;
    }
    if (*fault) { /* it goes on in spite of it */
        log_error("%s", fault);
    }
    return send_message(PROTOCOL_READY, header->generation, "");
}

static bool answer(struct server *server, const struct protocol_header *header, const char *body) {
    switch (header->kind) {
    case PROTOCOL_SETTINGS:
        return !server->check && take_settings(server, header, body);
    case PROTOCOL_CHECK:
        return server->check && protocol_check_valid(body, header->length) &&
               answer_check(server, header, body);
    default:
        return false;
    }
}

int serve(void) {
    struct server server = {0};
    server.note =
        mmap(NULL, sizeof(*server.note), PROT_READ | PROT_WRITE, MAP_SHARED, PROTOCOL_NOTE, 0);
    if (server.note == MAP_FAILED) {
        log_error("mrqart-worker is started by mrqartd; see mrqart-worker --help");
        return 2;
    }
    close(PROTOCOL_NOTE);
    struct protocol_header header;
    const char *body;
    while (!server.leaking && receive(&server, &header, &body) && answer(&server, &header, body)) {
    }
    if (server.leaking) {
        log_warning("a checker keeps descriptors open; worker %d ends and another takes its place",
                    (int)getpid());
    }
    check_destroy(server.check);
    munmap(server.note, sizeof(*server.note));
    inbox_finish(&server.inbox);
    return 0;
}
