/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify and source-fanotify: folders that are made, moved, removed and made again. */
#include "disk.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_file_60_new_folders_deep_is_reported(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    char path[4096];
    int length = snprintf(path, sizeof(path), "%s", rig_folder(rig));
    for (unsigned i = 0; i < 60; i++) {
        length += snprintf(path + length, sizeof(path) - (size_t)length, "/%u", i);
    }
    disk_folder(path);
    snprintf(path + length, sizeof(path) - (size_t)length, "/bottom.dcm");
    disk_write(path);
    rig_wait_for(rig, path);
    rig_forget(rig);
    disk_write(path); /* and is watched now */
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_CLOSED), 1);
    rig_destroy(rig);
}

static void two_thousand_new_folders_of_one_file_each_lose_none(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    const char *root = rig_folder(rig);
    for (unsigned i = 0; i < 2000; i++) {
        disk_folder(disk_path("%s/%u", root, i));
        disk_write(disk_path("%s/%u/a.dcm", root, i));
        if (i % 100 == 0) {
            rig_turn(rig);
        }
    }
    rig_settle(rig);
    for (unsigned i = 0; i < 2000; i++) {
        assert_true(rig_count(rig, disk_path("%s/%u/a.dcm", root, i), RIG_ANY) > 0);
    }
    assert_int_equal(rig_paths(rig), 2002); /* with the sentinels */
    assert_true(rig_has_watches(rig, 2001));
    rig_destroy(rig);
}

static void a_file_open_in_a_new_folder_is_told_again_when_it_is_closed(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    const char *path = disk_path("%s/d/a.dcm", rig_folder(rig));
    disk_folder(disk_path("%s/d", rig_folder(rig)));
    int fd = disk_open(path);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_CLOSED), 0);
    assert_int_equal(rig_count(rig, path, RIG_SCANNED), 1);
    close(fd);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_CLOSED), 1);
    rig_destroy(rig);
}

static void old_files_of_a_folder_moved_in_are_new(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    char *elsewhere = disk_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/d/e", elsewhere));
    disk_write(disk_path("%s/d/a.dcm", elsewhere));
    disk_write(disk_path("%s/d/e/b.dcm", elsewhere));
    disk_age(disk_path("%s/d/e/b.dcm", elsewhere));
    rig_start(rig);
    rig_settle(rig);
    disk_rename(disk_path("%s/d", elsewhere), disk_path("%s/in", root));
    disk_write(disk_path("%s/in/e/c.dcm", root));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/in/a.dcm", root), RIG_CLOSED), 1);
    assert_int_equal(rig_count(rig, disk_path("%s/in/e/b.dcm", root), RIG_CLOSED), 1);
    assert_true(rig_count(rig, disk_path("%s/in/e/c.dcm", root), RIG_ANY) > 0);
    disk_destroy(elsewhere);
    rig_destroy(rig);
}

static void a_renamed_folder_has_its_new_path_at_any_depth(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/a/b/c/d", root));
    disk_folder(disk_path("%s/z", root));
    disk_write(disk_path("%s/a/b/c/d/old.dcm", root));
    rig_start(rig);
    rig_settle(rig);
    rig_forget(rig);
    disk_rename(disk_path("%s/a/b", root), disk_path("%s/z/bb", root));
    disk_write(disk_path("%s/z/bb/c/d/1.dcm", root));
    rig_settle(rig);
    disk_rename(disk_path("%s/z", root), disk_path("%s/y", root));
    disk_write(disk_path("%s/y/bb/c/d/2.dcm", root));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/z/bb/c/d/1.dcm", root), RIG_CLOSED), 1);
    assert_int_equal(rig_count(rig, disk_path("%s/y/bb/c/d/2.dcm", root), RIG_CLOSED), 1);
    /* what lies in it is shown again at its new path, for the core to move its record */
    assert_int_equal(rig_count(rig, disk_path("%s/y/bb/c/d/old.dcm", root), RIG_SCANNED), 1);
    assert_int_equal(rig_count(rig, disk_path("%s/y/bb/c/d/old.dcm", root), RIG_CLOSED), 0);
    assert_true(rig_has_watches(rig, 6));
    rig_destroy(rig);
}

static void a_file_closed_just_before_its_folder_is_renamed_is_not_lost(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/a", root));
    rig_start(rig);
    rig_settle(rig);
    disk_write(disk_path("%s/a/1.dcm", root));
    disk_rename(disk_path("%s/a", root), disk_path("%s/b", root));
    disk_write(disk_path("%s/b/2.dcm", root));
    disk_folder(disk_path("%s/a", root));
    disk_write(disk_path("%s/a/3.dcm", root));
    disk_rename(disk_path("%s/b", root), disk_path("%s/c", root));
    rig_settle(rig);
    assert_true(rig_count(rig, disk_path("%s/c/1.dcm", root), RIG_ANY) > 0);
    assert_true(rig_count(rig, disk_path("%s/c/2.dcm", root), RIG_ANY) > 0);
    assert_true(rig_count(rig, disk_path("%s/a/3.dcm", root), RIG_ANY) > 0);
    rig_destroy(rig);
}

