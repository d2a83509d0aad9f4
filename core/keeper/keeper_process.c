/* SPDX-License-Identifier: Apache-2.0 */
/* The keeper as a process, and the socket to it. */
#include "keeper_process.h"
#include "base/clock.h"
#include "base/forked.h"
#include "base/log.h"
#include "base/memory.h"
#include "keeper_main.h"

#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { END_STEP_MS = 10 };

extern char **environ;

struct keeper_process {
    pid_t pid;
    int socket;
    struct evbuffer *in, *out;
    struct event *readable, *writable;
    void (*reply)(void *self, uint32_t kind, const json_t *body);
    void (*gone)(void *self);
    void *self;
    bool broken;
};

/* ---- talking ------------------------------------------------------------------------------- */

static bool hear_one(struct keeper_process *process) {
    struct protocol_header header;
    if (evbuffer_copyout(process->in, &header, sizeof(header)) != sizeof(header)) {
        return false;
    }
    bool known = header.kind == PROTOCOL_KEEP || header.kind == PROTOCOL_DATABASE;
    if (!known || header.length > KEEPER_REPLY_BYTES) {
        process->broken = true;
        return false;
    }
    if (evbuffer_get_length(process->in) < sizeof(header) + header.length) {
        return false;
    }
    evbuffer_drain(process->in, sizeof(header));
    const char *text = (const char *)evbuffer_pullup(process->in, header.length);
    json_t *body = header.length ? json_loadb(text, header.length, 0, NULL) : NULL;
    evbuffer_drain(process->in, header.length);
    process->broken = !json_is_object(body);
    if (!process->broken) {
        process->reply(process->self, header.kind, body);
    }
    json_decref(body);
    return !process->broken;
}

static void hear(struct keeper_process *process) {
    int got = evbuffer_read(process->in, process->socket, -1);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        process->broken = true;
    }
    while (hear_one(process)) {
    }
}

static void say(struct keeper_process *process) {
    if (evbuffer_get_length(process->out) && evbuffer_write(process->out, process->socket) < 0 &&
        errno != EAGAIN && errno != EINTR) {
        process->broken = true;
    }
    if (evbuffer_get_length(process->out) && !process->broken) {
        event_add(process->writable, NULL);
    }
}

static void handle_readable(evutil_socket_t socket, short what, void *context) {
    (void)socket;
    (void)what;
    struct keeper_process *process = context;
    hear(process);
    if (process->broken) {
        process->gone(process->self);
    }
}

static void handle_writable(evutil_socket_t socket, short what, void *context) {
    (void)socket;
    (void)what;
    say(context); /* when that fails the socket is readable too, and says so */
}

void keeper_process_send(struct keeper_process *process, const struct protocol_header *header,
                         const char *body) {
    evbuffer_add(process->out, header, sizeof(*header));
    evbuffer_add(process->out, body, header->length);
    say(process);
}

void keeper_process_wait(struct keeper_process *process, int ms) {
    struct pollfd socket = {.fd = process->socket, .events = POLLIN};
    if (evbuffer_get_length(process->out)) {
        socket.events |= POLLOUT;
    }
    if (poll(&socket, 1, ms > 0 ? ms : 0) <= 0) {
        return;
    }
    say(process);
    if (socket.revents & ~POLLOUT) {
        hear(process);
    }
    if (process->broken) {
        process->gone(process->self);
    }
}

/* ---- its life ------------------------------------------------------------------------------ */

static int spawn(pid_t *pid, const char *worker, const char *const arguments[2], int socket) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, KEEPER_SOCKET);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, KEEPER_SOCKET + 1);
    forked_attributes(&attributes);
    char *argv[] = {(char *)worker, (char[]){"--keeper"}, (char *)arguments[0],
                    (char *)arguments[1], NULL};
    int failed = posix_spawn(pid, worker, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

struct keeper_process *keeper_process_create(struct event_base *base, const char *worker,
                                             const char *const arguments[2]) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        log_error("keeper: cannot make a socket pair: %m; are there too many files open?");
        return NULL;
    }
    pid_t pid;
    errno = spawn(&pid, worker, arguments, pair[1]);
    int failed = errno;
    close(pair[1]);
    if (failed) {
        close(pair[0]);
        log_error("keeper: cannot start %s: %m; the state is not saved meanwhile", worker);
        return NULL;
    }
    struct keeper_process *process = mem_new(struct keeper_process);
    process->pid = pid;
    process->socket = pair[0];
    fcntl(process->socket, F_SETFL, O_NONBLOCK);
    process->in = evbuffer_new();
    process->out = evbuffer_new();
    process->readable =
        event_new(base, process->socket, EV_READ | EV_PERSIST, handle_readable, process);
    process->writable = event_new(base, process->socket, EV_WRITE, handle_writable, process);
    event_add(process->readable, NULL);
    return process;
}

void keeper_process_listen(struct keeper_process *process,
                           void (*reply)(void *self, uint32_t kind, const json_t *body),
                           void (*gone)(void *self), void *self) {
    process->reply = reply;
    process->gone = gone;
    process->self = self;
}

void keeper_process_end(struct keeper_process *process, int64_t until_ms) {
    const struct timespec pause = {0, END_STEP_MS * 1000000L};
    shutdown(process->socket, SHUT_WR);
    while (process->pid > 0 && clock_ms() < until_ms) {
        if (waitpid(process->pid, NULL, WNOHANG) != 0) {
            process->pid = 0;
        } else {
            nanosleep(&pause, NULL);
        }
    }
}

bool keeper_process_over(struct keeper_process *process) {
    event_del(process->readable);
    event_del(process->writable);
    if (process->pid > 0) {
        kill(process->pid, SIGKILL);
        process->pid = waitpid(process->pid, NULL, WNOHANG) == 0 ? process->pid : 0;
    }
    return process->pid == 0;
}

void keeper_process_destroy(struct keeper_process *process) {
    if (!process) {
        return;
    }
    keeper_process_over(process);
    event_free(process->readable);
    event_free(process->writable);
    evbuffer_free(process->in);
    evbuffer_free(process->out);
    close(process->socket);
    free(process);
}
