/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration tried, by a worker and by a copy of this process. */
#include "trial.h"
#include "base/clock.h"
#include "base/forked.h"
#include "base/memory.h"
#include "config/config_try.h"
#include "trial_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    OPEN_MS = 10000,        /* for opening things, in all */
    LOOK_MS = 2000,         /* for a look at one folder: its mount does not answer then */
    ANSWER_BYTES = 1 << 20, /* of all that is said */
};

struct answer {
    char *bytes;
    size_t used, taken; /* taken: lines of it that were looked at */
    json_t *doing;      /* the last line that says what is done */
};

static const char *text_member(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void take_line(struct answer *answer, json_t *line, struct problems *problems) {
    const struct place place = {.file = text_member(line, "place")};
    if (json_object_get(line, "doing")) {
        json_decref(answer->doing);
        answer->doing = json_incref(line);
    } else if (json_is_true(json_object_get(line, "fault"))) {
        problems_add(problems, &place, "%s", text_member(line, "text"));
    } else if (line) {
        problems_warn(problems, &place, "%s", text_member(line, "text"));
    }
}

static void take_lines(struct answer *answer, struct problems *problems) {
    char *end;
    while ((end = memchr(answer->bytes + answer->taken, '\n', answer->used - answer->taken))) {
        const char *begin = answer->bytes + answer->taken;
        json_auto_t *line = json_loadb(begin, (size_t)(end - begin), 0, NULL);
        take_line(answer, line, problems);
        answer->taken = (size_t)(end - answer->bytes) + 1;
    }
}

static bool is_look(const struct answer *answer) {
    return json_is_true(json_object_get(answer->doing, "look"));
}

/* All that the child says until it ends; false: it hangs. */
static bool listen_to(int pipe, struct answer *answer, struct problems *problems) {
    long long until_ms = clock_ms() + OPEN_MS;
    while (answer->used < ANSWER_BYTES) {
        long long left_ms = is_look(answer) ? LOOK_MS : until_ms - clock_ms();
        struct pollfd readable = {.fd = pipe, .events = POLLIN};
        int ready = poll(&readable, 1, left_ms > 0 ? (int)left_ms : 0);
        ssize_t length =
            ready > 0 ? read(pipe, answer->bytes + answer->used, ANSWER_BYTES - answer->used) : -1;
        if (length == 0) {
            return true;
        }
        if (ready == 0 || (length < 0 && errno != EINTR)) {
            return false;
        }
        answer->used += length > 0 ? (size_t)length : 0;
        take_lines(answer, problems);
    }
    return false;
}

/* A mount that does not answer may do so tomorrow: what hangs is no reason to refuse. */
static void tell_end(const struct answer *answer, bool ended, int status,
                     struct problems *problems) {
    const char *doing = text_member(answer->doing, "doing");
    const struct place place = {.file = text_member(answer->doing, "place")};
    if (!ended) {
        problems_warn(problems, &place,
                      "%s: does not answer, and what follows was not tried: is it on a mount whose "
                      "server is gone?",
                      doing);
    } else if (WIFSIGNALED(status)) {
        problems_add(problems, &place, "%s: the process crashed: %s", doing,
                     strsignal(WTERMSIG(status)));
    }
}

/* one that hangs in the kernel cannot be waited for, and init reaps it when we are gone */
static int end_child(pid_t child, bool ended) {
    int status = 0;
    if (!ended) {
        kill(child, SIGKILL);
    }
    while (waitpid(child, &status, ended ? 0 : WNOHANG) < 0 && errno == EINTR) {
    }
    return status;
}

static void rehearse(const json_t *config, const struct paths *paths, enum trial_for purpose,
                     struct problems *problems) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        problems_add(problems, NULL, "cannot make a pipe: %m");
        return;
    }
    pid_t child = forked_with_capabilities(ends[1]);
    if (child == 0) {
        trial_child(config, paths, purpose);
    }
    close(ends[1]);
    if (child < 0) {
        problems_add(problems, NULL, "cannot start a process to try the configuration: %m");
    } else {
        struct answer answer = {.bytes = mem_zeroed(ANSWER_BYTES, 1)};
        bool ended = listen_to(ends[0], &answer, problems);
        tell_end(&answer, ended, end_child(child, ended), problems);
        json_decref(answer.doing);
        free(answer.bytes);
    }
    close(ends[0]);
}

bool trial_run(const json_t *config, const struct paths *paths, enum trial_for purpose,
               struct problems *problems) {
    struct config_trial *worker = config_trial_begin(config, paths); /* meanwhile */
    rehearse(config, paths, purpose, problems);
    config_trial_end(worker, problems);
    return !problems_any(problems);
}
