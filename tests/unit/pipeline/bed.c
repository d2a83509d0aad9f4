/* SPDX-License-Identifier: Apache-2.0 */
/* A pipeline with scripted workers, a folder, and fakes of what it talks to. */
#include "bed.h"

#include "base/memory.h"
#include "keeper/keeper.h"
#include "tracking/tracking.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_S = 60 }; /* never how long it takes */

/* ---- what the pipeline talks to ---------------------------------------------------------- */

static void tell(struct bed *bed, const char *what, unsigned long long series, const char *name) {
    char *longer = mem_printf("%s%s %llu %s\n", bed->story, what, series, name);
    free(bed->story);
    bed->story = longer;
    bed->events++;
}

void tracking_answer(struct tracking *tracking, const struct tracking_file *file,
                     const struct protocol_answer *answer, const char *json, size_t length) {
    assert_int_equal(length, 2);
    assert_memory_equal(json, "{}", 2);
    tell((struct bed *)tracking, file->again ? "again" : "new", answer->series_key, file->name);
}

bool tracking_count(struct tracking *tracking, const struct tracking_file *file,
                    uint64_t series_key) {
    struct bed *bed = (struct bed *)tracking;
    if (series_key != bed->forgotten) {
        tell(bed, "count", series_key, file->name);
    }
    return series_key != bed->forgotten;
}

void tracking_error(struct tracking *tracking, const struct tracking_file *file,
                    const struct protocol_answer *answer, const char *message) {
    (void)answer;
    AUTOFREE char *text = mem_printf("%s: %s", file->name, message);
    tell((struct bed *)tracking, "error", 0, text);
}

void keeper_add_owner(struct keeper *keeper, keeper_collect collect, void *self) {
    struct bed *bed = (struct bed *)keeper;
    bed->collect = collect;
    bed->collect_self = self;
}

void keeper_mark(struct keeper *keeper) {
    (void)keeper; /* bed_stop() collects */
}

void keeper_put(struct keeper *keeper, const char *kind, const char *key, json_t *value) {
    struct bed *bed = (struct bed *)keeper;
    assert_string_equal(kind, PIPELINE_RECORD);
    if (value) {
        json_object_set_new(bed->saved, key, value);
    } else {
        json_object_del(bed->saved, key);
    }
}

static void handle_pause(void *self, enum mrq_lane lane, bool paused) {
    struct bed *bed = self;
    if (lane == MRQ_BACKLOG) {
        bed->held = paused;
        bed->was_held = bed->was_held || paused;
        return;
    }
    bed->paused = paused;
    bed->was_paused = bed->was_paused || paused;
}

/* ---- running ----------------------------------------------------------------------------- */

static void handle_deadline(evutil_socket_t fd, short events, void *self) {
    (void)fd;
    (void)events;
    struct bed *bed = self;
    fprintf(stderr, "%s", bed->story);
    fail_msg("nothing happens any more");
}

void bed_until(struct bed *bed, bool (*done)(struct bed *bed)) {
    struct event *deadline = evtimer_new(bed->base, handle_deadline, bed);
    const struct timeval wait = {.tv_sec = WAIT_S};
    evtimer_add(deadline, &wait);
    while (!done(bed)) {
        event_base_loop(bed->base, EVLOOP_ONCE);
    }
    event_free(deadline);
}

void bed_wait(struct bed *bed, int events) {
    struct event *deadline = evtimer_new(bed->base, handle_deadline, bed);
    const struct timeval wait = {.tv_sec = WAIT_S};
    evtimer_add(deadline, &wait);
    while (bed->events < events) {
        event_base_loop(bed->base, EVLOOP_ONCE);
    }
    event_free(deadline);
}

long long bed_health(struct bed *bed, const char *path) {
    json_auto_t *health = json_object(), *warnings = json_array();
    pipeline_health(bed->pipeline, health, warnings);
    json_object_set(health, "warnings", warnings);
    AUTOFREE char *copy = mem_dup(path);
    const json_t *value = health;
    for (char *rest = copy, *key; (key = strsep(&rest, "."));) {
        value = json_object_get(value, key);
    }
    assert_non_null(value);
    return json_is_array(value)     ? (long long)json_array_size(value)
           : json_is_boolean(value) ? json_is_true(value)
                                    : json_integer_value(value);
}

