/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the daemon as a child process. */
#include "forked.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void become_child(int pipe) {
    static const int handled[] = {SIGTERM, SIGINT, SIGCHLD};
    for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
        signal(handled[i], SIG_DFL);
    }
    signal(SIGHUP, SIG_IGN);
    dup2(pipe, FORKED_PIPE);
    fcntl(FORKED_PIPE, F_SETFD, FD_CLOEXEC);
    close_range(FORKED_PIPE + 1, ~0U, 0);
}

pid_t forked_start(int pipe) {
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
