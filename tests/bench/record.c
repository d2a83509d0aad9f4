/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the record of a year costs: FILES files in FOLDERS folders, in simulated time, through the
 * interface that the pipeline uses. usage: bench-record STATE-FOLDER FILES FOLDERS
 */
#include "base/memory.h"
#include "keeper/keeper.h"
#include "pipeline/pipeline.h"
#include "pipeline/seen.h"
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RECORD = 200000, QUIET = 500000, COLLECT_FOLDERS = 10 };

static const int64_t SECOND_NS = 1000000000;

static void handle_forget(void *self, uint64_t root, int64_t newest_ns) {
    (void)root;
    (void)newest_ns;
    ++*(unsigned *)self;
}

static enum seen_need handle_need(void *self, uint64_t root, uint64_t folder) {
    (void)self;
    (void)root;
    (void)folder;
    return SEEN_FREE;
}

static int64_t handle_since(void *self, uint64_t root) {
    (void)self;
    (void)root;
    return SECOND_NS;
}

static uint64_t mix(uint64_t number) {
    number = (number + 1) * 0x9e3779b97f4a7c15ULL;
    return number ^ number >> 29;
}

/* of a processor: what else the machine does is not ours */
static double cpu_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double memory_mb(void) {
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%*d %ld", &pages) != 1) {
        errx(1, "bench-record: no /proc/self/statm");
    }
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static struct seen *create(unsigned *forgotten) {
    return seen_create(
        &(struct seen_bounds){.files = RECORD, .folders = QUIET, .quiet_ns = 600 * SECOND_NS},
        &(struct seen_owner){.self = forgotten,
                             .forget = handle_forget,
                             .need = handle_need,
                             .since = handle_since});
}

static void put(void *self, const char *key, json_t *value) {
    if (value) {
        json_object_set_new(self, key, value);
    } else {
        json_object_del(self, key);
    }
}

/* A folder a few minutes after the other. */
static void live_a_year(struct seen *seen, unsigned files, unsigned folders, json_t *saved) {
    int64_t now_ns = 1700000000 * SECOND_NS, step_ns = 31536000 * SECOND_NS / files;
    for (unsigned file = 0; file < files; file++, now_ns += step_ns) {
        unsigned folder = file / (files / folders);
        const struct seen_place place = {9, mix(folder), mix(1000000000ULL + file)};
        const struct seen_file what = {
            .key = place.key, .identity = mix(file), .series = folder + 2, .proof_ns = now_ns};
        seen_note(seen, &place, &what, &(struct seen_times){now_ns, now_ns});
        if (file % (files / folders * COLLECT_FOLDERS) == 0) {
            seen_collect(seen, put, saved);
        }
    }
    seen_collect(seen, put, saved);
}

/* As the keeper writes the state file anew. */
static double write_state(const char *folder, json_t *saved) {
    AUTOFREE char *path = mem_printf("%s/state.jsonl", folder);
    FILE *file = fopen(path, "w");
    if (!file) {
        err(1, "bench-record: %s", path);
    }
    const char *key;
    json_t *value;
    fprintf(file, "{\"format\":1}\n");
    json_object_foreach(saved, key, value) {
        AUTOFREE char *text = json_dumps(value, JSON_COMPACT);
        fprintf(file, "{\"put\":[\"" PIPELINE_RECORD "\",\"%s\",%s]}\n", key, text);
    }
    fprintf(file, "{\"commit\":%zu}\n", json_object_size(saved));
    double mb = (double)ftell(file) / 1e6;
    fclose(file);
    return mb;
}

static bool handle_record(void *self, const char *kind, const char *key, const json_t *value) {
    (void)kind;
    if (!seen_restore(self, key, value)) {
        errx(1, "bench-record: %s does not come back", key);
    }
    return true;
}

/* What it takes to live through a year, and the size of what is saved at its end. */
static void make(const char *folder, unsigned files, unsigned folders) {
    unsigned forgotten = 0;
    json_t *saved = json_object();
    struct seen *seen = create(&forgotten);
    double began = cpu_ms();
    live_a_year(seen, files, folders, saved);
    double took_us = (cpu_ms() - began) * 1e3;
    printf("%.3f %.1f %u ", took_us / files, write_state(folder, saved), forgotten);
    fflush(stdout);
    seen_destroy(seen);
    json_decref(saved);
}

/* What it takes to begin with it. */
static bool load(const char *folder) {
    unsigned forgotten = 0;
    double memory = memory_mb(), began = cpu_ms();
    struct seen *seen = create(&forgotten);
    bool good = keeper_load(folder, handle_record, seen);
    printf("%.1f %.1f %zu %zu\n", cpu_ms() - began, memory_mb() - memory, seen_count(seen),
           seen_quiet_count(seen));
    seen_destroy(seen);
    return good;
}

int main(int argc, char **argv) {
    if (argc != 4) {
        errx(2, "usage: bench-record STATE-FOLDER FILES FOLDERS");
    }
    fflush(stdout);
    pid_t year = fork(); /* the memory of the one shall not serve the other */
    if (year == 0) {
        make(argv[1], (unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
        return 0;
    }
    int status;
    if (year < 0 || waitpid(year, &status, 0) != year || status != 0) {
        errx(1, "bench-record: the year did not come to its end");
    }
    return load(argv[1]) ? 0 : 1;
}
