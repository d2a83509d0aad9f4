/* SPDX-License-Identifier: Apache-2.0 */
/* What every process that the daemon starts has in common. */
#include "forked.h"

#include "capabilities.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

/* what is ignored stays so: a pipe that nobody reads is an error of write(), in the child as well
 */
static void handle_nothing(void) {
    struct sigaction now;
    for (int number = 1; number < NSIG; number++) {
        if (sigaction(number, NULL, &now) == 0 && now.sa_handler != SIG_IGN) {
            signal(number, SIG_DFL);
        }
    }
    signal(SIGHUP, SIG_IGN);
}

static void become_child(int pipe) {
    handle_nothing();
    if (pipe != FORKED_PIPE) {
        dup2(pipe, FORKED_PIPE);
    }
    fcntl(FORKED_PIPE, F_SETFD, FD_CLOEXEC);
    close_range(FORKED_PIPE + 1, ~0U, 0);
}

pid_t forked_start(int pipe) {
    pid_t child = forked_with_capabilities(pipe);
    if (child == 0) {
        capabilities_drop();
    }
    return child;
}

pid_t forked_with_capabilities(int pipe) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before); /* until the child has no handlers any more */
    pid_t child = fork();
    if (child == 0) {
        become_child(pipe);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return child;
}

void forked_attributes(posix_spawnattr_t *attributes) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}
