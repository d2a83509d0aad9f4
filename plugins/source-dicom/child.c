/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver as a process. */
#include "child.h"
#include "base/forked.h"
#include "base/memory.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    DELAY_FIRST_MS = 100,
    DELAY_MOST_MS = 30000,
    STEADY_S = 10,   /* one that has run so long has not died of its start */
    AT_ONCE = 64,    /* records per turn of the loop */
    GOODBYE_MS = 200 /* a killed process is gone in a few, unless its disk hangs */
};

struct child {
    struct mrq_host *host;
    struct child_owner owner;
    char *settings;
    int listener, socket, untold, process; /* process: a pidfd */
    pid_t pid;
    struct event *readable, *lost, *ended, *again;
    enum child_state state;
    unsigned delay_ms, restarts;
    time_t began;
    bool paused;
};

extern char **environ;

static time_t now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void free_event(struct event **event) {
    if (*event) {
        event_free(*event);
        *event = NULL;
    }
}

/* ---- what it says -------------------------------------------------------------------------- */

static void start_later(struct child *child);

static void take_leave(struct child *child) {
    free_event(&child->readable);
    free_event(&child->ended);
    close_fd(&child->socket);
    if (child->pid > 0) {
        struct pollfd process = {.fd = child->process, .events = POLLIN};
        kill(child->pid, SIGKILL);
        poll(&process, 1, GOODBYE_MS);
        waitpid(child->pid, NULL, WNOHANG);
        child->pid = 0;
    }
    close_fd(&child->process);
    child->state = CHILD_STOPPED;
}

