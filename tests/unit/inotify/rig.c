/* SPDX-License-Identifier: Apache-2.0 */
/* A host for a source: loads the plugin as built, and remembers all that it says. */
#include "rig.h"
#include "base/memory.h"
#include "disk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <event2/event.h>
#include <stdio.h>
#include <sys/stat.h>

enum { RIG_PATIENCE_S = 20 };

/** What was emitted of one path. */
struct emission {
    char *path, *root;
    unsigned closed, scanned;
    struct emission *next; /* of the same bucket */
};

enum { RIG_BUCKETS = 65536 };

struct texts {
    char **list;
    size_t count;
};

struct rig {
    struct mrq_host host; /* first: the plugin's host is the rig */
    struct mrq_settings settings;
    struct mrq_report report;
    struct rig_options options;
    char *folder;
    const char *default_paths[2];
    const struct mrq_plugin *plugin;
    void *instance;
    struct emission *buckets[RIG_BUCKETS];
    unsigned emitted, folders, paths, lanes[2], pause_at, sentinels;
    struct texts log, followed;
    bool late;
    /* what the last health() said */
    struct texts states, warnings;
    bool broken;
    const char *key;
    double number;
};

/* ---- texts --------------------------------------------------------------------------------- */

static void texts_add(struct texts *texts, char *text) {
    texts->list = mem_resize(texts->list, texts->count + 1, sizeof(char *));
    texts->list[texts->count++] = text;
}

static void texts_clear(struct texts *texts) {
    for (size_t i = 0; i < texts->count; i++) {
        free(texts->list[i]);
    }
    free(texts->list);
    *texts = (struct texts){0};
}

static unsigned texts_count(const struct texts *texts, const char *part) {
    unsigned count = 0;
    for (size_t i = 0; i < texts->count; i++) {
        count += strstr(texts->list[i], part) != NULL;
    }
    return count;
}

/* ---- the host ------------------------------------------------------------------------------ */

static void host_log(struct mrq_host *host, enum mrq_level level, const char *format,
                     va_list arguments) {
    struct rig *rig = (struct rig *)host;
    char *line = NULL;
    assert_true(vasprintf(&line, format, arguments) >= 0);
    print_message("%d %s\n", level, line);
    texts_add(&rig->log, line);
}

static void host_follow(struct mrq_host *host, const char *root) {
    texts_add(&((struct rig *)host)->followed, mem_dup(root));
}

static struct emission **bucket_of(const struct rig *rig, const char *path) {
    size_t hash = 5381;
    for (const char *at = path; *at; at++) {
        hash = hash * 33 + (unsigned char)*at;
    }
    return (struct emission **)&rig->buckets[hash % RIG_BUCKETS];
}

static struct emission *emission_of(const struct rig *rig, const char *path) {
    struct emission *at = *bucket_of(rig, path);
    while (at && strcmp(at->path, path) != 0) {
        at = at->next;
    }
    return at;
}

static void host_emit(struct mrq_host *host, const struct mrq_found *found) {
    struct rig *rig = (struct rig *)host;
    assert_int_equal(strncmp(found->path, found->root, strlen(found->root)), 0);
    assert_int_equal(found->path[strlen(found->root)], '/');
    if (found->stat && S_ISDIR(found->stat->st_mode)) {
        rig->folders++;
        return;
    }
    struct emission *emission = emission_of(rig, found->path);
    if (!emission) {
        struct emission **bucket = bucket_of(rig, found->path);
        emission = mem_new(struct emission);
        *emission = (struct emission){
            .path = mem_dup(found->path), .root = mem_dup(found->root), .next = *bucket};
        *bucket = emission;
        rig->paths++;
    }
    *(found->stat ? &emission->scanned : &emission->closed) += 1;
    rig->emitted++;
    rig->lanes[found->lane]++;
    if (rig->pause_at > 0 && rig->emitted == rig->pause_at) {
        rig->plugin->pause(rig->instance);
    }
}

static const struct mrq_host_ops host_ops = {
    .log = host_log, .follow = host_follow, .emit = host_emit};

/* ---- settings ------------------------------------------------------------------------------ */

static struct rig *of_settings(const struct mrq_settings *settings) {
    return (struct rig *)((char *)(uintptr_t)settings - offsetof(struct rig, settings));
}

static const struct mrq_option *option_of(const struct rig *rig, const char *key) {
    const struct mrq_option *option = rig->plugin->options;
    while (option->key && strcmp(option->key, key) != 0) {
        option++;
    }
    assert_non_null(option->key);
    return option;
}

