/* SPDX-License-Identifier: Apache-2.0 */
/* source-dicom: objects that scanners and archives push over the network (C-STORE). */
#include "base/memory.h"
#include "child.h"
#include "listener.h"
#include "settings.h"
#include "spool.h"
#include "told.h"
#include "watch/reach.h"

#include <errno.h>
#include <mrqart/plugin.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
    struct mrq_host *host;
    char *path;  /* of the spool, without links */
    char *given; /* … as it stands in the configuration */
    struct listener listener;
    struct child *child;
    struct spool *spool;
    struct told told;
    bool open_to_all; /* other machines can connect, and no caller is named */
};

static const char open_to_all[] =
    "whoever reaches the address may send: name the scanners in \"callers\", or \"*\" there if "
    "that is meant";

/* ---- work ---------------------------------------------------------------------------------- */

static void handle_said(void *self, const struct record *record) {
    struct source *source = self;
    told_take(&source->told, source->host, record);
    if (record->kind == RECORD_STORED) {
        AUTOFREE char *path = mem_printf("%s/%s", source->path, record->text);
        const struct mrq_found found = {.root = source->path, .path = path, .lane = MRQ_LIVE};
        mrq_emit(source->host, &found);
    }
}

static void handle_untold(void *self) {
    struct source *source = self;
    if (child_state(source->child) != CHILD_LISTENING) {
        told_ended(&source->told);
    }
    spool_scan(source->spool);
}

static void set_paused(struct source *source, bool paused) {
    child_pause(source->child, paused);
    spool_pause(source->spool, paused);
}

static void source_pause(void *self) {
    set_paused(self, true);
}

static void source_resume(void *self) {
    set_paused(self, false);
}

static void source_hold_back(void *self, bool held) {
    spool_hold_back(((struct source *)self)->spool, held);
}

static bool source_start(void *self) {
    struct source *source = self;
    mrq_follow_at(source->host, source->path, source->given);
    spool_pause(source->spool, false);
    spool_scan(source->spool);
    child_start(source->child);
    return true;
}

static void source_stop(void *self) {
    struct source *source = self;
    child_stop(source->child);
    spool_pause(source->spool, true);
}

static void report_state(const struct source *source, struct mrq_report *report) {
    static const char *const words[] = {[CHILD_STOPPED] = "stopped",
                                        [CHILD_STARTING] = "starting",
                                        [CHILD_LISTENING] = "listening",
                                        [CHILD_WAITING] = "died"};
    enum child_state state = child_state(source->child);
    mrq_report_text(report, "state", words[state]);
    if (state != CHILD_LISTENING && child_restarts(source->child) > 0) {
        char text[RECORD_TEXT_BYTES + 128];
        snprintf(text, sizeof(text),
                 "nothing can be received: %s; the receiver is started again "
                 "after %u s",
                 *source->told.last_error ? source->told.last_error : "the receiver has died",
                 child_delay(source->child));
        mrq_report_broken(report, text);
    }
}

static void source_health(void *self, struct mrq_report *report) {
    const struct source *source = self;
    report_state(source, report);
    mrq_report_text(report, "address", source->listener.address);
    mrq_report_number(report, "port", source->listener.port);
    mrq_report_item(report, "folders", source->path, "watched");
    told_health(&source->told, report);
    mrq_report_number(report, "restarts", child_restarts(source->child));
    mrq_report_number(report, "scanning", spool_is_busy(source->spool));
    if (source->open_to_all) {
        mrq_report_warning(report, open_to_all);
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

static void source_close(void *self) {
    struct source *source = self;
    if (!source) {
        return;
    }
    child_destroy(source->child);
    spool_destroy(source->spool);
    listener_close(&source->listener);
    free(source->path);
    free(source->given);
    free(source);
}

/* Else the daemon would hang with it. */
static bool answers(struct mrq_host *host, const char *path) {
    struct reach *reach = reach_create(NULL);
    bool answer = reach_leads(reach, path);
    reach_destroy(reach);
    if (!answer) {
        mrq_error(host, "spool: %s does not answer: see to the mount and its server", path);
    }
    return answer;
}

/* its last folder is made where it is missing, and all of it named without links */
static char *spool_path(struct mrq_host *host, const char *path) {
    if (*path != '/') {
        mrq_error(host, "spool: \"%s\" does not begin with a slash", path);
        return NULL;
    }
    if (!answers(host, path)) {
        return NULL;
    }
    bool made = mkdir(path, 0777) == 0;
    char *real = made || errno == EEXIST ? realpath(path, NULL) : NULL;
    if (made && host->trial) {
        rmdir(path); /* the start makes it */
    }
    if (!real) {
        mrq_error(host, "spool: cannot use %s: %m; make the folder, writable for the daemon's user",
                  path);
    }
    return real;
}

static bool build(struct source *source, const struct mrq_settings *settings) {
    struct mrq_host *host = source->host;
    source->given = mem_dup(mrq_setting(settings, "spool"));
    source->path = spool_path(host, source->given);
    char *told = source->path ? dicom_settings(host, settings, source->path) : NULL;
    if (!told) {
        return false;
    }
    const struct child_owner owner = {.self = source, .said = handle_said, .untold = handle_untold};
    if (!listener_open(&source->listener, host, mrq_setting(settings, "listen"))) {
        free(told);
        return false;
    }
    source->child = child_create(host, &owner, told, source->listener.socket);
    source->spool = spool_create(host, source->path);
    source->open_to_all = !source->listener.local && mrq_setting_count(settings, "callers") == 0;
    return source->child && source->spool;
}

static void *source_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct source *source = mem_new(struct source);
    source->host = host;
    source->listener.socket = -1;
    if (!build(source, settings)) {
        source_close(source);
        return NULL;
    }
    mrq_announce(host, "dicom", source->listener.address);
    mrq_notice(host, "receives on %s as \"%s\"", source->listener.address,
               mrq_setting(settings, "ae_title"));
    if (source->open_to_all) {
        mrq_warning(host, "%s", open_to_all);
    }
    return source;
}

MRQ_PLUGIN(.kind = MRQ_SOURCE, .name = "source-dicom", .version = "1.0",
           .description = "objects that scanners and archives push over the network (C-STORE)",
           .options = dicom_options, .open = source_open, .close = source_close,
           .start = source_start, .stop = source_stop, .health = source_health,
           .pause = source_pause, .resume = source_resume, .hold_back = source_hold_back);
