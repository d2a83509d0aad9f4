/* SPDX-License-Identifier: Apache-2.0 */
/* The running daemon. */
#include "daemon.h"
#include "base/log.h"
#include "base/memory.h"
#include "config/config.h"
#include "config/core_settings.h"
#include "health.h"
#include "http/http_service.h"
#include "instances.h"
#include "keeper/keeper.h"
#include "notify.h"
#include "parts.h"
#include "pipeline/pipeline.h"
#include "process.h"
#include "ready.h"
#include "reload.h"
#include "state_dir.h"
#include "tracking/tracking.h"

#include <signal.h>
#include <unistd.h>

enum {
    GRACE_MS = 3000,    /* for files in workers, when we are told to end */
    GOODBYE_MS = 100,   /* for what sinks still send */
    PATIENCE_MS = 4000, /* whatever hangs: the state is still to be written within 5 s */
    SIGNALS = 3,
};

struct daemon {
    struct parts parts;
    char epoch[17];
    const char *state_dir; /* "" keeps none */
    int lock;              /* of the state folder */
    struct reload *reload;
    struct notify *notify;
    struct event *signals[SIGNALS];
    struct event *patience;
    bool draining;
};

static void handle_paused(void *self, enum mrq_lane lane, bool paused) {
    struct daemon *daemon = self;
    if (daemon->parts.instances) {
        instances_pause(daemon->parts.instances, lane, paused);
    }
}

static void handle_event(void *self, const struct mrq_event *event) {
    struct daemon *daemon = self;
    if (daemon->parts.instances) {
        instances_event(daemon->parts.instances, event);
    }
}

/* ---- the end ---- */

static void handle_goodbye_over(evutil_socket_t unused, short events, void *self) {
    (void)unused, (void)events;
    event_base_loopbreak(((struct daemon *)self)->parts.base);
}

static void set_patience(struct daemon *daemon, unsigned ms) {
    struct timeval time = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_add(daemon->patience, &time);
}

static void handle_drained(void *self) {
    struct daemon *daemon = self;
    tracking_flush(daemon->parts.tracking);
    instances_stop(daemon->parts.instances, MRQ_SINK);
    http_service_stop(daemon->parts.http);
    set_patience(daemon, GOODBYE_MS);
}

static void handle_end(evutil_socket_t number, short events, void *self) {
    (void)events;
    struct daemon *daemon = self;
    if (daemon->draining) {
        log_notice("told to end once more (SIG%s): leaving at once", sigabbrev_np(number));
        event_base_loopbreak(daemon->parts.base);
        return;
    }
    daemon->draining = true;
    log_notice("told to end (SIG%s)", sigabbrev_np(number));
    notify_send(daemon->notify, "STOPPING=1");
    reload_cancel(daemon->reload);
    set_patience(daemon, PATIENCE_MS);
    instances_stop(daemon->parts.instances, MRQ_SOURCE);
    pipeline_drain(daemon->parts.pipeline, GRACE_MS, handle_drained, daemon);
}

static void handle_reload(evutil_socket_t unused, short events, void *self) {
    (void)unused, (void)events;
    struct daemon *daemon = self;
    if (!daemon->draining) {
        reload_begin(daemon->reload);
    }
}

/* A terminal that is closed sends SIGHUP too: who watches a folder by hand wants the end of it
 * then, and there is no configuration file to be read again. */
static bool hangup_ends(const struct arguments *arguments) {
    struct sigaction at_start;
    bool ignored = sigaction(SIGHUP, NULL, &at_start) == 0 && at_start.sa_handler == SIG_IGN;
    return !arguments->file && arguments->watch_count && isatty(STDIN_FILENO) && !ignored;
}

static bool listen_to_signals(struct daemon *daemon, const struct arguments *arguments) {
    const struct {
        int number;
        event_callback_fn handler;
    } rows[SIGNALS] = {{SIGTERM, handle_end},
                       {SIGINT, handle_end},
                       {SIGHUP, hangup_ends(arguments) ? handle_end : handle_reload}};
    for (size_t i = 0; i < SIGNALS; i++) {
        daemon->signals[i] =
            evsignal_new(daemon->parts.base, rows[i].number, rows[i].handler, daemon);
        if (!daemon->signals[i] || event_add(daemon->signals[i], NULL) < 0) {
            log_error("cannot listen to signals");
            return false;
        }
    }
    daemon->patience = evtimer_new(daemon->parts.base, handle_goodbye_over, daemon);
    return daemon->patience;
}

/* ---- the beginning ---- */

