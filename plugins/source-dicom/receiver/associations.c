/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of associations. */
#include "associations.h"

#include "base/memory.h"
#include "object.h"
#include "sandbox/sandbox.h"
#include "say.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    REFUSALS = 32, /* processes beyond those that may store: they ask, or are told to come later */
    MEMORY_MIB = 64, /* a command, and the head of a data set: DCMTK keeps either whole */
    ASKED_MS = 250,  /* a sender asks at once; one that has not may lose its place to another */
};

/* what a process knows of its place */
struct admission {
    uint8_t *admitted;
    size_t mine, room, most;
};

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

bool associations_init(struct associations *associations, const struct receiver_settings *settings,
                       void *tls) {
    size_t room = settings->associations + REFUSALS;
    void *shared = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *associations = (struct associations){.settings = settings, .tls = tls};
    if (shared == MAP_FAILED) {
        return false;
    }
    associations->room = room;
    associations->admitted = shared;
    associations->places = mem_zeroed(room, sizeof(*associations->places));
    return true;
}

static void clear_up(pid_t pid) {
    char name[OBJECT_NAME_BYTES];
    object_name(name, pid);
    unlink(name);
}

void associations_finish(struct associations *associations) {
    for (size_t i = 0; i < associations->room; i++) {
        pid_t pid = associations->places[i].pid;
        if (pid > 0) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            clear_up(pid);
        }
    }
    free(associations->places);
    munmap(associations->admitted, associations->room);
}

bool associations_have_room(const struct associations *associations) {
    return associations->count < associations->room;
}

static bool is_admitted(const uint8_t *admitted, size_t place) {
    return __atomic_load_n(&admitted[place], __ATOMIC_SEQ_CST);
}

/* first mine, then the count: of two that come at once neither misses the other */
static bool admit(void *self) {
    const struct admission *admission = self;
    size_t count = 0;
    __atomic_store_n(&admission->admitted[admission->mine], 1, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < admission->room; i++) {
        count += is_admitted(admission->admitted, i);
    }
    if (count > admission->most) {
        __atomic_store_n(&admission->admitted[admission->mine], 0, __ATOMIC_SEQ_CST);
    }
    return count <= admission->most;
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
    while (associations->places[place].pid != 0) {
        place++;
    }
    return place;
}

void associations_make_room(struct associations *associations) {
    struct pollfd waiting = {.fd = RECEIVER_LISTENER, .events = POLLIN};
    if (associations_have_room(associations) || poll(&waiting, 1, 0) <= 0) {
        return;
    }
    for (size_t i = 0; i < associations->room; i++) {
        struct place *place = &associations->places[i];
        if (!is_admitted(associations->admitted, i) && now_ms() - place->since_ms >= ASKED_MS) {
            place->cut = kill(place->pid, SIGKILL) == 0;
        }
    }
}

void associations_accept(struct associations *associations) {
    size_t place = free_place(associations);
    struct admission admission = {associations->admitted, place, associations->room,
                                  associations->settings->associations};
    struct connection connection = {.admit = admit, .self = &admission};
    socklen_t length = sizeof(connection.from);
    connection.socket =
        accept4(RECEIVER_LISTENER, (struct sockaddr *)&connection.from, &length, SOCK_CLOEXEC);
    if (connection.socket < 0) {
        return; /* it has gone away meanwhile */
    }
    int on = 1; /* DCMTK sends each answer in two parts: else a sender waits 40 ms for the second */
    setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        be_association(associations, parent, &connection);
    }
    if (pid > 0) {
        associations->places[place] = (struct place){.pid = pid, .since_ms = now_ms()};
        associations->count++;
    } else {
        say(RECORD_REFUSED, "no process can be made for another association (errno %d)", errno);
    }
    close(connection.socket);
}

static void say_how(const struct associations *associations, size_t place, int status) {
    bool alarmed = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    if (associations->places[place].cut) {
        say(RECORD_REFUSED, "a connection without an association request made room for others: "
                            "somebody opens many");
    } else if (alarmed && !is_admitted(associations->admitted, place)) {
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
        pid_t pid = associations->places[i].pid;
        if (pid > 0 && waitpid(pid, &status, WNOHANG) == pid) {
            clear_up(pid);
            say_how(associations, i, status);
            associations->places[i].pid = 0;
            associations->admitted[i] = 0;
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