static bool has_watches(struct rig *rig, const void *count) {
    return rig_has_watches(rig, *(const unsigned *)count);
}

static void a_folder_moved_out_is_forgotten(void **state) {
    (void)state;
    const struct rig_options options = {.poll_interval = 0.1};
    struct rig *rig = rig_create_with(&options);
    char *elsewhere = disk_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/a/b", root));
    rig_start(rig);
    rig_settle(rig);
    disk_rename(disk_path("%s/a", root), disk_path("%s/a", elsewhere));
    disk_write(disk_path("%s/a/b/1.dcm", elsewhere));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/a/b/1.dcm", root), RIG_ANY), 0);
    const unsigned one = 1;
    rig_run(rig, has_watches, &one);
    disk_rename(disk_path("%s/a", elsewhere), disk_path("%s/again", root));
    rig_settle(rig);
    assert_true(rig_count(rig, disk_path("%s/again/b/1.dcm", root), RIG_ANY) > 0);
    assert_true(rig_has_watches(rig, 3));
    disk_destroy(elsewhere);
    rig_destroy(rig);
}

static void a_folder_removed_and_made_again_is_watched_again(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    const char *root = rig_folder(rig);
    for (unsigned i = 0; i < 20; i++) {
        disk_folder(disk_path("%s/d/e", root));
        disk_write(disk_path("%s/d/e/%u.dcm", root, i));
        rig_wait_for(rig, disk_path("%s/d/e/%u.dcm", root, i));
        disk_remove(disk_path("%s/d", root));
    }
    rig_settle(rig);
    assert_true(rig_has_watches(rig, 1));
    rig_destroy(rig);
}

static void links_to_folders_are_not_followed(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    char *elsewhere = disk_create();
    const char *root = rig_folder(rig);
    assert_int_equal(symlink(elsewhere, disk_path("%s/before", root)), 0);
    assert_int_equal(symlink(root, disk_path("%s/loop", root)), 0);
    rig_start(rig);
    assert_int_equal(symlink(elsewhere, disk_path("%s/after", root)), 0);
    disk_write(disk_path("%s/a.dcm", elsewhere));
    rig_settle(rig);
    assert_int_equal(rig_paths(rig), 5); /* the sentinels, and the links themselves */
    assert_true(rig_has_watches(rig, 1));
    disk_destroy(elsewhere);
    rig_destroy(rig);
}

static void a_folder_below_max_depth_is_left_alone_and_said_once(void **state) {
    (void)state;
    const struct rig_options options = {.max_depth = 2};
    struct rig *rig = rig_create_with(&options);
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/1/2/3/4", root));
    disk_folder(disk_path("%s/1/2/33", root));
    rig_start(rig);
    rig_settle(rig);
    assert_true(rig_has_watches(rig, 3));
    assert_int_equal(rig_logged(rig, "max_depth"), 1);
    rig_destroy(rig);
}

static void more_than_max_folders_are_left_alone_and_said_once(void **state) {
    (void)state;
    const struct rig_options options = {.max_folders = 10};
    struct rig *rig = rig_create_with(&options);
    if (!rig_has_option(rig, "max_folders")) {
        rig_destroy(rig);
        return;
    }
    const char *root = rig_folder(rig);
    for (unsigned i = 0; i < 20; i++) {
        disk_folder(disk_path("%s/%u", root, i));
    }
    rig_start(rig);
    rig_settle(rig);
    assert_true(rig_has_watches(rig, 10));
    assert_int_equal(rig_logged(rig, "max_folders"), 1);
    rig_destroy(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_60_new_folders_deep_is_reported),
        cmocka_unit_test(two_thousand_new_folders_of_one_file_each_lose_none),
        cmocka_unit_test(a_file_open_in_a_new_folder_is_told_again_when_it_is_closed),
        cmocka_unit_test(old_files_of_a_folder_moved_in_are_new),
        cmocka_unit_test(a_renamed_folder_has_its_new_path_at_any_depth),
        cmocka_unit_test(a_file_closed_just_before_its_folder_is_renamed_is_not_lost),
        cmocka_unit_test(a_folder_moved_out_is_forgotten),
        cmocka_unit_test(a_folder_removed_and_made_again_is_watched_again),
        cmocka_unit_test(links_to_folders_are_not_followed),
        cmocka_unit_test(a_folder_below_max_depth_is_left_alone_and_said_once),
        cmocka_unit_test(more_than_max_folders_are_left_alone_and_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
