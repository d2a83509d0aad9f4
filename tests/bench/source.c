/* SPDX-License-Identifier: Apache-2.0 */
/* bench-source: what a source takes on a tree of folders, driven through plugin.h alone. */
#include "base/memory.h"
#include <dlfcn.h>
#include <err.h>
#include <event2/event.h>
#include <fcntl.h>
#include <malloc.h>
#include <mrqart/plugin.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS = 6000, /* at once; inotify has two for each file, and its queue holds 16384 */
    FOLDERS = 50,  /* that they are spread over */
    ROUNDS = 5,    /* the best of which counts */
};

struct bench {
    struct mrq_host host; /* first: the plugin's host is the bench */
    const struct mrq_plugin *plugin;
    const char *folder;
    unsigned long emitted;
    double scanning; /* as health() says it */
};

static double now_us(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* ---- the host ------------------------------------------------------------------------------ */

static struct bench *self; /* settings and reports have no pointer to it */

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    (void)host;
    if (level <= MRQ_WARNING) {
        vwarnx(format, arguments);
    }
}

static void host_follow(struct mrq_host *host, const char *root) {
    (void)host, (void)root;
}

static void host_emit(struct mrq_host *host, const struct mrq_found *found) {
    (void)found;
    ((struct bench *)host)->emitted++;
}

static double setting_number(const struct mrq_settings *settings, const char *key) {
    (void)settings;
    const struct mrq_option *option = self->plugin->options;
    while (option->key && strcmp(option->key, key) != 0) {
        option++;
    }
    return option->preset ? atof(option->preset) : 0;
}

static size_t setting_count(const struct mrq_settings *settings, const char *key) {
    (void)settings;
    return strcmp(key, "paths") == 0;
}

static const char *setting_item(const struct mrq_settings *settings, const char *key,
                                size_t index) {
    (void)settings, (void)key, (void)index;
    return self->folder;
}

static void report_number(struct mrq_report *report, const char *key, double value) {
    (void)report;
    if (strcmp(key, "scanning") == 0) {
        self->scanning = value;
    }
}

static void report_text(struct mrq_report *report, const char *key, const char *value) {
    (void)report, (void)key, (void)value;
}

static void report_item(struct mrq_report *report, const char *list, const char *name,
                        const char *state) {
    (void)report, (void)list, (void)name, (void)state;
}

static void report_sentence(struct mrq_report *report, const char *text) {
    (void)report, (void)text;
}

static const struct mrq_host_ops host_ops = {
    .log = host_log, .follow = host_follow, .emit = host_emit};
static const struct mrq_settings_ops settings_ops = {
    .number = setting_number, .count = setting_count, .item = setting_item};
static const struct mrq_report_ops report_ops = {.number = report_number,
                                                 .text = report_text,
                                                 .item = report_item,
                                                 .warning = report_sentence,
                                                 .broken = report_sentence};

/* ---- measuring ----------------------------------------------------------------------------- */

static bool is_scanning(const struct bench *bench, void *instance) {
    struct mrq_report report = {.ops = &report_ops};
    bench->plugin->health(instance, &report);
    return bench->scanning != 0;
}

/** A file of the folders of bench-source, made or removed. */
static void touch(const struct bench *bench, unsigned folder, unsigned number, bool there) {
    AUTOFREE char *path = mem_printf("%s/bench-source/%u/%u", bench->folder, folder, number);
    int fd = there ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (there ? fd < 0 || close(fd) < 0 : unlink(path) < 0) {
        err(1, "%s", path);
    }
}

/** Writes count files, and then times their events; they are gone afterwards. */
static double events_us(struct bench *bench, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        touch(bench, i % FOLDERS, i / FOLDERS, true);
    }
    unsigned long until = bench->emitted + count;
    double began = now_us(CLOCK_THREAD_CPUTIME_ID); /* what else the machine does is not ours */
    while (bench->emitted < until) {
        event_base_loop(bench->host.base, EVLOOP_ONCE);
    }
    double taken = now_us(CLOCK_THREAD_CPUTIME_ID) - began;
    for (unsigned i = 0; i < count; i++) {
        touch(bench, i % FOLDERS, i / FOLDERS, false);
    }
    return taken / count;
}

static void measure(struct bench *bench, void *instance, size_t memory) {
    double began = now_us(CLOCK_MONOTONIC);
    if (!bench->plugin->start(instance)) {
        errx(1, "the source does not start");
    }
    double started = now_us(CLOCK_MONOTONIC);
    while (is_scanning(bench, instance)) {
        event_base_loop(bench->host.base, EVLOOP_ONCE);
    }
    double scanned = now_us(CLOCK_MONOTONIC);
    struct mallinfo2 used = mallinfo2();
    double new_us = events_us(bench, FOLDERS), known_us = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double us = events_us(bench, EVENTS);
        known_us = us < known_us ? us : known_us;
    }
    printf("%.3f %.1f %.1f %.2f %.3f\n", (started - began) / 1e3, (scanned - started) / 1e3,
           (double)(used.uordblks + used.hblkhd - memory) / 1e3, new_us, known_us);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fputs(
            "usage: bench-source PLUGIN FOLDER\n\nFOLDER/bench-source has folders 0 to 49. Prints "
            "milliseconds of start() and of the first scan,\nmemory (KB), and microseconds per "
            "event of new and of known folders.\n",
            stderr);
        return 2;
    }
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        errx(1, "%s", dlerror());
    }
    struct bench bench = {.plugin = dlsym(library, "mrq_plugin"), .folder = argv[2]};
    self = &bench;
    bench.host = (struct mrq_host){.ops = &host_ops, .base = event_base_new(), .name = "bench"};
    const struct mrq_settings settings = {.ops = &settings_ops};
    struct mallinfo2 before = mallinfo2();
    void *instance = bench.plugin->open(&bench.host, &settings);
    if (!instance) {
        errx(1, "the source does not open");
    }
    measure(&bench, instance, before.uordblks + before.hblkhd);
    bench.plugin->stop(instance);
    bench.plugin->close(instance);
    event_base_free(bench.host.base);
    return 0;
}
