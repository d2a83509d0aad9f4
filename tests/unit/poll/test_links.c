/* SPDX-License-Identifier: Apache-2.0 */
/* source-poll: symbolic links, followed and not. */
#include "world.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct rig {
    struct world *world;
    char *elsewhere;
};

static struct rig begun(bool follow) {
    struct rig rig = {world_create(), disk_create()};
    struct scan_options options = world_options();
    options.follow_links = follow;
    world_begin(rig.world, &options);
    world_run(rig.world, 0);
    return rig;
}

static void finish(struct rig *rig) {
    world_destroy(rig->world);
    disk_destroy(rig->elsewhere);
}

static void link_in(const struct rig *rig, const char *target, const char *name) {
    assert_int_equal(symlink(target, disk_path("%s/%s", rig->world->folder, name)), 0);
}

static void links_are_left_alone(void **state) {
    (void)state;
    struct rig rig = begun(false);
    disk_write(disk_path("%s/a.dcm", rig.elsewhere));
    link_in(&rig, disk_path("%s/a.dcm", rig.elsewhere), "a.dcm");
    link_in(&rig, rig.elsewhere, "folder");
    world_run(rig.world, 20000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, NULL), 0);
    assert_int_equal(world_count(rig.world, RECORD_FOLLOW, NULL), 0);
    finish(&rig);
}

static void a_link_that_leads_to_what_hangs_holds_up_nothing_else(void **state) {
    (void)state;
    struct rig rig = begun(true);
    rig.world->hanging = true;
    link_in(&rig, rig.elsewhere, "link");
    disk_write(disk_path("%s/a.dcm", rig.world->folder));
    world_run(rig.world, 20000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, NULL), 1);
    assert_int_equal(world_count(rig.world, RECORD_FOLLOW, NULL), 0);
    assert_int_equal(world_count(rig.world, RECORD_FAULT, NULL), 1);
    assert_int_equal(world_last(rig.world, RECORD_FAULT)->head.error, ETIMEDOUT);
    rig.world->hanging = false;
    world_run(rig.world, 20000);
    assert_int_equal(world_count(rig.world, RECORD_FOLLOW, NULL), 1);
    assert_int_equal(world_last(rig.world, RECORD_FAULT)->head.error, 0);
    finish(&rig);
}

static void a_link_that_led_to_what_hangs_is_told_no_more_when_it_is_gone(void **state) {
    (void)state;
    struct rig rig = begun(true);
    rig.world->hanging = true;
    link_in(&rig, rig.elsewhere, "link");
    world_run(rig.world, 20000);
    disk_remove(disk_path("%s/link", rig.world->folder));
    world_run(rig.world, 20000);
    assert_int_equal(world_count(rig.world, RECORD_FAULT, NULL), 2);
    assert_int_equal(world_last(rig.world, RECORD_FAULT)->head.error, 0);
    finish(&rig);
}

static void a_link_to_a_folder_is_followed_once_and_loops_end(void **state) {
    (void)state;
    struct rig rig = begun(true);
    disk_folder(disk_path("%s/d", rig.elsewhere));
    disk_write(disk_path("%s/d/a.dcm", rig.elsewhere));
    assert_int_equal(symlink(rig.world->folder, disk_path("%s/d/back", rig.elsewhere)), 0);
    assert_int_equal(symlink(rig.elsewhere, disk_path("%s/d/up", rig.elsewhere)), 0);
    link_in(&rig, rig.elsewhere, "one");
    link_in(&rig, rig.elsewhere, "two");
    world_run(rig.world, 20000);
    assert_int_equal(world_count(rig.world, RECORD_FOLLOW, NULL), 1);
    assert_int_equal(world_count(rig.world, RECORD_FILE, NULL), 1);
    const struct told *told = world_last(rig.world, RECORD_FILE);
    assert_string_equal(told->path, disk_path("%s/d/a.dcm", rig.elsewhere));
    assert_int_equal(told->head.root_bytes, strlen(rig.elsewhere));
    finish(&rig);
}

static void without_its_link_a_folder_is_no_longer_followed(void **state) {
    (void)state;
    struct rig rig = begun(true);
    link_in(&rig, rig.elsewhere, "link");
    world_run(rig.world, 10000);
    assert_int_equal(world_last(rig.world, RECORD_STATE)->head.counts.folders, 2);
    assert_int_equal(unlink(disk_path("%s/link", rig.world->folder)), 0);
    world_run(rig.world, 10000);
    disk_write(disk_path("%s/a.dcm", rig.elsewhere));
    world_run(rig.world, 10000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, NULL), 0);
    assert_int_equal(world_last(rig.world, RECORD_STATE)->head.counts.folders, 1);
    assert_int_equal(world_count(rig.world, RECORD_LEFT, rig.elsewhere), 1);
    finish(&rig);
}

static void a_link_to_a_file_is_reported_under_its_real_path(void **state) {
    (void)state;
    struct rig rig = begun(true);
    const char *file = disk_path("%s/a.dcm", rig.elsewhere);
    disk_write(file);
    link_in(&rig, file, "linked.dcm");
    world_run(rig.world, 10000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, file), 1);
    assert_int_equal(world_last(rig.world, RECORD_FILE)->head.root_bytes, strlen(rig.elsewhere));
    assert_int_equal(world_last(rig.world, RECORD_FOLLOW)->head.flags, RECORD_FILES);
    disk_write(file);
    world_run(rig.world, 10000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, file), 2);
    finish(&rig);
}

static void what_a_link_leads_to_may_come_later(void **state) {
    (void)state;
    struct rig rig = begun(true);
    const char *file = disk_path("%s/a.dcm", rig.elsewhere);
    link_in(&rig, file, "linked.dcm");
    world_run(rig.world, 30000);
    disk_write(file);
    world_run(rig.world, 10000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, file), 1);
    finish(&rig);
}

static void what_the_daemon_has_already_is_not_followed(void **state) {
    (void)state;
    struct rig rig = begun(true);
    rig.world->refuse = true;
    disk_write(disk_path("%s/a.dcm", rig.elsewhere));
    link_in(&rig, rig.elsewhere, "link");
    world_run(rig.world, 10000);
    assert_int_equal(world_count(rig.world, RECORD_FILE, NULL), 0);
    finish(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_left_alone),
        cmocka_unit_test(a_link_that_leads_to_what_hangs_holds_up_nothing_else),
        cmocka_unit_test(a_link_that_led_to_what_hangs_is_told_no_more_when_it_is_gone),
        cmocka_unit_test(a_link_to_a_folder_is_followed_once_and_loops_end),
        cmocka_unit_test(without_its_link_a_folder_is_no_longer_followed),
        cmocka_unit_test(a_link_to_a_file_is_reported_under_its_real_path),
        cmocka_unit_test(what_a_link_leads_to_may_come_later),
        cmocka_unit_test(what_the_daemon_has_already_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
