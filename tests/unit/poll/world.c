/* SPDX-License-Identifier: Apache-2.0 */
/* A world for scans: real folders, a clock that is turned by hand, and file systems that lie. */
#include "world.h"
#include "base/memory.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static int64_t now_ms(void *self) {
    return ((struct world *)self)->now_ms;
}

static bool look(void *self, const char *path, bool fresh, struct scan_look *seen) {
    (void)fresh;
    struct world *world = self;
    world->looks++;
    world->now_ms += world->slow_ms;
    if (world->looked) {
        world->looked(world);
    }
    errno = world->failing;
    if (errno || lstat(path, &seen->about) < 0) {
        return false;
    }
    seen->mount = world->mounted && strcmp(path, world->folder) == 0;
    seen->about.st_dev += world->device;
    seen->about.st_ino += world->shift;
    if (world->timeless && S_ISDIR(seen->about.st_mode)) {
        seen->about.st_mtim = seen->about.st_ctim = (struct timespec){0};
    }
    return true;
}

static bool leads(void *self, const char *path) {
    (void)path;
    return !((struct world *)self)->hanging;
}

static void tell(void *self, const struct record *head, const char *path) {
    struct world *world = self;
    if (head->kind == RECORD_STATE && world->told_count > 0 &&
        world->told[world->told_count - 1].head.kind == RECORD_STATE) {
        world->told_count--; /* the last one in a row is all that tests look at */
    }
    assert_in_range(world->told_count, 0, WORLD_TOLD - 1);
    struct told *told = &world->told[world->told_count++];
    told->head = *head;
    strcpy(told->path, path);
}

static bool follow(void *self, const char *path, enum follow_what what) {
    const struct record head = {.kind = RECORD_FOLLOW,
                                .flags = what == FOLLOW_FILES ? RECORD_FILES : 0};
    tell(self, &head, path);
    return !((struct world *)self)->refuse;
}

static bool held(void *self) {
    return ((struct world *)self)->held;
}

struct scan_options world_options(void) {
    return (struct scan_options){
        .interval_ms = 2000,
        .settle_ms = 2000,
        .alive_ms = 1000,
        .trust_folder_times = true,
        .max_depth = 128,
        .max_folders = 1000,
        .max_files = 1000,
    };
}

struct scan_options world_later(void) {
    struct scan_options options = world_options();
    clock_gettime(CLOCK_REALTIME, &options.followed);
    options.followed.tv_sec++;
    return options;
}

struct world *world_create(void) {
    struct world *world = mem_new(struct world);
    world->folder = disk_create();
    world->now_ms = 1000000;
    return world;
}

void world_begin(struct world *world, const struct scan_options *options) {
    const struct scan_world given = {.self = world,
                                     .now_ms = now_ms,
                                     .look = look,
                                     .leads = leads,
                                     .tell = tell,
                                     .follow = follow,
                                     .held = held};
    world->scan = scan_create(&given, options, world->folder);
}

void world_destroy(struct world *world) {
    scan_destroy(world->scan);
    disk_destroy(world->folder);
    free(world);
}

void world_run(struct world *world, unsigned ms) {
    int64_t end_ms = world->now_ms + ms;
    for (;;) {
        unsigned due_ms = scan_work(world->scan);
        if (world->now_ms + due_ms > end_ms) {
            break;
        }
        world->now_ms += due_ms;
    }
    world->now_ms = end_ms;
}

unsigned world_count(const struct world *world, enum record_kind kind, const char *path) {
    unsigned count = 0;
    for (unsigned i = 0; i < world->told_count; i++) {
        const struct told *told = &world->told[i];
        count += told->head.kind == kind && (!path || strcmp(told->path, path) == 0);
    }
    return count;
}

const struct told *world_last(const struct world *world, enum record_kind kind) {
    for (unsigned i = world->told_count; i-- > 0;) {
        if (world->told[i].head.kind == kind) {
            return &world->told[i];
        }
    }
    return NULL;
}
