/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a child process what a plugin is. */
#include "describe_child.h"
#include "base/forked.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PATIENCE_MS = 10000,    /* a plugin on a slow disk; nothing but loading happens */
    ANSWER_BYTES = 1 << 20, /* 256 options of 4 KiB each */
};

static pid_t start(const char *worker, const char *file, int answer) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    forked_attributes(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, answer, STDOUT_FILENO);
    char *words[] = {(char *)worker, "--describe", (char *)file, NULL};
    pid_t child = -1;
    int fault = posix_spawn(&child, worker, &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (fault) {
        errno = fault;
        log_error("cannot run %s: %m", worker);
        return -1;
    }
    return child;
}

static int left_ms(const struct timespec *began) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long gone =
        (now.tv_sec - began->tv_sec) * 1000LL + (now.tv_nsec - began->tv_nsec) / 1000000;
    return gone < PATIENCE_MS ? (int)(PATIENCE_MS - gone) : 0;
}

/* All that comes from the pipe until its end; false when it takes too long or is too much. */
static bool read_answer(int pipe, char *answer) {
    struct timespec began;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (size_t used = 0; used < ANSWER_BYTES;) {
        struct pollfd readable = {.fd = pipe, .events = POLLIN};
        int ready = poll(&readable, 1, left_ms(&began));
        ssize_t length = ready > 0 ? read(pipe, answer + used, ANSWER_BYTES - used) : -1;
        if (length == 0) {
            return true;
        }
        if (ready == 0 || (length < 0 && errno != EINTR)) {
            return false;
        }
        used += length > 0 ? (size_t)length : 0;
    }
    return false;
}

static json_t *end(pid_t child, bool answered, const char *answer, const char *file) {
    if (!answered) {
        kill(child, SIGKILL);
        log_error("%s: did not say what it is within %d s", file, PATIENCE_MS / 1000);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && answered) {
        log_error("%s: crashed while it was loaded: %s", file, strsignal(WTERMSIG(status)));
    }
    if (!answered || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return NULL; /* the child has said why on our stderr */
    }
    json_t *described = json_loads(answer, 0, NULL);
    if (!json_is_object(described)) {
        log_error("%s: its description is none", file);
    }
    return described;
}

json_t *describe_child(const char *worker, const char *file) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        log_error("cannot make a pipe: %m");
        return NULL;
    }
    pid_t child = start(worker, file, ends[1]);
    close(ends[1]);
    json_t *described = NULL;
    if (child > 0) {
        AUTOFREE char *answer = mem_zeroed(ANSWER_BYTES + 1, 1);
        bool answered = read_answer(ends[0], answer);
        described = end(child, answered, answer, file);
    }
    close(ends[0]);
    return described;
}
