/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a child of the daemon. */
#include "child.h"

#include "base/forked.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

/* What dup2() must not hit before its turn: descriptors above the fixed ones. */
static int lift(int fd) {
    if (fd < 0 || fd > PROTOCOL_NOTE) {
        return fd;
    }
    int higher = fcntl(fd, F_DUPFD_CLOEXEC, PROTOCOL_NOTE + 1);
    close(fd);
    return higher;
}

static void close_if(int fd) {
    if (fd >= 0) {
        close(fd);
    }
}

/* What a worker is given: descriptors that are ours. */
struct given {
    int socket, note, prints;
};

static int spawn(pid_t *pid, const char *program, const struct given *given) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (given->prints >= 0) {
        posix_spawn_file_actions_adddup2(&actions, given->prints, STDERR_FILENO);
    }
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO,
                                     STDOUT_FILENO); /* what checkers print */
    posix_spawn_file_actions_adddup2(&actions, given->socket, PROTOCOL_SOCKET);
    posix_spawn_file_actions_adddup2(&actions, given->note, PROTOCOL_NOTE);
    posix_spawn_file_actions_addclosefrom_np(&actions, PROTOCOL_NOTE + 1);
    forked_attributes(&attributes);
    char parent[16];
    snprintf(parent, sizeof(parent), "%d", (int)getpid());
    char name[] = "mrqart-worker", check[] = "--check", heard[] = "--heard";
    char *arguments[] = {name, check, parent, given->prints >= 0 ? heard : NULL, NULL};
    int failed = posix_spawn(pid, program, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* a worker that could take the page away would end the daemon, which reads it (SIGBUS) */
static const int note_seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

static bool make_note(struct child *child, int *note) {
    *note = lift(memfd_create("mrqart-note", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (*note < 0 || ftruncate(*note, sizeof(*child->note)) < 0 ||
        fcntl(*note, F_ADD_SEALS, note_seals) < 0) {
        return false;
    }
    void *page = mmap(NULL, sizeof(*child->note), PROT_READ | PROT_WRITE, MAP_SHARED, *note, 0);
    child->note = page == MAP_FAILED ? NULL : page;
    return child->note;
}

bool child_start(struct child *child, const char *program, int prints) {
    *child = (struct child){.pid = -1, .socket = -1};
    int pair[2] = {-1, -1}, note = -1;
    bool made =
        make_note(child, &note) && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0;
    if (made) {
        child->socket = lift(pair[0]);
        pair[1] = lift(pair[1]);
        made = child->socket >= 0 && pair[1] >= 0 && fcntl(child->socket, F_SETFL, O_NONBLOCK) == 0;
    }
    if (made) {
        const struct given given = {pair[1], note, prints};
        errno = spawn(&child->pid, program, &given);
        made = errno == 0;
    }
    if (!made) {
        log_error("cannot start a worker, %s: %m", program);
    }
    close_if(pair[1]);
    close_if(note);
    if (!made) {
        child_close(child);
    }
    return made;
}

void child_close(struct child *child) {
    close_if(child->socket);
    if (child->note) {
        munmap(child->note, sizeof(*child->note));
    }
    child->socket = -1;
    child->note = NULL;
}
