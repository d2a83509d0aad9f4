/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of associations. */
#include "associations.h"

#include "base/memory.h"
#include "object.h"
#include "sandbox/sandbox.h"
#include "say.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* processes beyond those that may store, which only tell a sender that there are too many */
enum { REFUSALS = 8 };

void associations_init(struct associations *associations, const struct receiver_settings *settings,
                       void *tls) {
    *associations = (struct associations){
        .settings = settings,
        .tls = tls,
        .room = settings->associations + REFUSALS,
        .pids = mem_zeroed(settings->associations + REFUSALS, sizeof(pid_t)),
    };
}

static void clear_up(pid_t pid) {
    char name[OBJECT_NAME_BYTES];
    object_name(name, pid);
    unlink(name);
}

void associations_finish(struct associations *associations) {
    for (size_t i = 0; i < associations->room; i++) {
        pid_t pid = associations->pids[i];
        if (pid > 0) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            clear_up(pid);
        }
    }
    free(associations->pids);
}

bool associations_have_room(const struct associations *associations) {
    return associations->count < associations->room;
}

static _Noreturn void be_association(const struct associations *associations, pid_t parent,
                                     const struct connection *connection) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close(RECEIVER_LISTENER);
    if (sandbox_die_with(parent)) {
        serve(associations->settings, associations->tls, connection);
    }
    _exit(EXIT_SUCCESS);
}

static void add(struct associations *associations, pid_t pid) {
    for (size_t i = 0; i < associations->room; i++) {
        if (associations->pids[i] == 0) {
            associations->pids[i] = pid;
            associations->count++;
            return;
        }
    }
}

void associations_accept(struct associations *associations) {
    struct connection connection = {
        .how = associations->count < associations->settings->associations ? SERVE_WHOLE
                                                                          : SERVE_REFUSAL};
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
        add(associations, pid);
    } else {
        say(RECORD_REFUSED, "no process can be made for another association (errno %d)", errno);
    }
    close(connection.socket);
}

static void say_how(const struct associations *associations, int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        say(RECORD_REFUSED, "a connection without an association request for %u s was closed",
            associations->settings->acse_s);
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
        pid_t pid = associations->pids[i];
        if (pid > 0 && waitpid(pid, &status, WNOHANG) == pid) {
            associations->pids[i] = 0;
            associations->count--;
            clear_up(pid);
            say_how(associations, status);
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
