/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify: too few watches, file systems that do not tell, folders that may not be read. */
#include "base/memory.h"
#include "disk.h"
#include "namespace.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANY_WATCHES = 100000 };

static bool has_none_polled(struct rig *rig, const void *unused) {
    (void)unused;
    return rig_number(rig, "polled") == 0;
}

static void folders_beyond_the_limit_are_polled_until_it_is_raised(void **state) {
    (void)state;
    const struct rig_options options = {.poll_interval = 0.1};
    struct rig *rig = rig_create_with(&options);
    const char *root = rig_folder(rig);
    for (unsigned i = 0; i < 40; i++) {
        disk_folder(disk_path("%s/%u/e", root, i));
    }
    assert_true(namespace_set_watches(20));
    rig_start(rig);
    rig_settle(rig);
    assert_true(rig_number(rig, "watches") == 20);
    assert_true(rig_number(rig, "polled") == 61);
    assert_int_equal(rig_logged(rig, "fs.inotify.max_user_watches"), 1);
    assert_true(rig_warns(rig, "fs.inotify.max_user_watches"));
    for (unsigned i = 0; i < 40; i++) {
        disk_folder(disk_path("%s/%u/new/newer", root, i));
        disk_write(disk_path("%s/%u/new/newer/a.dcm", root, i));
        disk_write(disk_path("%s/%u/e/a.dcm", root, i));
    }
    for (unsigned i = 0; i < 40; i++) {
        rig_wait_for(rig, disk_path("%s/%u/new/newer/a.dcm", root, i));
        rig_wait_for(rig, disk_path("%s/%u/e/a.dcm", root, i));
    }
    disk_remove(disk_path("%s/39", root));
    assert_int_equal(rig_logged(rig, "fs.inotify.max_user_watches"), 1);
    assert_true(namespace_set_watches(MANY_WATCHES));
    rig_run(rig, has_none_polled, NULL);
    rig_wait_for_log(rig, "all folders are watched again");
    assert_true(rig_number(rig, "watches") == 39 * 4 + 1);
    rig_destroy(rig);
}

static void even_the_watched_folder_itself_is_polled(void **state) {
    (void)state;
    const struct rig_options options = {.poll_interval = 0.1};
    struct rig *rig = rig_create_with(&options);
    const char *root = rig_folder(rig);
    assert_true(namespace_set_watches(0));
    rig_start(rig);
    assert_true(rig_has_state(rig, root, "polled"));
    disk_folder(disk_path("%s/d", root));
    disk_write(disk_path("%s/d/a.dcm", root));
    rig_wait_for(rig, disk_path("%s/d/a.dcm", root));
    assert_true(namespace_set_watches(MANY_WATCHES));
    rig_wait_for_state(rig, root, "watched");
    rig_destroy(rig);
}

static void an_overlay_gives_a_warning_and_can_be_polled(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *merged = mem_printf("%s/merged", base);
    if (!namespace_mount_overlay(base, merged)) {
        print_message("not tried: no overlay can be mounted here\n");
        disk_destroy(base);
        skip();
    }
    const char *const paths[] = {merged, NULL};
    const struct rig_options options = {.paths = paths, .poll_interval = 0.1, .poll = true};
    struct rig *rig = rig_create_in(base, &options);
    rig_start(rig);
    assert_int_equal(rig_logged(rig, "lies on overlay"), 1);
    disk_write(disk_path("%s/lower/behind.dcm", base));
    rig_wait_for(rig, disk_path("%s/behind.dcm", merged));
    assert_int_equal(umount2(merged, MNT_DETACH), 0);
    rig_destroy(rig);
}

static void a_mount_over_a_watched_folder_and_its_end_are_noticed(void **state) {
    (void)state;
    const struct rig_options options = {.poll_interval = 0.1};
    struct rig *rig = rig_create_with(&options);
    const char *root = rig_folder(rig);
    rig_start(rig);
    rig_settle(rig);
    if (mount("none", root, "tmpfs", 0, "size=1m") != 0) {
        print_message("not tried: no tmpfs can be mounted here\n");
        rig_destroy(rig);
        skip();
    }
    disk_write(disk_path("%s/over.dcm", root));
    rig_wait_for(rig, disk_path("%s/over.dcm", root));
    assert_int_equal(umount2(root, MNT_DETACH), 0);
    disk_write(disk_path("%s/under.dcm", root));
    rig_wait_for(rig, disk_path("%s/under.dcm", root));
    rig_destroy(rig);
}

static void a_folder_that_may_not_be_read_is_said_once_and_tried_again(void **state) {
    (void)state;
    const struct rig_options options = {.poll_interval = 0.1};
    struct rig *rig = rig_create_with(&options);
    const char *secret = disk_path("%s/secret", rig_folder(rig));
    disk_folder(secret);
    disk_write(disk_path("%s/a.dcm", secret));
    assert_int_equal(chmod(secret, 0), 0);
    if (!namespace_obey_permissions()) {
        print_message("not tried: permissions cannot be put in force here\n");
        rig_destroy(rig);
        skip();
    }
    rig_start(rig);
    for (unsigned i = 0; i < 3; i++) {
        rig_settle(rig);
    }
    assert_int_equal(rig_logged(rig, "read and search permission"), 1);
    assert_int_equal(chmod(secret, 0755), 0);
    rig_wait_for(rig, disk_path("%s/a.dcm", secret));
    rig_destroy(rig);
}

int main(void) {
    if (!namespace_enter() || !namespace_set_watches(MANY_WATCHES)) {
        puts("SKIP: the kernel gives no user namespace in which limits can be set");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_beyond_the_limit_are_polled_until_it_is_raised),
        cmocka_unit_test(even_the_watched_folder_itself_is_polled),
        cmocka_unit_test(an_overlay_gives_a_warning_and_can_be_polled),
        cmocka_unit_test(a_mount_over_a_watched_folder_and_its_end_are_noticed),
        cmocka_unit_test(a_folder_that_may_not_be_read_is_said_once_and_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
