/* SPDX-License-Identifier: Apache-2.0 */
/* Children whose output is gathered, for a while at most. */
#include "child.h"

#include "base/json_text.h"
#include "base/memory.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    OUTPUT_BYTES = 1024 * 1024, /* the configuration as JSON has some KiB */
    EXIT_CANNOT_RUN = 127,
};

struct child {
    pid_t process;
    int output;
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* 0 in the child, whose standard output is the pipe */
static pid_t begin(struct child *child, const struct account *account) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -1;
    }
    fflush(NULL);
    child->process = fork();
    if (child->process != 0) {
        close(ends[1]);
        child->output = ends[0];
        return child->process;
    }
    if (dup2(ends[1], STDOUT_FILENO) < 0 || (account && !account_become(account))) {
        _exit(EXIT_CANNOT_RUN);
    }
    return 0;
}

/* All that the child writes until it closes its output. False: that took too long. */
static bool gather(const struct child *child, char *text, size_t *length) {
    long long end_ms = now_ms() + CHILD_WAIT_MS;
    for (;;) {
        struct pollfd readable = {.fd = child->output, .events = POLLIN};
        long long left_ms = end_ms - now_ms();
        if (left_ms <= 0 || poll(&readable, 1, (int)left_ms) <= 0) {
            return false;
        }
        ssize_t count = read(child->output, text + *length, OUTPUT_BYTES - *length);
        if (count <= 0) {
            return true;
        }
        *length += (size_t)count;
    }
}

/* a child that is stuck in the kernel is left to it: it cannot be killed */
static int end(const struct child *child, bool in_time) {
    int status = 0;
    close(child->output);
    if (!in_time) {
        kill(child->process, SIGKILL);
        waitpid(child->process, &status, WNOHANG);
        return -1;
    }
    waitpid(child->process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_CANNOT_RUN;
}

static char *finish(const struct child *child, int *status) {
    char *text = mem_zeroed(OUTPUT_BYTES + 1, 1);
    size_t length = 0;
    *status = end(child, gather(child, text, &length));
    return mem_resize(text, length + 1, 1);
}

char *child_run(const struct account *account, const char *const arguments[], int *status) {
    struct child child;
    pid_t process = begin(&child, account);
    if (process < 0) {
        *status = EXIT_CANNOT_RUN;
        return mem_dup("");
    }
    if (process == 0) {
        if (dup2(STDOUT_FILENO, STDERR_FILENO) >= 0) {
            execvp(arguments[0], (char *const *)arguments);
            dprintf(STDERR_FILENO, "cannot run %s: %m\n", arguments[0]);
        }
        _exit(EXIT_CANNOT_RUN);
    }
    return finish(&child, status);
}

json_t *child_ask(const struct account *account, json_t *(*work)(void *self), void *self) {
    struct child child;
    pid_t process = begin(&child, account);
    if (process < 0) {
        return NULL;
    }
    if (process == 0) {
        AUTOFREE char *text = json_text(work(self), NULL);
        puts(text);
        fflush(stdout);
        _exit(0);
    }
    int status;
    AUTOFREE char *text = finish(&child, &status);
    return status == 0 ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
}
