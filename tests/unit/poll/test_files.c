/* SPDX-License-Identifier: Apache-2.0 */
/* source-poll: files that are written, rewritten, and have to settle. */
#include "world.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char *in(const struct world *world, const char *name) {
    return disk_path("%s/%s", world->folder, name);
}

static struct world *begun(void) {
    struct world *world = world_create();
    const struct scan_options options = world_options();
    world_begin(world, &options);
    world_run(world, 0);
    return world;
}

/** Sets the time of a file, or of a folder: seconds since 1970. */
static void set_time(const char *path, time_t seconds) {
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void a_file_is_reported_once_when_it_has_been_the_same_for_settle(void **state) {
    (void)state;
    struct world *world = begun();
    disk_write(in(world, "a.dcm"));
    world_run(world, 3999); /* 2 s to the next round, 2 s to settle */
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 0);
    world_run(world, 1);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "a.dcm")), 1);
    const struct told *told = world_last(world, RECORD_FILE);
    assert_int_equal(told->head.root_bytes, strlen(world->folder));
    assert_int_equal(told->head.about.st_size, 4);
    assert_int_equal(told->head.flags, 0);
    world_run(world, 2 * SCAN_FULL_MS);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    world_destroy(world);
}

static void a_file_that_grows_is_not_reported_before_it_rests(void **state) {
    (void)state;
    struct world *world = begun();
    int fd = disk_open(in(world, "a.dcm"));
    for (unsigned i = 0; i < 20; i++) {
        world_run(world, 1900);
        assert_int_equal(write(fd, "more", 4), 4);
        assert_int_equal(world_count(world, RECORD_FILE, NULL), 0);
    }
    close(fd);
    world_run(world, 4000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    assert_int_equal(world_last(world, RECORD_FILE)->head.about.st_size, 84);
    world_destroy(world);
}

static void a_file_rewritten_in_place_is_reported_each_time(void **state) {
    (void)state;
    struct world *world = begun();
    for (unsigned i = 1; i <= 3; i++) {
        disk_write(in(world, "a.dcm"));
        set_time(in(world, "a.dcm"), 1000 * (time_t)i);
        world_run(world, 6000);
        assert_int_equal(world_count(world, RECORD_FILE, NULL), i);
    }
    world_destroy(world);
}

static void an_old_file_rewritten_in_place_is_found_at_the_slow_pace(void **state) {
    (void)state;
    struct world *world = begun();
    disk_write(in(world, "a.dcm"));
    world_run(world, SCAN_RECENT_MS + 10000);
    unsigned before = world->looks;
    world_run(world, 2000);
    assert_in_range(world->looks - before, 1, 3); /* the folder, not the file */
    set_time(in(world, "a.dcm"), 1000);
    world_run(world, SCAN_FULL_MS + 10000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 2);
    world_destroy(world);
}

static void a_file_that_was_old_at_the_start_is_looked_at_at_the_slow_pace(void **state) {
    (void)state;
    struct world *world = world_create();
    struct scan_options options = world_later();
    options.followed.tv_sec += SCAN_RECENT_MS / 1000;
    disk_write(in(world, "a.dcm"));
    world_begin(world, &options);
    world_run(world, 10000);
    unsigned looks = world->looks;
    world_run(world, 2000);
    assert_int_equal(world->looks, looks + 2); /* at the folder: as a root, and as one of all */
    disk_age(in(world, "a.dcm"));
    disk_write(in(world, "a.dcm"));
    world_run(world, SCAN_FULL_MS + 10000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 2);
    world_destroy(world);
}

static void a_file_that_takes_the_place_of_another_is_reported(void **state) {
    (void)state;
    struct world *world = begun();
    disk_write(in(world, "a.dcm"));
    world_run(world, SCAN_RECENT_MS + 10000);
    disk_write(in(world, "b"));
    disk_rename(in(world, "b"), in(world, "a.dcm"));
    world_run(world, 6000);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "a.dcm")), 2);
    world_destroy(world);
}

static void what_was_there_is_backlog_and_what_comes_or_changes_is_live(void **state) {
    (void)state;
    struct world *world = world_create();
    const struct scan_options options = world_later();
    disk_write(in(world, "old.dcm"));
    disk_write(in(world, "growing.dcm"));
    world_begin(world, &options);
    world_run(world, 0);
    set_time(in(world, "growing.dcm"), 1000);
    world_run(world, 2000);
    assert_int_equal(world_last(world, RECORD_FILE)->head.flags, RECORD_BACKLOG);
    assert_string_equal(world_last(world, RECORD_FILE)->path, in(world, "old.dcm"));
    world_run(world, 4000);
    assert_string_equal(world_last(world, RECORD_FILE)->path, in(world, "growing.dcm"));
    assert_int_equal(world_last(world, RECORD_FILE)->head.flags & RECORD_BACKLOG, 0);
    world_destroy(world);
}