static void say_how(const struct child *child, int status) {
    if (WIFSIGNALED(status)) {
        mrq_warning(child->host, "the receiver was ended by signal %d (%s); it is started again",
                    WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else if (child->state == CHILD_LISTENING || WEXITSTATUS(status) != 0) {
        mrq_warning(child->host, "the receiver ended with exit code %d; it is started again",
                    WEXITSTATUS(status));
    }
}

static void hear(struct child *child) {
    char bytes[sizeof(struct record)];
    struct record record;
    for (int i = 0; i < AT_ONCE; i++) {
        ssize_t length = recv(child->socket, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_TRUNC);
        if (length <= 0) {
            return; /* nothing at present; that it has ended is told by its pidfd */
        }
        if ((size_t)length > sizeof(bytes) || !record_read(&record, bytes, (size_t)length)) {
            mrq_error(child->host, "the receiver says what it cannot say: it is killed");
            kill(child->pid, SIGKILL);
            return;
        }
        if (record.kind == RECORD_LISTENING) {
            child->state = CHILD_LISTENING;
        }
        child->owner.said(child->owner.self, &record);
    }
}

static void handle_readable(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    hear(self);
}

static void handle_ended(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct child *child = self;
    int status = 0;
    if (waitpid(child->pid, &status, WNOHANG) != child->pid) {
        return;
    }
    hear(child); /* its last words */
    child->pid = 0;
    say_how(child, status);
    take_leave(child);
    start_later(child);
    child->owner.untold(child->owner.self);
}

static void handle_lost(evutil_socket_t fd, short what, void *self) {
    (void)what;
    struct child *child = self;
    eventfd_t count;
    if (eventfd_read(fd, &count) == 0) {
        child->owner.untold(child->owner.self);
    }
}

/* ---- its start ----------------------------------------------------------------------------- */

/* what dup2() must not hit before its turn */
static int lift(int fd) {
    return fcntl(fd, F_DUPFD_CLOEXEC, RECEIVER_UNTOLD + 1);
}

static int spawn(struct child *child, const int given[3]) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    for (int i = 0; i < 3; i++) {
        posix_spawn_file_actions_adddup2(&actions, given[i], RECEIVER_SOCKET + i);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, RECEIVER_UNTOLD + 1);
    forked_attributes(&attributes);
    AUTOFREE char *program = mem_printf("%s/mrqart-receiver", child->host->program_dir);
    char parent[16];
    snprintf(parent, sizeof(parent), "%d", (int)getpid());
    char *arguments[] = {(char[]){"mrqart-receiver"}, (char[]){"--receive"}, parent, NULL};
    int failed = posix_spawn(&child->pid, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) {
        errno = failed;
        mrq_error(child->host, "cannot start %s: %m; it is tried again", program);
        child->pid = 0;
    }
    return failed;
}

static bool spawn_with(struct child *child, int theirs) {
    int given[3] = {lift(theirs), lift(child->listener), lift(child->untold)};
    bool lifted = given[0] >= 0 && given[1] >= 0 && given[2] >= 0;
    if (!lifted) {
        mrq_error(child->host, "cannot start the receiver: %m; raise LimitNOFILE");
    }
    bool spawned = lifted && spawn(child, given) == 0;
    for (int i = 0; i < 3; i++) {
        close_fd(&given[i]);
    }
    return spawned;
}

static bool listen_to(struct child *child) {
    struct event_base *base = child->host->base;
    child->process = pidfd_open(child->pid, PIDFD_NONBLOCK);
    child->readable = event_new(base, child->socket, EV_READ | EV_PERSIST, handle_readable, child);
    child->ended = child->process >= 0
                       ? event_new(base, child->process, EV_READ | EV_PERSIST, handle_ended, child)
                       : NULL;
    if (!child->ended || event_add(child->ended, NULL) < 0 ||
        (!child->paused && event_add(child->readable, NULL) < 0)) {
        mrq_error(child->host, "cannot wait for the receiver: %m; raise LimitNOFILE");
        return false;
    }
    return true;
}

static bool start(struct child *child) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        mrq_error(child->host, "cannot make a socket pair: %m; raise LimitNOFILE");
        return false;
    }
    child->socket = pair[0];
    fcntl(pair[0], F_SETFL, O_NONBLOCK); /* ours alone: theirs waits for the settings */
    bool started = spawn_with(child, pair[1]);
    close(pair[1]);
    return started && listen_to(child) &&
           send(child->socket, child->settings, strlen(child->settings),
                MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

static void start_now(struct child *child) {
    child->began = now_s();
    if (start(child)) {
        child->state = CHILD_STARTING;
        return;
    }
    take_leave(child);
    start_later(child);
}

static void handle_again(evutil_socket_t fd, short what, void *self) {
    (void)fd, (void)what;
    struct child *child = self;
    child->restarts++;
    start_now(child);
}

static void start_later(struct child *child) {
    bool steady = now_s() - child->began >= STEADY_S;
    unsigned longer = child->delay_ms * 2 < DELAY_MOST_MS ? child->delay_ms * 2 : DELAY_MOST_MS;
    child->delay_ms = steady || child->delay_ms == 0 ? DELAY_FIRST_MS : longer;
    const struct timeval delay = {.tv_sec = child->delay_ms / 1000,
                                  .tv_usec = child->delay_ms % 1000 * 1000};
    child->state = CHILD_WAITING;
    event_add(child->again, &delay);
}

/* ---- its life ------------------------------------------------------------------------------ */

struct child *child_create(struct mrq_host *host, const struct child_owner *owner, char *settings,
                           int listener) {
    struct child *child = mem_new(struct child);
    child->host = host;
    child->owner = *owner;
    child->settings = settings;
    child->listener = listener;
    child->socket = child->process = -1;
    child->paused = true;
    child->untold = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    child->again = evtimer_new(host->base, handle_again, child);
    child->lost = child->untold >= 0 ? event_new(host->base, child->untold, EV_READ | EV_PERSIST,
                                                 handle_lost, child)
                                     : NULL;
    if (!child->again || !child->lost) {
        mrq_error(host, "cannot join the event loop: %m; raise LimitNOFILE");
        child_destroy(child);
        return NULL;
    }
    return child;
}

void child_destroy(struct child *child) {
    if (!child) {
        return;
    }
    take_leave(child);
    free_event(&child->again);
    free_event(&child->lost);
    close_fd(&child->untold);
    free(child->settings);
    free(child);
}

void child_start(struct child *child) {
    child_pause(child, false);
    start_now(child);
}

void child_stop(struct child *child) {
    event_del(child->again);
    child_pause(child, true);
    if (child->ended) {
        event_del(child->ended);
    }
    if (child->socket >= 0) {
        shutdown(child->socket, SHUT_RDWR);
    }
    child->state = CHILD_STOPPED;
}

void child_pause(struct child *child, bool paused) {
    if (child->paused == paused) {
        return;
    }
    child->paused = paused;
    struct event *heard[] = {child->lost, child->readable};
    for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
        if (heard[i]) {
            (paused ? event_del(heard[i]) : event_add(heard[i], NULL));
        }
    }
}

enum child_state child_state(const struct child *child) {
    return child->state;
}

unsigned child_restarts(const struct child *child) {
    return child->restarts;
}

unsigned child_delay(const struct child *child) {
    return (child->delay_ms + 999) / 1000;
}
