/* SPDX-License-Identifier: Apache-2.0 */
/* SIGHUP: the configuration read again in a child, and what has changed put in force. */
#include "reload.h"
#include "base/forked.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/config.h"
#include "config/core_settings.h"
#include "health.h"
#include "instances.h"
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PATIENCE_S = 30,        /* several checkers may be described meanwhile, 10 s each */
    ANSWER_BYTES = 4 << 20, /* a configuration file has 1 MiB at most */
    REAP_MS = 50,
    CHILDREN = 8, /* so many may be stuck in the kernel, on a dead disk, before no more are made */
};

struct reload {
    const struct parts *parts;
    const struct arguments *arguments;
    const struct paths *paths;
    const struct notify *notify;
    json_t *config;        /* in force */
    pid_t child;           /* 0: none under way */
    pid_t ended[CHILDREN]; /* to be reaped; 0: none */
    int pipe;
    struct event *readable, *reap;
    char *answer;
    size_t used;
};

/* what other parts were given when they were made */
static const char *const restart_only[] = {"database", "state_dir", "static_dir"};

/* ---- the child ---- */

static void read_in_child(const struct reload *reload) {
    struct problems problems;
    problems_init(&problems);
    json_t *config = config_load(reload->arguments, reload->paths, &problems);
    if (config && !trial_run(config, reload->paths, TRIAL_RELOAD, &problems)) {
        json_decref(config);
        config = NULL;
    }
    json_t *said = json_pack("{s:o*, s:O, s:O}", "config", config, "problems", problems.list,
                             "warnings", problems.warnings);
    char *text = json_text(said, NULL);
    FILE *stream = fdopen(FORKED_PIPE, "w");
    bool written = stream && fputs(text, stream) >= 0 && fflush(stream) == 0;
    _exit(written ? 0 : 1);
}

/* ---- what has changed ---- */

static void keep_restart_only(const json_t *old, json_t *new) {
    for (size_t i = 0; i < sizeof(restart_only) / sizeof(restart_only[0]); i++) {
        const char *key = restart_only[i];
        if (strcmp(config_text_option(old, key), config_text_option(new, key)) != 0) {
            log_warning("option \"%s\": only a restart changes it; it stays \"%s\"", key,
                        config_text_option(old, key));
            json_object_set(json_object_get(new, "options"), key, config_option(old, key));
        }
    }
}

static void put_in_force(struct reload *reload, json_t *config) {
    const struct parts *parts = reload->parts;
    keep_restart_only(reload->config, config);
    log_set_level(log_level_named(config_text_option(config, "log_level")));
    struct pipeline_settings pipeline;
    core_settings_pipeline(&pipeline, config, reload->paths->worker);
    pipeline_configure(parts->pipeline, &pipeline);
    core_settings_finish(&pipeline);
    struct tracking_settings tracking = core_settings_tracking(config);
    tracking_configure(parts->tracking, &tracking);
    bool all = instances_configure(parts->instances, config);
    health_remark(parts->health, all ? NULL
                                     : "a source could not be opened with its new options: see "
                                       "the log");
    json_decref(reload->config);
    reload->config = json_incref(config);
    log_notice("the configuration is in force: %s",
               json_string_value(json_object_get(config, "file")));
}

static void keep_old(const struct reload *reload, const json_t *problems) {
    const char *first = json_string_value(json_array_get(problems, 0));
    log_error("the configuration stays as it was");
    AUTOFREE char *remark = mem_printf("the configuration was not read again and stays as it was: "
                                       "%s",
                                       first ? first : "see the log");
    health_remark(reload->parts->health, remark);
}

/* ---- the way back ---- */

/* a child may be stuck in the kernel: nobody waits for it */
static void handle_reap(evutil_socket_t unused, short events, void *self) {
    (void)unused, (void)events;
    struct reload *reload = self;
    bool left = false;
    for (size_t i = 0; i < CHILDREN; i++) {
        if (reload->ended[i] && waitpid(reload->ended[i], NULL, WNOHANG) != 0) {
            reload->ended[i] = 0;
        }
        left |= reload->ended[i] != 0;
    }
    if (left) {
        struct timeval later = {.tv_usec = REAP_MS * 1000};
        event_add(reload->reap, &later);
    }
}

