/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: when passes are made, and what is made of what they say. */
#include "retention.h"

#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "retention_sweep.h"
#include "workers/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PASS_MS = 5 * 60 * 1000, /* between two passes, at most */
    PASS_LEAST_MS = 200,     /* likewise, at least; in between: a quarter of the retention */
    REAP_MS = 50,
    HANG_MS = 60 * 1000, /* without a sign of life: the folder's disk or server does not answer */
    NOTES = 256,         /* read at once */
    MEEKNESS = 19,       /* of the process: whatever else there is to do comes first */
};

struct counts {
    uint64_t files, folders, bytes, denied;
};

/** The passes through one watched folder. */
struct retention_pass {
    TAILQ_ENTRY(retention_pass) entry;
    struct retention *retention;
    struct root *root;
    struct event *timer, *readable;
    pid_t child; /* 0: none */
    int notes;   /* -1: none under way */
    long long heard_ms;
    int error; /* why something could not be removed */
    bool dry_run;
    struct counts now, last, total;
    struct log_fault fault;
};

struct retention {
    struct event_base *base;
    struct retention_parts parts;
    TAILQ_HEAD(pass_list, retention_pass) passes;
    bool stopped;
};

static bool is_on(const struct retention_pass *pass) {
    const struct root *root = pass->root;
    return !pass->retention->stopped && root->policy.configured && root->policy.retention_h > 0;
}

static void arm(struct retention_pass *pass) {
    double quarter_ms = pass->root->policy.retention_h * 3600 * 1000 / 4;
    long long wait_ms = quarter_ms > PASS_MS         ? PASS_MS
                        : quarter_ms < PASS_LEAST_MS ? PASS_LEAST_MS
                                                     : (long long)quarter_ms;
    struct timeval wait = clock_delay(pass->child ? REAP_MS : wait_ms);
    evtimer_add(pass->timer, &wait);
}

/* ---- what a pass has done ---------------------------------------------------------------- */

static void report_removed(struct retention_pass *pass) {
    bool news = !pass->dry_run || memcmp(&pass->now, &pass->last, sizeof(pass->now)) != 0;
    if (pass->now.files + pass->now.folders == 0 || !news) {
        return;
    }
    log_notice("%s: retention %s %llu files (%llu bytes) and %llu folders, older than %g h",
               pass->root->path, pass->dry_run ? "would remove" : "has removed",
               (unsigned long long)pass->now.files, (unsigned long long)pass->now.bytes,
               (unsigned long long)pass->now.folders, pass->root->policy.retention_h);
}

static void report_denied(struct retention_pass *pass) {
    if (pass->now.denied > 0) {
        log_fault_tell(
            &pass->fault, pass->root->path,
            "retention cannot remove %llu files or folders: %s; the service's user needs "
            "the right to write in the folders, and under systemd they need "
            "ReadWritePaths=%s (systemctl edit mrqart)",
            (unsigned long long)pass->now.denied, strerror(pass->error), pass->root->path);
    } else if (pass->now.files > 0) {
        log_fault_over(&pass->fault, pass->root->path, "retention can remove files again");
    }
}

