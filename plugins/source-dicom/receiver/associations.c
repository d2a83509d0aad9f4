/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of associations. */
#include "associations.h"

#include "base/clock.h"
#include "base/memory.h"
#include "object.h"
#include "sandbox/sandbox.h"
#include "say.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    REFUSALS = 32, /* processes beyond those that may store: they ask, or are told to come later */
    MEMORY_MIB = 64, /* a command, and the head of a data set: DCMTK keeps either whole */
    ASKED_MS = 250,  /* a sender asks at once; one that has not may lose its place to another */
};

/* of a connection that is silent, as after a scanner's restart: it is gone after 25 s, and does not
 * count against its peer for longer */
enum { ALIVE_AFTER_S = 10, ALIVE_EVERY_S = 5, ALIVE_TRIES = 3 };

bool associations_init(struct associations *associations, const struct receiver_settings *settings,
                       struct tls *tls) {
    const struct place_limits limits = {settings->associations, settings->associations_per_peer,
                                        settings->idle_s * 1000};
    *associations = (struct associations){.settings = settings, .tls = tls};
    associations->room = settings->associations + REFUSALS;
    associations->places = places_create(&limits, associations->room);
    associations->processes = mem_zeroed(associations->room, sizeof(*associations->processes));
    return associations->places;
}

static void clear_up(pid_t pid) {
    char name[OBJECT_NAME_BYTES];
    object_name(name, pid);
    unlink(name);
}

void associations_finish(struct associations *associations) {
    for (size_t i = 0; i < associations->room; i++) {
        pid_t pid = associations->processes[i].pid;
        if (pid > 0) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            clear_up(pid);
        }
    }
    free(associations->processes);
    places_destroy(associations->places);
}

bool associations_have_room(const struct associations *associations) {
    return associations->count < associations->room;
}

static bool is_admitted(const struct associations *associations, size_t place) {
    return associations->places->of[place].state == PLACE_ADMITTED;
}

static _Noreturn void be_association(const struct associations *associations, pid_t parent,
                                     const struct connection *connection) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close(RECEIVER_LISTENER);
    if (sandbox_die_with(parent) && sandbox_limit_memory(MEMORY_MIB)) {
        serve(associations->settings, associations->tls, connection);
    }
    _exit(EXIT_SUCCESS);
}

/* there is one, or nothing would be accepted */
static size_t free_place(const struct associations *associations) {
    size_t place = 0;
    while (associations->processes[place].pid != 0) {
        place++;
    }
    return place;
}

/* connections that ask for no association, once others wait for their processes */
static void cut_silent(struct associations *associations) {
    struct pollfd waiting = {.fd = RECEIVER_LISTENER, .events = POLLIN};
    if (associations_have_room(associations) || poll(&waiting, 1, 0) <= 0) {
        return;
    }
    for (size_t i = 0; i < associations->room; i++) {
        struct process *process = &associations->processes[i];
        if (associations->places->of[i].state == PLACE_ASKING &&
            clock_ms() - process->since_ms >= ASKED_MS) {
            process->cut = kill(process->pid, SIGKILL) == 0;
        }
    }
}

bool associations_make_room(struct associations *associations) {
    cut_silent(associations);
    size_t idle = places_idle(associations->places);
    if (idle < associations->room) {
        struct process *process = &associations->processes[idle];
        process->cut = kill(process->pid, SIGKILL) == 0;
    }
    return associations->count >= associations->settings->associations;
}

static void keep_alive(int socket) {
    static const struct {
        int level, option, value;
    } options[] = {
        /* DCMTK sends each answer in two parts: else a sender waits 40 ms for the second */
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, ALIVE_AFTER_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, ALIVE_EVERY_S},
        {IPPROTO_TCP, TCP_KEEPCNT, ALIVE_TRIES},
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        setsockopt(socket, options[i].level, options[i].option, &options[i].value, sizeof(int));
    }
}

void associations_accept(struct associations *associations) {
    size_t place = free_place(associations);
    struct connection connection = {.places = associations->places, .place = place};
    socklen_t length = sizeof(connection.from);
    connection.socket =
        accept4(RECEIVER_LISTENER, (struct sockaddr *)&connection.from, &length, SOCK_CLOEXEC);
    if (connection.socket < 0) {
        return; /* it has gone away meanwhile */
    }
    keep_alive(connection.socket);
    const struct in6_addr from = caller_address((const struct sockaddr *)&connection.from);
    places_clear(associations->places, place, &from);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        be_association(associations, parent, &connection);
    }
    if (pid > 0) {
        associations->processes[place] = (struct process){.pid = pid, .since_ms = clock_ms()};
        associations->count++;
    } else {
        say(RECORD_REFUSED, "no process can be made for another association (errno %d)", errno);
    }
    close(connection.socket);
}

static void say_how(const struct associations *associations, size_t place, int status) {
    bool alarmed = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    if (associations->processes[place].cut && is_admitted(associations, place)) {
        say(RECORD_CROWDED,
            "an association that had sent no object for %u s made room for another sender: raise "
            "\"associations\" if that happens often",
            associations->settings->idle_s);
    } else if (associations->processes[place].cut) {
        say(RECORD_CROWDED, "a connection without an association request made room for others: "
                            "somebody opens many");
    } else if (alarmed && !is_admitted(associations, place)) {
        say(RECORD_REFUSED, "a connection without an association request for %u s was closed",
            associations->settings->acse_s);
    } else if (alarmed) {
        say(RECORD_LOST, "a data set that could not be read within %u s has ended its association",
            associations->settings->dimse_s);
    } else if (WIFSIGNALED(status)) {
        say(RECORD_LOST, "the process of an association was ended by signal %d", WTERMSIG(status));
    } else if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        say(RECORD_LOST, "the process of an association has failed with exit code %d",
            WEXITSTATUS(status));
    }
}

void associations_reap(struct associations *associations) {
    for (size_t i = 0; i < associations->room; i++) {
        int status = 0;
        pid_t pid = associations->processes[i].pid;
        if (pid > 0 && waitpid(pid, &status, WNOHANG) == pid) {
            clear_up(pid);
            say_how(associations, i, status);
            associations->processes[i].pid = 0;
            places_clear(associations->places, i, &in6addr_any);
            associations->count--;
        }
    }
}

bool associations_tell(struct associations *associations) {
    size_t most = associations->settings->associations;
    unsigned now = (unsigned)(associations->count < most ? associations->count : most);
    if (now != associations->told && record_send(RECEIVER_SOCKET, RECORD_ASSOCIATIONS, now, "")) {
        associations->told = now;
    }
    return now == associations->told;
}