static void what_was_written_since_we_follow_is_no_backlog(void **state) {
    (void)state;
    struct world *world = world_create();
    const struct scan_options options = world_options(); /* that is, since 1970 */
    disk_write(in(world, "first.dcm"));
    world_begin(world, &options);
    world_run(world, 4000);
    assert_int_equal(world_last(world, RECORD_FILE)->head.flags, 0);
    world_destroy(world);
}

static void while_the_backlog_is_held_only_live_files_are_reported(void **state) {
    (void)state;
    struct world *world = world_create();
    const struct scan_options options = world_later();
    disk_write(in(world, "old.dcm"));
    world->held = true;
    world_begin(world, &options);
    world_run(world, 10000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 0);
    disk_write(in(world, "live.dcm"));
    world_run(world, 10000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "live.dcm")), 1);
    world->held = false;
    world_run(world, 1000);
    assert_int_equal(world_count(world, RECORD_FILE, in(world, "old.dcm")), 1);
    assert_int_equal(world_last(world, RECORD_FILE)->head.flags, RECORD_BACKLOG);
    world_destroy(world);
}

static void files_are_reported_in_the_order_in_which_they_were_written(void **state) {
    (void)state;
    struct world *world = begun();
    for (unsigned i = 0; i < 50; i++) { /* names that sort otherwise */
        const char *path = disk_path("%s/%u.dcm", world->folder, i * 37 % 50);
        disk_write(path);
        set_time(path, 1000 + i);
    }
    world_run(world, 4000);
    unsigned met = 0;
    for (unsigned i = 0; i < world->told_count; i++) {
        if (world->told[i].head.kind == RECORD_FILE) {
            const char *path = disk_path("%s/%u.dcm", world->folder, met++ * 37 % 50);
            assert_string_equal(world->told[i].path, path);
        }
    }
    assert_int_equal(met, 50);
    world_destroy(world);
}

static void a_file_removed_before_it_settles_is_forgotten(void **state) {
    (void)state;
    struct world *world = begun();
    disk_write(in(world, "a.dcm"));
    world_run(world, 2000);
    assert_int_equal(unlink(in(world, "a.dcm")), 0);
    world_run(world, 4000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 0);
    assert_int_equal(world_last(world, RECORD_STATE)->head.counts.files, 0);
    disk_write(in(world, "a.dcm"));
    world_run(world, 4000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 1);
    world_destroy(world);
}

static void files_beyond_the_bound_are_told_once(void **state) {
    (void)state;
    struct world *world = world_create();
    struct scan_options options = world_options();
    options.max_files = 3;
    world_begin(world, &options);
    for (unsigned i = 0; i < 6; i++) {
        disk_write(disk_path("%s/%u.dcm", world->folder, i));
    }
    world_run(world, 10000);
    assert_int_equal(world_count(world, RECORD_FILE, NULL), 3);
    assert_int_equal(world_count(world, RECORD_FAULT, NULL), 1);
    assert_int_equal(world_last(world, RECORD_FAULT)->head.fault, FAULT_FILES);
    world_destroy(world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_reported_once_when_it_has_been_the_same_for_settle),
        cmocka_unit_test(a_file_that_grows_is_not_reported_before_it_rests),
        cmocka_unit_test(a_file_rewritten_in_place_is_reported_each_time),
        cmocka_unit_test(an_old_file_rewritten_in_place_is_found_at_the_slow_pace),
        cmocka_unit_test(a_file_that_was_old_at_the_start_is_looked_at_at_the_slow_pace),
        cmocka_unit_test(a_file_that_takes_the_place_of_another_is_reported),
        cmocka_unit_test(what_was_there_is_backlog_and_what_comes_or_changes_is_live),
        cmocka_unit_test(what_was_written_since_we_follow_is_no_backlog),
        cmocka_unit_test(while_the_backlog_is_held_only_live_files_are_reported),
        cmocka_unit_test(files_are_reported_in_the_order_in_which_they_were_written),
        cmocka_unit_test(a_file_removed_before_it_settles_is_forgotten),
        cmocka_unit_test(files_beyond_the_bound_are_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
