/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: when passes are made, and what is made of what they say. */
#include "retention.h"

#include "base/clock.h"
#include "base/forked.h"
#include "base/memory.h"
#include "retention_parts.h"
#include "retention_sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    FIRST_MS = 5000,     /* before the first pass, at most */
    PASS_MS = 60 * 1000, /* between two passes, where they are short */
    PASS_LEAST_MS = 200, /* likewise, where a quarter of the retention is less than that */
    REST = 9,            /* times what a pass took, between two: it may ask a server a lot */
    REAP_MS = 50,
    NOTES = 256,   /* read at once */
    MEEKNESS = 19, /* of the process: whatever else there is to do comes first */
};

/* Until the next pass. */
static long long wait_ms(const struct retention_pass *pass) {
    double wait = pass->hours * 3600 * 1000 / 4;
    double most = pass->took_ms < 0 ? FIRST_MS : PASS_MS;
    double least =
        pass->took_ms * REST > PASS_LEAST_MS ? (double)pass->took_ms * REST : PASS_LEAST_MS;
    wait = wait > most ? most : wait;
    return (long long)(wait < least ? least : wait);
}

static void arm(struct retention_pass *pass) {
    if (!pass->child) {
        pass->hours = pass->root->policy.retention_h;
    }
    struct timeval wait = clock_delay(pass->notes >= 0 ? *pass->retention->parts.patience_ms
                                      : pass->child    ? REAP_MS
                                                       : wait_ms(pass));
    evtimer_add(pass->timer, &wait);
}

/* ---- what a pass has done ---------------------------------------------------------------- */

/* Kept in the state file, so that a later start knows. */
static void note_unfinished(struct retention_pass *pass, bool unfinished) {
    struct root *root = pass->root;
    if (root->unfinished != unfinished) {
        root->unfinished = unfinished;
        root->changed = true;
        pass->retention->parts.forgotten(pass->retention->parts.self);
    }
}

static void finish(struct retention_pass *pass) {
    event_free(pass->readable);
    pass->readable = NULL;
    close(pass->notes);
    pass->notes = -1;
    retention_report(pass);
    pass->took_ms = clock_ms() - pass->began_ms;
    pass->last = pass->now;
    if (pass->done && !retention_removes(pass->root)) {
        note_unfinished(pass, false);
    }
    if (!pass->dry_run) {
        pass->total.files += pass->now.files;
        pass->total.folders += pass->now.folders;
        pass->total.bytes += pass->now.bytes;
    }
    arm(pass);
}

static void take_note(struct retention_pass *pass, const struct sweep_note *note) {
    const struct retention_parts *parts = &pass->retention->parts;
    const struct seen_place place = {pass->root->hash, note->folder, note->key};
    switch ((enum sweep_kind)note->kind) {
    case SWEEP_FILE:
        pass->now.files++;
        pass->now.bytes += note->bytes;
        if (!pass->dry_run) {
            seen_remove(parts->seen, &place, note->identity);
            parts->forgotten(parts->self);
        }
        break;
    case SWEEP_FOLDER:
        pass->now.folders++;
        if (!pass->dry_run) {
            seen_remove_folder(parts->seen, note->folder);
        }
        break;
    case SWEEP_DENIED:
        pass->now.denied++;
        pass->error = note->error;
        break;
    case SWEEP_STUCK:
        pass->now.stuck++;
        break;
    case SWEEP_UNABLE:
        pass->now.unable++;
        break;
    case SWEEP_DONE: /* a folder that is not there is told by its source */
        pass->done = true;
        break;
    case SWEEP_ALIVE:
        break;
    }
}

static void handle_readable(evutil_socket_t notes, short events, void *self) {
    (void)events;
    struct retention_pass *pass = self;
    struct sweep_note read_at_once[NOTES];
    ssize_t length = read(notes, read_at_once, sizeof(read_at_once));
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    pass->heard_ms = clock_ms();
    for (ssize_t i = 0; i < length / (ssize_t)sizeof(read_at_once[0]); i++) {
        take_note(pass, &read_at_once[i]);
    }
    if (length <= 0) {
        finish(pass);
    }
}

/* ---- the process ------------------------------------------------------------------------- */

static void sweep_in_child(const struct retention_pass *pass) {
    const struct retention_parts *parts = &pass->retention->parts;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "mrqart-remove", 0, 0, 0);
    setpriority(PRIO_PROCESS, 0, MEEKNESS);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t now_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    const struct sweep_job job = {
        .root = pass->root->path,
        .seen = parts->seen,
        .names = *parts->names,
        .root_hash = pass->root->hash,
        .roots = folders_first_root(parts->folders),
        .before_ns = pass->hours > 0 ? now_ns - (int64_t)(pass->hours * 3600e9) : INT64_MIN,
        .dry_run = pass->dry_run,
        .notes = FORKED_PIPE,
    };
    retention_sweep(&job);
    _exit(0);
}

