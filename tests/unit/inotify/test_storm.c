/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify and source-fanotify: whatever happens in whatever order, in the end the tree is as
 * the disk is. */
#include "base/memory.h"
#include "disk.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    STORMS = 24,
    STEPS = 200,
    NAMES = 4,
    DEEPEST = 4,
    FLOOD = 20000, /* events: more than fs.inotify.max_queued_events */
};

/** A generator of its own, so that a failure comes back with the same seed (xorshift). */
static unsigned draw(unsigned *seed, unsigned below) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % below;
}

/** A folder's path that may exist or not: few names, so that they meet often. */
static const char *some_folder(unsigned *seed, const char *root) {
    char path[64] = "";
    size_t length = 0;
    for (unsigned depth = 1 + draw(seed, DEEPEST); depth > 0; depth--) {
        length += (size_t)snprintf(path + length, sizeof(path) - length, "/%c",
                                   (char)('a' + draw(seed, NAMES)));
    }
    return disk_path("%s%s", root, path);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *unused) {
    (void)about, (void)type, (void)unused;
    return remove(path);
}

static void step(unsigned *seed, const char *root, const char *elsewhere, unsigned number) {
    const char *folder = some_folder(seed, root);
    switch (draw(seed, 8)) {
    case 0:
    case 1:
        mkdir(folder, 0755);
        break;
    case 2:
        rename(folder, some_folder(seed, root)); /* also over an empty one, or into itself */
        break;
    case 3:
        rename(folder, some_folder(seed, elsewhere));
        break;
    case 4:
        rename(some_folder(seed, elsewhere), folder);
        break;
    case 5:
        if (draw(seed, 4) == 0) {
            nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        }
        break;
    default: {
        FILE *file = fopen(disk_path("%s/%u.dcm", folder, number), "w");
        if (file) {
            fclose(file);
        }
    }
    }
}

/** Fills the kernel's queue, so that what comes next is not told by any event. */
static void flood(struct rig *rig) {
    /* inotify merges an event with the one before it, fanotify with any of the same name */
    unsigned names = rig_number(rig, "watches") < 0 ? FLOOD : 2;
    for (unsigned i = 0; i < FLOOD; i++) {
        const char *path = disk_path("%s/flood-%u", rig_folder(rig), i % names);
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    }
}

static struct rig *checked; /* nftw() has no argument for its caller; set before each walk */
static unsigned folders, probes;

static int check_one(const char *path, const struct stat *about, int type, struct FTW *unused) {
    (void)about, (void)unused;
    if (type == FTW_F && strstr(path, ".dcm") && rig_count(checked, path, RIG_ANY) == 0) {
        fail_msg("%s was never reported", path);
    }
    return 0;
}

static int probe_one(const char *path, const struct stat *about, int type, struct FTW *unused) {
    (void)about, (void)unused;
    if (type == FTW_D) {
        folders++;
        disk_write(disk_path("%s/probe", path));
    }
    return 0;
}

static int check_probe(const char *path, const struct stat *about, int type, struct FTW *at) {
    (void)about;
    if (type == FTW_F && strcmp(path + at->base, "probe") == 0) {
        probes++;
        assert_int_equal(rig_count(checked, path, RIG_CLOSED), 1);
    }
    return 0;
}

static bool has_all_watches(struct rig *rig, const void *unused) {
    (void)unused;
    return rig_has_watches(rig, folders);
}

static bool has_overflowed(struct rig *rig, const void *unused) {
    (void)unused;
    return rig_number(rig, "overflows") > 0;
}

static void storm(unsigned seed, bool flooded) {
    print_message("seed %u\n", seed);
    const struct rig_options options = {.poll_interval = 0.1};
    struct rig *rig = rig_create_with(&options);
    char *elsewhere = disk_create();
    rig_start(rig);
    for (unsigned i = 0; i < STEPS; i++) {
        step(&seed, rig_folder(rig), elsewhere, i);
        if (flooded && i == STEPS / 2) {
            flood(rig);
        }
        bool deaf = flooded && i >= STEPS / 2;
        if (!deaf && draw(&seed, 6) == 0) {
            rig_turn(rig);
        }
    }
    if (flooded) {
        rig_run(rig, has_overflowed, NULL);
    }
    rig_settle(rig);
    checked = rig;
    folders = probes = 0;
    nftw(rig_folder(rig), check_one, 16, FTW_PHYS);
    rig_forget(rig);
    nftw(rig_folder(rig), probe_one, 16, FTW_PHYS);
    rig_settle(rig);
    nftw(rig_folder(rig), check_probe, 16, FTW_PHYS);
    assert_int_equal(probes, folders);
    rig_run(rig, has_all_watches, NULL); /* once what has left is forgotten */
    disk_destroy(elsewhere);
    rig_destroy(rig);
}

static void after_any_storm_every_file_was_told_and_every_path_is_right(void **state) {
    (void)state;
    for (unsigned seed = 1; seed <= STORMS; seed++) {
        storm(seed * 7919, seed % 4 == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_any_storm_every_file_was_told_and_every_path_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
