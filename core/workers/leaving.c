/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that are to end. */
#include "leaving.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

enum {
    LOOK_MS = 500,      /* when SIGCHLD tells nothing, that is what there is to tell */
    PATIENCE_MS = 4000, /* for one that was asked to end: it may still run its last checker */
    STUCK_MS = 1000,    /* a killed process is gone in a millisecond, or not at all */
};

struct process {
    TAILQ_ENTRY(process) entry;
    pid_t pid;
    struct root *root;
    long long since_ms;
    bool killed, stuck;
};

struct leaving {
    TAILQ_HEAD(process_list, process) processes;
    struct event *child, *timer;
    size_t count;
    struct log_fault ended; /* by a signal or a fault of its own */
    void (*changed)(void *self);
    void *self;
};

static void say_how(struct leaving *leaving, const struct process *process, int status) {
    if (WIFSIGNALED(status) && (WTERMSIG(status) != SIGKILL || !process->killed)) {
        log_fault_tell(&leaving->ended, NULL, "worker %d was ended by signal %d (%s)",
                       (int)process->pid, WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else if (WIFEXITED(status) && WEXITSTATUS(status) != 0) {
        log_fault_tell(&leaving->ended, NULL, "worker %d ended with exit code %d",
                       (int)process->pid, WEXITSTATUS(status));
    } else if (process->stuck) {
        log_notice("worker %d has ended at last", (int)process->pid);
    }
}

/* True if it is gone. */
static bool reap(struct leaving *leaving, struct process *process) {
    int status = 0;
    pid_t reaped = waitpid(process->pid, &status, WNOHANG);
    if (reaped == 0 || (reaped < 0 && errno == EINTR)) {
        return false;
    }
    say_how(leaving, process, status);
    TAILQ_REMOVE(&leaving->processes, process, entry);
    leaving->count--;
    free(process);
    return true;
}

/* True if it is found to be stuck just now. */
static bool press(struct process *process, long long now) {
    if (!process->killed && now - process->since_ms >= PATIENCE_MS) {
        kill(process->pid, SIGKILL);
        process->killed = true;
        process->since_ms = now;
    }
    if (!process->killed || process->stuck || now - process->since_ms < STUCK_MS) {
        return false;
    }
    process->stuck = true;
    log_warning("%s: worker %d hangs in the kernel and cannot be killed; another does its work",
                process->root ? process->root->path : "mrqart-worker", (int)process->pid);
    return true;
}

static void look(struct leaving *leaving) {
    long long now = clock_ms();
    bool changed = false;
    for (struct process *process = TAILQ_FIRST(&leaving->processes), *next; process;
         process = next) {
        next = TAILQ_NEXT(process, entry);
        bool gone = reap(leaving, process);
        changed = gone || press(process, now) || changed;
    }
    if (leaving->count > 0) {
        struct timeval delay = clock_delay(LOOK_MS);
        evtimer_add(leaving->timer, &delay);
    }
    if (changed) {
        leaving->changed(leaving->self);
    }
}

static void handle_event(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    look(self);
}

struct leaving *leaving_create(struct event_base *base, void (*changed)(void *self), void *self) {
    struct leaving *leaving = mem_new(struct leaving);
    TAILQ_INIT(&leaving->processes);
    leaving->changed = changed;
    leaving->self = self;
    leaving->timer = evtimer_new(base, handle_event, leaving);
    leaving->child = evsignal_new(base, SIGCHLD, handle_event, leaving);
    evsignal_add(leaving->child, NULL);
    return leaving;
}

void leaving_destroy(struct leaving *leaving) {
    if (!leaving) {
        return;
    }
    for (struct process *process; (process = TAILQ_FIRST(&leaving->processes));) {
        kill(process->pid, SIGKILL);
        TAILQ_REMOVE(&leaving->processes, process, entry);
        free(process);
    }
    event_free(leaving->child);
    event_free(leaving->timer);
    free(leaving);
}

void leaving_add(struct leaving *leaving, pid_t pid, enum leaving_how how, struct root *root) {
    struct process *process = mem_new(struct process);
    process->pid = pid;
    process->root = root;
    process->since_ms = clock_ms();
    TAILQ_INSERT_TAIL(&leaving->processes, process, entry);
    leaving->count++;
    struct timeval delay = clock_delay(0);
    evtimer_add(leaving->timer, &delay); /* not here: whoever calls is in the middle of things */
    if (how == LEAVING_KILLED) {
        kill(pid, SIGKILL);
        process->killed = true;
    }
}

void leaving_rest_faults(struct leaving *leaving) {
    log_fault_rest(&leaving->ended, NULL, "workers that were ended by a signal or a fault");
}

size_t leaving_count(const struct leaving *leaving) {
    return leaving->count;
}

unsigned leaving_stuck(const struct leaving *leaving, const struct root *root) {
    unsigned stuck = 0;
    const struct process *process;
    TAILQ_FOREACH(process, &leaving->processes, entry) {
        stuck += process->stuck && (!root || process->root == root);
    }
    return stuck;
}