static bool is_settled(struct bed *bed) {
    static const char *const queues[] = {"queues.live", "queues.backlog", "queues.checking",
                                         "queues.held", "queues.settling"};
    long long files = 0;
    for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
        files += bed_health(bed, queues[i]);
    }
    return files == 0;
}

void bed_settle(struct bed *bed) {
    bed_until(bed, is_settled);
}

static bool is_ready(struct bed *bed) {
    return bed_health(bed, "workers.ready") == (long long)bed->settings.workers;
}

int bed_told(const struct bed *bed, const char *text) {
    int count = 0;
    for (const char *at = bed->story; (at = strstr(at, text)); at++) {
        count++;
    }
    return count;
}

/* ---- files ------------------------------------------------------------------------------- */

static char *path_of(const struct bed *bed, const char *name) {
    return mem_printf("%s/%s", bed->root, name);
}

void bed_write(struct bed *bed, const char *name, const char *text) {
    AUTOFREE char *path = path_of(bed, name);
    for (char *slash = path + strlen(bed->root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

void bed_close(struct bed *bed, const char *name) {
    bed_close_in(bed, bed->root, name);
}

void bed_close_in(struct bed *bed, const char *root, const char *name) {
    AUTOFREE char *path = path_of(bed, name);
    pipeline_emit(bed->pipeline, &(struct mrq_found){.root = root, .path = path});
}

void bed_scan(struct bed *bed, const char *name) {
    AUTOFREE char *path = path_of(bed, name);
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    pipeline_emit(
        bed->pipeline,
        &(struct mrq_found){.root = bed->root, .path = path, .stat = &status, .lane = MRQ_BACKLOG});
}

void bed_write_and_close(struct bed *bed, const char *name, const char *text) {
    bed_write(bed, name, text);
    bed_close(bed, name);
}

/* ---- life -------------------------------------------------------------------------------- */

void bed_start(struct bed *bed) {
    bed->base = event_base_new();
    bed->pipeline = pipeline_create(bed->base, &bed->settings, (struct tracking *)bed,
                                    (struct keeper *)bed, handle_pause, bed);
    const char *key;
    json_t *value;
    json_object_foreach(bed->saved, key, value) {
        pipeline_restore(bed->pipeline, key, value);
    }
    assert_true(pipeline_start(bed->pipeline));
    bed->policy.source = "bed";
    pipeline_follow(bed->pipeline, bed->root, &bed->policy);
    bed_until(bed, is_ready);
}

struct bed *bed_create(void (*changes)(struct pipeline_settings *settings)) {
    static const char *const wanted[] = {"*.dcm", NULL};
    struct bed *bed = mem_new(struct bed);
    bed->settings = (struct pipeline_settings){
        .wanted = wanted,
        .workers = 2,
        .worker_timeout_ms = 1000,
        .settle_ms = 100,
        .hold_ms = 250,
        .queue = 1000,
        .record = 1000,
        .worker = SCRIPTED_WORKER,
        .settings = "{\"checkers\": [{\"name\": \"good\"}, {\"name\": \"bad\"}]}",
    };
    if (changes) {
        changes(&bed->settings);
    }
    bed->story = mem_dup("");
    bed->saved = json_object();
    strcpy(bed->root, "/dev/shm/mrqart-pipeline-XXXXXX");
    assert_non_null(mkdtemp(bed->root));
    bed_start(bed);
    return bed;
}

void bed_stop(struct bed *bed) {
    bed->collect(bed->collect_self);
    pipeline_destroy(bed->pipeline);
    event_base_free(bed->base);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where) {
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

void bed_destroy(struct bed *bed) {
    bed_stop(bed);
    nftw(bed->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(bed->story);
    json_decref(bed->saved);
    free(bed);
}