static pid_t *free_slot(struct reload *reload) {
    for (size_t i = 0; i < CHILDREN; i++) {
        if (!reload->ended[i]) {
            return &reload->ended[i];
        }
    }
    return NULL;
}

static void finish(struct reload *reload) {
    event_free(reload->readable);
    reload->readable = NULL;
    close(reload->pipe);
    free(reload->answer);
    reload->answer = NULL;
    *free_slot(reload) = reload->child; /* start_child() has seen that there is one */
    reload->child = 0;
    handle_reap(-1, 0, reload);
}

static void handle_answer(struct reload *reload) {
    json_auto_t *said = json_loads(reload->answer, 0, NULL);
    json_t *config = json_object_get(said, "config");
    const struct problems problems = {.list = json_object_get(said, "problems"),
                                      .warnings = json_object_get(said, "warnings")};
    problems_log(&problems);
    if (json_is_object(config)) {
        put_in_force(reload, config);
    } else {
        keep_old(reload, json_object_get(said, "problems"));
    }
    notify_send(reload->notify, "READY=1");
}

static void handle_readable(evutil_socket_t pipe, short events, void *self) {
    struct reload *reload = self;
    ssize_t length = events & EV_TIMEOUT
                         ? -1
                         : read(pipe, reload->answer + reload->used, ANSWER_BYTES - reload->used);
    if (length > 0) {
        reload->used += (size_t)length;
        return;
    }
    if (length < 0 && (errno == EAGAIN || errno == EINTR) && !(events & EV_TIMEOUT)) {
        return;
    }
    if (events & EV_TIMEOUT) {
        log_error("reading the configuration takes longer than %d s: given up", PATIENCE_S);
        kill(reload->child, SIGKILL);
    }
    handle_answer(reload);
    finish(reload);
}

static bool start_child(struct reload *reload) {
    int ends[2];
    if (!free_slot(reload)) {
        log_error("%d processes that read the configuration are stuck: is its disk well?",
                  CHILDREN);
        return false;
    }
    if (pipe2(ends, O_CLOEXEC) < 0) {
        log_error("cannot make a pipe: %m");
        return false;
    }
    reload->child = forked_start(ends[1]);
    if (reload->child == 0) {
        read_in_child(reload);
    }
    close(ends[1]);
    reload->pipe = ends[0];
    if (reload->child > 0) {
        return true;
    }
    log_error("cannot start a process to read the configuration: %m");
    reload->child = 0;
    close(ends[0]);
    return false;
}

void reload_begin(struct reload *reload) {
    reload_cancel(reload);
    log_notice("told to read the configuration again (SIGHUP)");
    notify_reloading(reload->notify);
    if (!start_child(reload)) {
        notify_send(reload->notify, "READY=1");
        return;
    }
    evutil_make_socket_nonblocking(reload->pipe);
    reload->answer = mem_zeroed(ANSWER_BYTES + 1, 1);
    reload->used = 0;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    reload->readable =
        event_new(reload->parts->base, reload->pipe, EV_READ | EV_PERSIST, handle_readable, reload);
    event_add(reload->readable, &patience);
}

void reload_cancel(struct reload *reload) {
    if (!reload || !reload->readable) {
        return;
    }
    kill(reload->child, SIGKILL);
    finish(reload);
}

struct reload *reload_create(const struct parts *parts, const struct arguments *arguments,
                             const struct paths *paths, json_t *config,
                             const struct notify *notify) {
    struct reload *reload = mem_new(struct reload);
    reload->parts = parts;
    reload->arguments = arguments;
    reload->paths = paths;
    reload->notify = notify;
    reload->config = json_incref(config);
    reload->reap = evtimer_new(parts->base, handle_reap, reload);
    return reload;
}

void reload_destroy(struct reload *reload) {
    if (!reload) {
        return;
    }
    reload_cancel(reload);
    event_free(reload->reap);
    json_decref(reload->config);
    free(reload);
}
