/* SPDX-License-Identifier: Apache-2.0 */
/* source-poll: folders whose times tell or lie, that move, vanish and come back. */
#include "world.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *in(const struct world *world, const char *name) {
    return disk_path("%s/%s", world->folder, name);
}

static struct world *begun(const struct scan_options *options) {
    struct world *world = world_create();
    world_begin(world, options);
    world_run(world, 0);
    return world;
}

static enum scan_state state_of(const struct world *world) {
    return world_last(world, RECORD_STATE)->head.state;
}

static void a_change_within_the_same_tick_of_folder_times_is_found(void **state) {
    (void)state;
    const struct scan_options options = world_options();
    struct world *world = begun(&options);
    world->timeless = true; /* as within one tick: they stay what they are */
    disk_write(in(world, "a.dcm"));
    world_run(world, 2000);
    disk_write(in(world, "b.dcm"));
    world_run(world, 6000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 2);
    assert_int_equal(world_count(world, RECORD_FAULT, NULL), 0);
    world_destroy(world);
}

static void folders_that_keep_no_times_are_told_of_and_read_at_the_slow_pace(void **state) {
    (void)state;
    const struct scan_options options = world_options();
    struct world *world = world_create();
    world->timeless = true;
    world_begin(world, &options);
    world_run(world, 10000);
    disk_write(in(world, "a.dcm"));
    world_run(world, 60000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 0); /* the price of trust */
    world_run(world, SCAN_FULL_MS);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    assert_int_equal(world_count(world, RECORD_FAULT, NULL), 1);
    assert_int_equal(world_last(world, RECORD_FAULT)->head.fault, FAULT_LIES);
    world_destroy(world);
}

static void folders_that_are_not_trusted_are_read_each_time(void **state) {
    (void)state;
    struct scan_options options = world_options();
    options.trust_folder_times = false;
    struct world *world = world_create();
    world->timeless = true;
    world_begin(world, &options);
    world_run(world, 60000);
    disk_write(in(world, "a.dcm"));
    world_run(world, 4000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    assert_int_equal(world_count(world, RECORD_FAULT, NULL), 0);
    world_destroy(world);
}

static void a_folder_moved_in_with_older_files_is_reported_as_new(void **state) {
    (void)state;
    char *elsewhere = disk_create();
    disk_folder(disk_path("%s/d/e", elsewhere));
    disk_write(disk_path("%s/d/e/a.dcm", elsewhere));
    const struct scan_options options = world_later();
    struct world *world = begun(&options);
    disk_rename(disk_path("%s/d", elsewhere), in(world, "d"));
    world_run(world, 4000);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "d/e/a.dcm")), 1);
    assert_int_equal(world_last(world, RECORD_FILE)->head.flags, RECORD_MOVED);
    assert_int_equal(world_count(world, RECORD_FOLDER, in(world, "d")), 1);
    disk_destroy(elsewhere);
    world_destroy(world);
}

static void a_folder_renamed_below_the_root_holds_nothing_new(void **state) {
    (void)state;
    struct world *world = world_create();
    const struct scan_options options = world_later();
    disk_folder(in(world, "a"));
    disk_write(in(world, "a/old.dcm"));
    world_begin(world, &options);
    world_run(world, 10000);
    disk_rename(in(world, "a"), in(world, "z"));
    world_run(world, 6000);
    disk_rename(in(world, "z"), in(world, "0")); /* the other way round in the order of names */
    world_run(world, 6000);
    const struct told *told = world_last(world, RECORD_FILE);
    assert_string_equal(told->path, in(world, "0/old.dcm"));
    assert_int_equal(told->head.flags & RECORD_MOVED, 0); /* so that its age decides */
    world_destroy(world);
}

enum { LONG = 400, LONG_CHANGES = 150 }; /* folders; looks after which something happens */

static void change_meanwhile(struct world *world) {
    if (world->looks == LONG_CHANGES) {
        disk_write(in(world, "live.dcm"));
        disk_folder(in(world, "new"));
        disk_write(in(world, "new/live.dcm"));
        for (int i = 0; i < LONG; i += 2) { /* some of which have not been looked at */
            disk_remove(disk_path("%s/%d", world->folder, i));
        }
    }
}

static void in_a_long_first_scan_the_newest_folders_are_looked_at_again(void **state) {
    (void)state;
    struct world *world = world_create();
    const struct scan_options options = world_options();
    for (int i = 0; i < LONG; i++) {
        disk_folder(disk_path("%s/%d", world->folder, i));
    }
    world->slow_ms = 100;
    world->looked = change_meanwhile;
    world_begin(world, &options);
    scan_work(world->scan);
    assert_int_equal(world_last(world, RECORD_STATE)->head.counts.rounds, 1);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "live.dcm")), 1);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "new/live.dcm")), 1);
    world->slow_ms = 0;
    world_run(world, 10000);
    assert_int_equal(world_last(world, RECORD_STATE)->head.counts.folders, LONG / 2 + 2);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 2);
    world_destroy(world);
}

