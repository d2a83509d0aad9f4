/* SPDX-License-Identifier: Apache-2.0 */
/* source-poll: complete files in folders whose file system reports nothing: looked at again and
 * again. */
#include "base/memory.h"
#include "watcher.h"

struct source {
    struct watchers *watchers;
};

static const struct mrq_option options[] = {
    {"paths", MRQ_FOLDERS, .required = true, .minimum = 1, .maximum = 1000,
     .help = "folders to scan, with all below them"},
    {"interval", MRQ_NUMBER, .preset = "2", .minimum = 0.05, .maximum = 3600, .unit = "s",
     .help = "the pause between two scans of a folder"},
    {"settle", MRQ_NUMBER, .preset = "2", .minimum = 0.05, .maximum = 3600, .unit = "s",
     .help = "a file is reported when its size and times have been the same for so long"},
    {"trust_folder_times", MRQ_BOOLEAN, .preset = "true",
     .help = "read only folders whose time has changed; false: file systems that do not keep it"},
    {"follow_links", MRQ_BOOLEAN, .preset = "false",
     .help = "follow symbolic links as if what they lead to were named in paths"},
    {"answer_timeout", MRQ_NUMBER, .preset = "15", .minimum = 0.5, .maximum = 3600, .unit = "s",
     .help = "a scan that says nothing for so long is taken to hang, and replaced"},
    {"max_depth", MRQ_INTEGER, .preset = "128", .minimum = 1, .maximum = 1000, .unit = "folders",
     .help = "how deep below a watched folder others are looked at"},
    {"max_folders", MRQ_INTEGER, .preset = "500000", .minimum = 1, .maximum = 10000000,
     .unit = "folders", .help = "how many folders are known at most; each takes about 300 bytes"},
    {"max_files", MRQ_INTEGER, .preset = "2000000", .minimum = 1, .maximum = 100000000,
     .unit = "files", .help = "how many files are known at most; each takes about 200 bytes"},
    {0},
};

static bool source_start(void *self) {
    watchers_start(((struct source *)self)->watchers);
    return true;
}

static void source_stop(void *self) {
    watchers_stop(((struct source *)self)->watchers);
}

static void source_pause(void *self) {
    watchers_pause(((struct source *)self)->watchers, true);
}

static void source_resume(void *self) {
    watchers_pause(((struct source *)self)->watchers, false);
}

static void source_hold_back(void *self, bool held) {
    watchers_hold_back(((struct source *)self)->watchers, held);
}

static void source_health(void *self, struct mrq_report *report) {
    watchers_health(((struct source *)self)->watchers, report);
}

static void source_close(void *self) {
    struct source *source = self;
    if (source) {
        watchers_destroy(source->watchers);
        free(source);
    }
}

static unsigned milliseconds(const struct mrq_settings *settings, const char *key) {
    return (unsigned)(mrq_setting_number(settings, key) * 1e3 + 0.5);
}

static void *source_open(struct mrq_host *host, const struct mrq_settings *settings) {
    struct watcher_options watched = {
        .scan = {.interval_ms = milliseconds(settings, "interval"),
                 .settle_ms = milliseconds(settings, "settle"),
                 .trust_folder_times = mrq_setting_number(settings, "trust_folder_times") != 0,
                 .follow_links = mrq_setting_number(settings, "follow_links") != 0,
                 .max_depth = (unsigned)mrq_setting_number(settings, "max_depth"),
                 .max_folders = (uint64_t)mrq_setting_number(settings, "max_folders"),
                 .max_files = (uint64_t)mrq_setting_number(settings, "max_files")},
        .patience_ms = milliseconds(settings, "answer_timeout"),
    };
    watched.scan.alive_ms = watched.patience_ms / 4 < 1000 ? watched.patience_ms / 4 : 1000;
    struct source *source = mem_new(struct source);
    source->watchers = watchers_create(host, &watched, settings);
    if (!source->watchers) {
        source_close(source);
        return NULL;
    }
    return source;
}

MRQ_PLUGIN(.kind = MRQ_SOURCE, .name = "source-poll", .version = "1.0",
           .description = "complete files in folders of network and other mounts, by looking again",
           .options = options, .open = source_open, .close = source_close, .start = source_start,
           .stop = source_stop, .health = source_health, .pause = source_pause,
           .resume = source_resume, .hold_back = source_hold_back);