static void finish(struct retention_pass *pass) {
    event_free(pass->readable);
    pass->readable = NULL;
    close(pass->notes);
    pass->notes = -1;
    report_removed(pass);
    report_denied(pass);
    pass->last = pass->now;
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
    case SWEEP_ALIVE:
    case SWEEP_DONE: /* a folder that is not there is told by its source */
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

static void sweep_in_child(const struct retention_pass *pass, int notes) {
    const struct retention_parts *parts = &pass->retention->parts;
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGHUP, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "mrqart-remove", 0, 0, 0);
    setpriority(PRIO_PROCESS, 0, MEEKNESS);
    dup2(notes, STDERR_FILENO + 1);
    close_range(STDERR_FILENO + 2, ~0U, 0); /* sockets of ours must not live on in it */
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t now_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    const struct sweep_job job = {
        .root = pass->root->path,
        .seen = parts->seen,
        .names = *parts->names,
        .root_hash = pass->root->hash,
        .before_ns = now_ns - (int64_t)(pass->root->policy.retention_h * 3600e9),
        .dry_run = pass->dry_run,
        .notes = STDERR_FILENO + 1,
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
    pass->dry_run = pass->root->policy.dry_run;
    pass->now = (struct counts){0};
    pass->child = fork();
    if (pass->child == 0) {
        sweep_in_child(pass, ends[1]);
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
    pass->heard_ms = clock_ms();
    evutil_make_socket_nonblocking(pass->notes);
    pass->readable =
        event_new(pass->retention->base, pass->notes, EV_READ | EV_PERSIST, handle_readable, pass);
    event_add(pass->readable, NULL);
}

static void handle_timer(evutil_socket_t unused, short events, void *self) {
    (void)unused;
    (void)events;
    struct retention_pass *pass = self;
    if (pass->child && waitpid(pass->child, NULL, WNOHANG) != 0) {
        pass->child = 0;
        arm(pass);
    } else if (pass->child) {
        arm(pass);
    } else if (is_on(pass) && !pass->root->shut) {
        begin(pass);
    } else if (is_on(pass)) {
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
        pass->timer = evtimer_new(retention->base, handle_timer, pass);
        TAILQ_INSERT_TAIL(&retention->passes, pass, entry);
        root->retention = pass;
    }
    return root->retention;
}

void retention_update(struct retention *retention) {
    for (struct root *root = folders_first_root(retention->parts.folders); root;
         root = TAILQ_NEXT(root, entry)) {
        bool on = root->policy.configured && root->policy.retention_h > 0;
        struct retention_pass *pass = on ? pass_of(retention, root) : root->retention;
        if (pass && pass->child && (!on || root->policy.dry_run != pass->dry_run)) {
            kill(pass->child, SIGKILL); /* what it goes by holds no longer */
        }
        if (on && !pass->child) {
            arm(pass);
        }
    }
}

/* ---- for /healthz ------------------------------------------------------------------------ */

static bool hangs(const struct retention_pass *pass) {
    return pass->notes >= 0 && clock_ms() - pass->heard_ms > HANG_MS;
}

void retention_health(const struct root *root, json_t *said) {
    const struct retention_pass *pass = root->retention;
    if (!pass || !is_on(pass)) {
        return;
    }
    const struct counts *counts = root->policy.dry_run ? &pass->last : &pass->total;
    const char *state = hangs(pass) ? "hangs" : pass->notes >= 0 ? "running" : "waiting";
    json_object_set_new(said, "retention",
                        json_pack("{s:f, s:b, s:s, s:I, s:I, s:I, s:I}", "hours",
                                  root->policy.retention_h, "dry_run", root->policy.dry_run,
                                  "state", state, "files", (json_int_t)counts->files, "folders",
                                  (json_int_t)counts->folders, "bytes", (json_int_t)counts->bytes,
                                  "denied", (json_int_t)pass->last.denied));
}

static void warn(json_t *warnings, char *sentence) {
    json_array_append_new(warnings, json_any_string(sentence));
    free(sentence);
}

void retention_warnings(const struct retention *retention, json_t *warnings) {
    const struct retention_pass *pass;
    TAILQ_FOREACH(pass, &retention->passes, entry) {
        if (is_on(pass) && hangs(pass)) {
            warn(warnings, mem_printf("%s: the process that removes old files (pid %d) hangs; no "
                                      "other is started. Does its file server answer?",
                                      pass->root->path, (int)pass->child));
        } else if (is_on(pass) && pass->last.denied > 0) {
            warn(warnings, mem_printf("%s: retention cannot remove files: %s; the service's user "
                                      "needs the right to write there (ReadWritePaths)",
                                      pass->root->path, strerror(pass->error)));
        }
    }
}