static void a_folder_removed_and_made_again_is_read_again(void **state) {
    (void)state;
    const struct scan_options options = world_options();
    struct world *world = begun(&options);
    for (unsigned i = 1; i <= 5; i++) {
        disk_folder(in(world, "a/b"));
        disk_write(disk_path("%s/a/b/%u.dcm", world->folder, i));
        world_run(world, 6000);
        assert_int_equal(world_count(world, RECORD_FILE, NULL), i);
        disk_remove(in(world, "a"));
    }
    world_run(world, 6000);
    assert_int_equal(world_last(world, RECORD_STATE)->head.counts.folders, 1);
    world_destroy(world);
}

static void a_root_that_fails_for_a_while_is_gone_and_nothing_is_doubled(void **state) {
    (void)state;
    static const int errors[] = {ENOENT, ESTALE, EIO, ENOTCONN};
    const struct scan_options options = world_options();
    struct world *world = begun(&options);
    disk_folder(in(world, "d"));
    disk_write(in(world, "d/a.dcm"));
    world_run(world, 10000);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        world->failing = errors[i];
        world_run(world, 10000);
        assert_int_equal(state_of(world), SCAN_GONE);
        assert_int_equal(world_last(world, RECORD_STATE)->head.error, errors[i]);
        world->failing = 0;
        world_run(world, 10000);
        assert_int_equal(state_of(world), SCAN_POLLED);
    }
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    world_destroy(world);
}

static void a_mount_that_is_taken_away_leaves_no_bare_folder_to_be_scanned(void **state) {
    (void)state;
    const struct scan_options options = world_options();
    struct world *world = world_create();
    disk_folder(in(world, "d"));
    disk_write(in(world, "d/a.dcm"));
    world->mounted = true;
    world_begin(world, &options);
    world_run(world, 10000);
    char *away = disk_create();
    disk_rename(in(world, "d"), disk_path("%s/d", away));
    world->mounted = false;
    world->device = 7;
    world_run(world, 10000);
    assert_int_equal(state_of(world), SCAN_UNMOUNTED);
    disk_rename(disk_path("%s/d", away), in(world, "d"));
    disk_write(in(world, "d/b.dcm"));
    world->mounted = true;
    world->device = 8; /* mounted anew, all numbers may be others */
    world->shift = 1000000;
    world_run(world, 10000);
    assert_int_equal(state_of(world), SCAN_POLLED);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "d/a.dcm")), 1);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "d/b.dcm")), 1);
    assert_int_equal(world_last(world, RECORD_FILE)->head.flags & RECORD_MOVED, 0);
    disk_destroy(away);
    world_destroy(world);
}

static void a_root_that_was_never_there_is_waited_for(void **state) {
    (void)state;
    const struct scan_options options = world_options();
    struct world *world = world_create();
    world->failing = ENOENT;
    world_begin(world, &options);
    world_run(world, 5000);
    assert_int_equal(state_of(world), SCAN_WAITING);
    assert_true(scan_is_missing(world->scan));
    world->failing = 0;
    disk_write(in(world, "a.dcm"));
    world_run(world, 5000);
    assert_int_equal(state_of(world), SCAN_POLLED);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    world_destroy(world);
}

static void folders_too_deep_or_too_many_are_told_once(void **state) {
    (void)state;
    struct scan_options options = world_options();
    options.max_depth = 3;
    options.max_folders = 10;
    struct world *world = begun(&options);
    disk_folder(in(world, "1/2/3/4/5"));
    disk_write(in(world, "1/2/3/a.dcm"));
    disk_write(in(world, "1/2/3/4/b.dcm"));
    world_run(world, 20000);
    for (unsigned i = 0; i < 20; i++) {
        disk_folder(disk_path("%s/many/%u", world->folder, i));
    }
    world_run(world, 20000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    assert_int_equal(world_count(world, RECORD_FAULT, NULL), 2);
    world_destroy(world);
}

static void signs_of_life_come_in_time(void **state) {
    (void)state;
    struct scan_options options = world_options();
    options.interval_ms = 3600000;
    struct world *world = begun(&options);
    for (unsigned i = 0; i < 100; i++) {
        world->told_count = 0;
        world_run(world, 1001);
        assert_int_equal(world_count(world, RECORD_STATE, NULL), 1);
    }
    world_destroy(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_within_the_same_tick_of_folder_times_is_found),
        cmocka_unit_test(folders_that_keep_no_times_are_told_of_and_read_at_the_slow_pace),
        cmocka_unit_test(folders_that_are_not_trusted_are_read_each_time),
        cmocka_unit_test(a_folder_moved_in_with_older_files_is_reported_as_new),
        cmocka_unit_test(a_folder_renamed_below_the_root_holds_nothing_new),
        cmocka_unit_test(in_a_long_first_scan_the_newest_folders_are_looked_at_again),
        cmocka_unit_test(a_folder_removed_and_made_again_is_read_again),
        cmocka_unit_test(a_root_that_fails_for_a_while_is_gone_and_nothing_is_doubled),
        cmocka_unit_test(a_mount_that_is_taken_away_leaves_no_bare_folder_to_be_scanned),
        cmocka_unit_test(a_root_that_was_never_there_is_waited_for),
        cmocka_unit_test(folders_too_deep_or_too_many_are_told_once),
        cmocka_unit_test(signs_of_life_come_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