static double setting_number(const struct mrq_settings *settings, const char *key) {
    const struct rig *rig = of_settings(settings);
    const struct mrq_option *option = option_of(rig, key);
    const struct {
        const char *key;
        double value;
    } ours[] = {{"poll_interval", rig->options.poll_interval},
                {"max_depth", rig->options.max_depth},
                {"max_folders", rig->options.max_folders},
                {"poll", rig->options.poll},
                {"follow_links", rig->options.follow_links}};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (strcmp(key, ours[i].key) == 0 && ours[i].value > 0) {
            return ours[i].value;
        }
    }
    return strcmp(option->preset, "false") == 0 ? 0 : atof(option->preset);
}

static size_t setting_count(const struct mrq_settings *settings, const char *key) {
    const struct rig *rig = of_settings(settings);
    assert_string_equal(key, "paths");
    size_t count = 0;
    while (rig->options.paths[count]) {
        count++;
    }
    return count;
}

static const char *setting_item(const struct mrq_settings *settings, const char *key,
                                size_t index) {
    assert_string_equal(key, "paths");
    return of_settings(settings)->options.paths[index];
}

static const struct mrq_settings_ops settings_ops = {
    .number = setting_number, .count = setting_count, .item = setting_item};

/* ---- health -------------------------------------------------------------------------------- */

static struct rig *of_report(struct mrq_report *report) {
    return (struct rig *)((char *)report - offsetof(struct rig, report));
}

static void report_number(struct mrq_report *report, const char *key, double value) {
    struct rig *rig = of_report(report);
    if (rig->key && strcmp(rig->key, key) == 0) {
        rig->number = value;
    }
}

static void report_item(struct mrq_report *report, const char *list, const char *name,
                        const char *state) {
    assert_string_equal(list, "folders");
    texts_add(&of_report(report)->states, mem_printf("%s=%s", name, state));
}

static void report_warning(struct mrq_report *report, const char *text) {
    texts_add(&of_report(report)->warnings, mem_dup(text));
}

static void report_broken(struct mrq_report *report, const char *text) {
    assert_non_null(text);
    of_report(report)->broken = true;
}

static const struct mrq_report_ops report_ops = {.number = report_number,
                                                 .item = report_item,
                                                 .warning = report_warning,
                                                 .broken = report_broken};

static void ask_health(struct rig *rig, const char *key) {
    texts_clear(&rig->states);
    texts_clear(&rig->warnings);
    rig->broken = false;
    rig->key = key;
    rig->number = -1;
    rig->plugin->health(rig->instance, &rig->report);
}

double rig_number(struct rig *rig, const char *key) {
    ask_health(rig, key);
    return rig->number;
}

bool rig_has_watches(struct rig *rig, unsigned count) {
    double watches = rig_number(rig, "watches");
    return watches < 0 || watches == count;
}

bool rig_has_option(const struct rig *rig, const char *key) {
    const struct mrq_option *option = rig->plugin->options;
    while (option->key && strcmp(option->key, key) != 0) {
        option++;
    }
    return option->key;
}

bool rig_has_state(struct rig *rig, const char *path, const char *state) {
    ask_health(rig, NULL);
    AUTOFREE char *text = mem_printf("%s=%s", path, state);
    for (size_t i = 0; i < rig->states.count; i++) {
        if (strcmp(rig->states.list[i], text) == 0) {
            return true;
        }
    }
    return false;
}

bool rig_warns(struct rig *rig, const char *text) {
    ask_health(rig, NULL);
    return texts_count(&rig->warnings, text) > 0;
}

bool rig_is_broken(struct rig *rig) {
    ask_health(rig, NULL);
    return rig->broken;
}

/* ---- the loop ------------------------------------------------------------------------------ */

static void handle_late(evutil_socket_t unused, short what, void *self) {
    (void)unused, (void)what;
    ((struct rig *)self)->late = true;
}

void rig_run(struct rig *rig, bool (*check)(struct rig *rig, const void *argument),
             const void *argument) {
    const struct timeval patience = {.tv_sec = RIG_PATIENCE_S};
    struct event *late = evtimer_new(rig->host.base, handle_late, rig);
    evtimer_add(late, &patience);
    rig->late = false;
    while (!check(rig, argument)) {
        if (rig->late) {
            fail_msg("what was waited for has not come");
        }
        event_base_loop(rig->host.base, EVLOOP_ONCE);
    }
    event_free(late);
}