/* by hand, with a folder of state that nobody has chosen, a daemon is fine without one */
static bool take_state(struct daemon *daemon, const json_t *config) {
    daemon->state_dir = config_text_option(config, "state_dir");
    if (!*daemon->state_dir) {
        return true;
    }
    enum state_dir_outcome outcome = state_dir_take(daemon->state_dir, &daemon->lock);
    if (outcome != STATE_DIR_TAKEN && !config_state_dir_chosen(config)) {
        log_warning("nothing will be kept over a restart");
        daemon->state_dir = "";
        return true;
    }
    return outcome == STATE_DIR_TAKEN;
}

static bool restore_record(void *self, const char *kind, const char *key, const json_t *value) {
    const struct parts *parts = self;
    return strcmp(kind, TRACKING_KIND) == 0 ? tracking_restore(parts->tracking, key, value)
                                            : pipeline_restore(parts->pipeline, key, value);
}

static bool make_parts(struct daemon *daemon, const struct paths *paths, const json_t *config) {
    struct parts *parts = &daemon->parts;
    parts->http = http_service_create(parts->base);
    parts->keeper = keeper_create(parts->base, paths->worker, daemon->state_dir,
                                  config_text_option(config, "database"));
    struct tracking_settings tracking = core_settings_tracking(config);
    parts->tracking =
        parts->keeper ? tracking_create(parts->base, &tracking, parts->keeper, handle_event, daemon)
                      : NULL;
    struct pipeline_settings pipeline;
    core_settings_pipeline(&pipeline, config, paths->worker);
    parts->pipeline = parts->tracking ? pipeline_create(parts->base, &pipeline, parts->tracking,
                                                        parts->keeper, handle_paused, daemon)
                                      : NULL;
    core_settings_finish(&pipeline);
    if (!parts->http || !parts->pipeline ||
        (*daemon->state_dir && !keeper_load(daemon->state_dir, restore_record, parts))) {
        return false;
    }
    keeper_start(parts->keeper);
    return true;
}

static bool open_parts(struct daemon *daemon, const struct arguments *arguments,
                       const struct paths *paths, json_t *config) {
    struct parts *parts = &daemon->parts;
    if (!make_parts(daemon, paths, config)) {
        return false;
    }
    parts->health = health_create(parts);
    parts->instances = instances_create(parts);
    daemon->reload = reload_create(parts, arguments, paths, config, daemon->notify);
    if (!instances_open(parts->instances, config)) {
        return false;
    }
    struct tracking_settings tracking = core_settings_tracking(config);
    tracking_configure(parts->tracking, &tracking); /* what was kept has to obey as well */
    return http_service_start(parts->http);
}

static bool start(struct daemon *daemon, const struct arguments *arguments,
                  const struct paths *paths, json_t *config) {
    return listen_to_signals(daemon, arguments) && take_state(daemon, config) &&
           open_parts(daemon, arguments, paths, config) && pipeline_start(daemon->parts.pipeline) &&
           instances_start(daemon->parts.instances);
}

static void take_down(struct daemon *daemon) {
    struct parts *parts = &daemon->parts;
    reload_destroy(daemon->reload);
    http_service_destroy(parts->http); /* what it has not sent yet belongs to the instances */
    instances_close(parts->instances);
    health_destroy(parts->health);
    keeper_destroy(parts->keeper); /* asks its owners once more */
    pipeline_destroy(parts->pipeline);
    tracking_destroy(parts->tracking);
    notify_destroy(daemon->notify);
    for (size_t i = 0; i < SIGNALS; i++) {
        if (daemon->signals[i]) {
            event_free(daemon->signals[i]);
        }
    }
    if (daemon->patience) {
        event_free(daemon->patience);
    }
    event_base_free(parts->base); /* runs what libevent has put off, some of it in plugins */
    instances_destroy(parts->instances);
    libevent_global_shutdown();
    if (daemon->lock >= 0) {
        close(daemon->lock);
    }
}

bool daemon_run(const struct arguments *arguments, const struct paths *paths, json_t *config) {
    struct daemon daemon = {.lock = -1, .state_dir = ""};
    process_prepare();
    process_epoch(daemon.epoch, sizeof(daemon.epoch));
    daemon.parts.epoch = daemon.epoch;
    daemon.parts.program_dir = paths->program_dir;
    daemon.parts.base = event_base_new();
    if (!daemon.parts.base) {
        log_error("cannot make an event loop: %m");
        return false;
    }
    daemon.notify = notify_create(daemon.parts.base);
    bool started = start(&daemon, arguments, paths, config);
    if (started) {
        ready_print(daemon.parts.http, daemon.parts.instances);
        notify_send(daemon.notify, "READY=1");
        log_notice("ready: mrqartd %s by %s", MRQART_VERSION,
                   json_string_value(json_object_get(config, "file")));
        event_base_dispatch(daemon.parts.base);
    }
    take_down(&daemon);
    return started;
}
