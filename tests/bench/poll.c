/* SPDX-License-Identifier: Apache-2.0 */
/* bench-poll: what a scan of source-poll costs on a folder in which nothing changes. */
#include "scan.h"
#include <stdio.h>
#include <time.h>

enum { ROUND_MS = 2000, ROUNDS = 80 };

struct bench {
    int64_t now_ms; /* of the scan: turned by hand, so that no one waits */
    unsigned looks;
    struct scan_counts counts;
};

static int64_t bench_now_ms(void *self) {
    return ((struct bench *)self)->now_ms;
}

static bool bench_look(void *self, const char *path, bool fresh, struct scan_look *look) {
    (void)fresh;
    ((struct bench *)self)->looks++;
    look->mount = false;
    return lstat(path, &look->about) == 0;
}

static void bench_tell(void *self, const struct record *head, const char *path) {
    (void)path;
    if (head->kind == RECORD_STATE) {
        ((struct bench *)self)->counts = head->counts;
    }
}

static bool bench_follow(void *self, const char *path, enum follow_what what) {
    (void)self, (void)path, (void)what;
    return false;
}

static bool bench_held(void *self) {
    (void)self;
    return false;
}

static double time_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/** One round, by the clock of the wall; looks: how often something was asked for. */
static void measure(struct scan *scan, struct bench *bench, const char *what) {
    bench->now_ms += ROUND_MS;
    bench->looks = 0;
    double start = time_ms();
    scan_work(scan);
    printf("%s %.2f ms, %u looks\n", what, time_ms() - start, bench->looks);
}

static void run(const char *folder, bool trust) {
    struct bench bench = {.now_ms = 1};
    const struct scan_world world = {.self = &bench,
                                     .now_ms = bench_now_ms,
                                     .look = bench_look,
                                     .tell = bench_tell,
                                     .follow = bench_follow,
                                     .held = bench_held};
    const struct scan_options options = {.interval_ms = ROUND_MS,
                                         .settle_ms = ROUND_MS,
                                         .alive_ms = 1000,
                                         .trust_folder_times = trust,
                                         .max_depth = 128,
                                         .max_folders = UINT64_MAX,
                                         .max_files = UINT64_MAX};
    struct scan *scan = scan_create(&world, &options, folder);
    printf("%s\n", trust ? "folder times trusted" : "not trusted");
    measure(scan, &bench, "first scan");
    for (unsigned i = 0; i < 5; i++) { /* past the doubt about folder times */
        bench.now_ms += ROUND_MS;
        scan_work(scan);
    }
    measure(scan, &bench, "files are recent");
    bench.now_ms += SCAN_RECENT_MS;
    for (unsigned i = 0; i < ROUNDS; i++) { /* past the slow pace, 2,000 entries a round */
        bench.now_ms += ROUND_MS;
        scan_work(scan);
    }
    measure(scan, &bench, "files are old");
    printf("%llu folders, %llu files\n", (unsigned long long)bench.counts.folders,
           (unsigned long long)bench.counts.files);
    scan_destroy(scan);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fputs("usage: bench-poll FOLDER\n\nPrints what a scan costs while nothing changes.\n",
              stderr);
        return 2;
    }
    run(argv[1], true);
    run(argv[1], false);
    return 0;
}