void rig_turn(struct rig *rig) {
    event_base_loop(rig->host.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static bool was_emitted(struct rig *rig, const void *path) {
    return rig_count(rig, path, RIG_ANY) > 0;
}

void rig_wait_for(struct rig *rig, const char *path) {
    rig_run(rig, was_emitted, path);
}

static bool is_quiet(struct rig *rig, const void *unused) {
    (void)unused;
    return rig_number(rig, "scanning") == 0;
}

void rig_settle(struct rig *rig) {
    for (int i = 0; i < 2; i++) { /* events come in order, and scans make no new ones */
        const char *sentinel = disk_path("%s/sentinel-%u", rig->folder, rig->sentinels++);
        disk_write(sentinel);
        rig_wait_for(rig, sentinel);
        rig_run(rig, is_quiet, NULL);
    }
}

static bool was_logged(struct rig *rig, const void *text) {
    return rig_logged(rig, text) > 0;
}

void rig_wait_for_log(struct rig *rig, const char *text) {
    rig_run(rig, was_logged, text);
}

struct wanted_state {
    const char *path, *state;
};

static bool is_in_state(struct rig *rig, const void *argument) {
    const struct wanted_state *wanted = argument;
    return rig_has_state(rig, wanted->path, wanted->state);
}

void rig_wait_for_state(struct rig *rig, const char *path, const char *state) {
    const struct wanted_state wanted = {path, state};
    rig_run(rig, is_in_state, &wanted);
}

/* ---- what was emitted ---------------------------------------------------------------------- */

unsigned rig_count(const struct rig *rig, const char *path, enum rig_kind kind) {
    const struct emission *emission = emission_of(rig, path);
    if (!emission) {
        return 0;
    }
    return (kind == RIG_SCANNED ? 0 : emission->closed) +
           (kind == RIG_CLOSED ? 0 : emission->scanned);
}

const char *rig_root_of(const struct rig *rig, const char *path) {
    const struct emission *emission = emission_of(rig, path);
    return emission ? emission->root : NULL;
}

unsigned rig_emitted(const struct rig *rig) {
    return rig->emitted;
}

unsigned rig_paths(const struct rig *rig) {
    return rig->paths;
}

unsigned rig_folders(const struct rig *rig) {
    return rig->folders;
}

unsigned rig_in_lane(const struct rig *rig, enum mrq_lane lane) {
    return rig->lanes[lane];
}

void rig_forget(struct rig *rig) {
    for (size_t i = 0; i < RIG_BUCKETS; i++) {
        while (rig->buckets[i]) {
            struct emission *next = rig->buckets[i]->next;
            free(rig->buckets[i]->path);
            free(rig->buckets[i]->root);
            free(rig->buckets[i]);
            rig->buckets[i] = next;
        }
    }
    rig->emitted = rig->paths = rig->lanes[MRQ_LIVE] = rig->lanes[MRQ_BACKLOG] = 0;
}

void rig_pause_at(struct rig *rig, unsigned count) {
    rig->pause_at = count;
}

unsigned rig_logged(const struct rig *rig, const char *text) {
    return texts_count(&rig->log, text);
}

unsigned rig_followed(const struct rig *rig, const char *root) {
    unsigned count = 0;
    for (size_t i = 0; i < rig->followed.count; i++) {
        count += strcmp(rig->followed.list[i], root) == 0;
    }
    return count;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct rig *rig_create_in(char *folder, const struct rig_options *options) {
    void *library = dlopen(SOURCE_PLUGIN, RTLD_NOW | RTLD_LOCAL); /* stays: traces need names */
    if (!library) {
        fail_msg("%s", dlerror());
    }
    struct rig *rig = mem_new(struct rig);
    rig->plugin = dlsym(library, "mrq_plugin");
    rig->host = (struct mrq_host){.ops = &host_ops, .base = event_base_new(), .name = "test"};
    rig->settings.ops = &settings_ops;
    rig->report.ops = &report_ops;
    rig->folder = folder;
    rig->default_paths[0] = folder;
    if (options) {
        rig->options = *options;
    }
    if (!rig->options.paths) {
        rig->options.paths = rig->default_paths;
    }
    rig->instance = rig->plugin->open(&rig->host, &rig->settings);
    return rig;
}

struct rig *rig_create_with(const struct rig_options *options) {
    return rig_create_in(disk_create(), options);
}

struct rig *rig_create(void) {
    return rig_create_with(NULL);
}

void rig_start(struct rig *rig) {
    assert_non_null(rig->instance);
    assert_true(rig->plugin->start(rig->instance));
}

void rig_destroy(struct rig *rig) {
    if (rig->instance) {
        rig->plugin->stop(rig->instance);
    }
    rig->plugin->close(rig->instance);
    rig_forget(rig);
    texts_clear(&rig->log);
    texts_clear(&rig->followed);
    texts_clear(&rig->states);
    texts_clear(&rig->warnings);
    event_base_free(rig->host.base);
    disk_destroy(rig->folder);
    free(rig);
}

const char *rig_folder(const struct rig *rig) {
    return rig->folder;
}

const struct mrq_plugin *rig_plugin(const struct rig *rig) {
    return rig->plugin;
}

void *rig_instance(const struct rig *rig) {
    return rig->instance;
}
