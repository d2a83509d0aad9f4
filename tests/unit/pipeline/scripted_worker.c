/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker for tests: it speaks the protocol and does what the name of a file says. The series of a
 * file is the number in it; a file without one is incomplete. "unborn": nobody knows when it was
 * made.
 */
#include "inbox.h"
#include "open_file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct script {
    struct inbox inbox;
    struct protocol_note *note;
    const char *settings;
};

static void tell(const struct protocol_header *header, const void *body) {
    struct msghdr message = {.msg_iov =
                                 (struct iovec[]){{(void *)(uintptr_t)header, sizeof(*header)},
                                                  {(void *)(uintptr_t)body, header->length}},
                             .msg_iovlen = 2};
    if (sendmsg(PROTOCOL_SOCKET, &message, MSG_NOSIGNAL) < 0) {
        _exit(1);
    }
}

static bool begins(const char *name, const char *with) {
    return strncmp(name, with, strlen(with)) == 0;
}

static void rest(int ms) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

/* What is no answer at all. */
static void misbehave(const char *name, struct protocol_header *header,
                      struct protocol_answer *answer) {
    if (begins(name, "long")) {
        header->length = PROTOCOL_BODY_BYTES + 1;
        send(PROTOCOL_SOCKET, header, sizeof(*header), MSG_NOSIGNAL);
        rest(5000);
    } else if (begins(name, "kind")) {
        header->kind = PROTOCOL_CHECK;
    } else if (begins(name, "number")) {
        header->request += 1;
    } else if (begins(name, "generation")) {
        header->generation += 1;
    } else if (begins(name, "outcome")) {
        answer->outcome = PROTOCOL_DENIED + 1;
    } else if (begins(name, "station")) {
        memset(answer->station, 'x', sizeof(answer->station));
    }
}

static void read_number(const struct opened_file *opened, struct protocol_answer *answer) {
    char text[32] = "";
    if (read(opened->fd, text, sizeof(text) - 1) < 0) {
        _exit(1);
    }
    answer->series_key = strtoull(text, NULL, 10);
    answer->outcome = answer->series_key ? PROTOCOL_DONE : PROTOCOL_INCOMPLETE;
}

static void die_if_told(struct script *script, const char *name) {
    if (begins(name, "checker")) {
        strcpy(script->note->checker, "bad");
    }
    if ((begins(name, "checker") && !strstr(script->settings, "disabled")) ||
        begins(name, "crash")) {
        _exit(3);
    }
    while (begins(name, "hang")) {
        pause();
    }
    if (begins(name, "slow")) {
        rest(atoi(name + strlen("slow")));
    }
}

static void check(struct script *script, const struct protocol_header *request, const char *body) {
    struct protocol_check check;
    memcpy(&check, body, sizeof(check));
    const char *root = body + sizeof(check), *path = root + check.root_length + 1;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct opened_file opened = {0}; /* no message where the outcome has none */
    script->note->identity = 0;
    __atomic_store_n(&script->note->request, request->request, __ATOMIC_SEQ_CST);
    script->note->checker[0] = '\0';
    open_file(root, path, &check, &opened);
    struct protocol_answer answer = {.outcome = opened.outcome};
    if (opened.outcome == PROTOCOL_DONE) {
        script->note->identity = protocol_identity_hash(&opened.identity);
        die_if_told(script, name);
        read_number(&opened, &answer);
        close(opened.fd);
    }
    answer.links = opened.links;
    answer.born = begins(name, "unborn") ? 0 : opened.born;
    answer.identity = opened.identity;
    strcpy(answer.station, "S");
    const char *text = answer.outcome == PROTOCOL_DONE         ? "{}"
                       : answer.outcome == PROTOCOL_INCOMPLETE ? "too short"
                                                               : opened.message;
    char whole[sizeof(answer) + sizeof(opened.message)];
    struct protocol_header header = {.kind = PROTOCOL_ANSWER,
                                     .length = (uint32_t)(sizeof(answer) + strlen(text)),
                                     .generation = request->generation,
                                     .request = request->request};
    misbehave(name, &header, &answer);
    memcpy(whole, &answer, sizeof(answer));
    memcpy(whole + sizeof(answer), text, strlen(text));
    tell(&header, whole);
    __atomic_store_n(&script->note->request, 0, __ATOMIC_SEQ_CST);
}

static void begin(struct script *script, const struct protocol_header *header, const char *body) {
    script->settings = strndup(body, header->length);
    if (strstr(script->settings, "die-early")) {
        _exit(4);
    }
    const struct protocol_header ready = {.kind = PROTOCOL_READY, .generation = header->generation};
    tell(&ready, "");
}

int main(void) {
    struct script script = {0};
    struct protocol_header header;
    const char *body;
    signal(SIGINT, SIG_IGN);
    script.note =
        mmap(NULL, sizeof(*script.note), PROT_READ | PROT_WRITE, MAP_SHARED, PROTOCOL_NOTE, 0);
    while (inbox_fill(&script.inbox, PROTOCOL_SOCKET) > 0) {
        while (inbox_next(&script.inbox, INBOX_FROM_DAEMON, &header, &body) == INBOX_MESSAGE) {
            if (header.kind == PROTOCOL_SETTINGS) {
                begin(&script, &header, body);
            } else {
                check(&script, &header, body);
            }
        }
    }
    _exit(0); /* what it kept of its settings is no leak */
}