static bool start_child(struct retention_pass *pass) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        log_error("%s: retention cannot make a pipe: %m", pass->root->path);
        return false;
    }
    pass->hours = pass->root->policy.retention_h;
    pass->dry_run = pass->root->policy.dry_run;
    pass->done = false;
    pass->now = (struct retention_counts){0};
    pass->child = forked_start(ends[1]);
    if (pass->child == 0) {
        sweep_in_child(pass);
    }
    close(ends[1]);
    if (pass->child > 0) {
        pass->notes = ends[0];
        return true;
    }
    log_error("%s: retention cannot start a process: %m", pass->root->path);
    pass->child = 0;
    close(ends[0]);
    return false;
}

static void begin(struct retention_pass *pass) {
    if (!start_child(pass)) {
        arm(pass);
        return;
    }
    pass->heard_ms = pass->began_ms = clock_ms();
    evutil_make_socket_nonblocking(pass->notes);
    pass->readable =
        event_new(pass->retention->base, pass->notes, EV_READ | EV_PERSIST, handle_readable, pass);
    event_add(pass->readable, NULL);
    arm(pass);
}

/* One that hangs in the kernel ends when its file server answers; until then no other is begun. */
static void end_hung(struct retention_pass *pass) {
    if (retention_hangs(pass)) {
        log_fault_tell(&pass->hang, pass->root->path,
                       "the process that removes old files (pid %d) has given no sign of life for "
                       "%lld s; it is ended. Does the file server answer?",
                       (int)pass->child, (clock_ms() - pass->heard_ms) / 1000);
        kill(pass->child, SIGKILL);
    }
    arm(pass);
}

static void handle_timer(evutil_socket_t unused, short events, void *self) {
    (void)unused;
    (void)events;
    struct retention_pass *pass = self;
    if (pass->notes >= 0) {
        end_hung(pass);
    } else if (pass->child && waitpid(pass->child, NULL, WNOHANG) != 0) {
        pass->child = 0;
        arm(pass);
    } else if (pass->child) {
        arm(pass);
    } else if (retention_is_on(pass) && !pass->root->shut) {
        begin(pass);
    } else if (retention_is_on(pass)) {
        arm(pass);
    }
}

/* ---- life -------------------------------------------------------------------------------- */

struct retention *retention_create(struct event_base *base, const struct retention_parts *parts) {
    struct retention *retention = mem_new(struct retention);
    retention->base = base;
    retention->parts = *parts;
    TAILQ_INIT(&retention->passes);
    return retention;
}

void retention_stop(struct retention *retention) {
    struct retention_pass *pass;
    retention->stopped = true;
    TAILQ_FOREACH(pass, &retention->passes, entry) {
        event_del(pass->timer);
        if (pass->child) {
            kill(pass->child, SIGKILL);
            waitpid(pass->child, NULL, WNOHANG);
        }
    }
}

void retention_destroy(struct retention *retention) {
    if (!retention) {
        return;
    }
    retention_stop(retention);
    for (struct retention_pass *pass; (pass = TAILQ_FIRST(&retention->passes));) {
        TAILQ_REMOVE(&retention->passes, pass, entry);
        event_free(pass->timer);
        if (pass->readable) {
            event_free(pass->readable);
            close(pass->notes);
        }
        pass->root->retention = NULL;
        free(pass);
    }
    free(retention);
}

static struct retention_pass *pass_of(struct retention *retention, struct root *root) {
    if (!root->retention) {
        struct retention_pass *pass = mem_new(struct retention_pass);
        pass->retention = retention;
        pass->root = root;
        pass->notes = -1;
        pass->took_ms = -1;
        pass->timer = evtimer_new(retention->base, handle_timer, pass);
        TAILQ_INSERT_TAIL(&retention->passes, pass, entry);
        root->retention = pass;
    }
    return root->retention;
}

void retention_update(struct retention *retention) {
    for (struct root *root = folders_first_root(retention->parts.folders); root;
         root = TAILQ_NEXT(root, entry)) {
        bool on = retention_is_wanted(root);
        struct retention_pass *pass = on ? pass_of(retention, root) : root->retention;
        bool other = pass && (!on || root->policy.retention_h != pass->hours);
        if (pass && pass->child && (other || root->policy.dry_run != pass->dry_run)) {
            kill(pass->child, SIGKILL); /* what it goes by holds no longer */
        } else if (on && !pass->child && (other || !evtimer_pending(pass->timer, NULL))) {
            arm(pass);
        }
        if (pass && retention_removes(root) && !root->policy.dry_run) {
            note_unfinished(pass, true);
        }
    }
}
