/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify and source-fanotify: symbolic links below a watched folder. */
#include "base/memory.h"
#include "disk.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

static void disk_link(const char *to, const char *path) {
    assert_int_equal(symlink(to, path), 0);
}

/** A rig that follows links, and a folder outside of it. */
static struct rig *linked_rig(char **outside) {
    const struct rig_options options = {.follow_links = true, .poll_interval = 0.1};
    *outside = disk_create();
    return rig_create_with(&options);
}

static void without_the_option_nothing_is_followed(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    char *outside = disk_create();
    disk_link(outside, disk_path("%s/folder", rig_folder(rig)));
    rig_start(rig);
    rig_settle(rig);
    disk_write(disk_path("%s/a.dcm", outside));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/a.dcm", outside), RIG_ANY), 0);
    disk_destroy(outside);
    rig_destroy(rig);
}

static void a_link_to_a_folder_is_a_root_of_its_own(void **state) {
    (void)state;
    char *outside;
    struct rig *rig = linked_rig(&outside);
    disk_folder(disk_path("%s/a/b", outside));
    disk_link(outside, disk_path("%s/before", rig_folder(rig)));
    rig_start(rig);
    rig_settle(rig);
    disk_link(outside, disk_path("%s/again", rig_folder(rig)));
    disk_write(disk_path("%s/a/b/1.dcm", outside));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/a/b/1.dcm", outside), RIG_CLOSED), 1);
    assert_string_equal(rig_root_of(rig, disk_path("%s/a/b/1.dcm", outside)), outside);
    assert_int_equal(rig_followed(rig, outside), 1);
    assert_true(rig_has_state(rig, outside, "watched"));
    rig_destroy(rig);
    disk_destroy(outside);
}

static bool is_left(struct rig *rig, const void *path) {
    return !rig_has_state(rig, path, "watched");
}

static void what_no_link_leads_to_any_more_is_not_watched(void **state) {
    (void)state;
    char *outside;
    struct rig *rig = linked_rig(&outside);
    const char *link = disk_path("%s/link", rig_folder(rig));
    disk_folder(disk_path("%s/a", outside));
    rig_start(rig);
    for (int turn = 1; turn < 3; turn++) { /* it may come again */
        disk_link(outside, link);
        rig_wait_for_state(rig, outside, "watched");
        const char *seen = disk_path("%s/a/%d.dcm", outside, turn);
        disk_write(seen);
        rig_wait_for(rig, seen);
        disk_remove(link);
        rig_run(rig, is_left, outside);
        const char *unseen = disk_path("%s/a/no-%d.dcm", outside, turn);
        disk_write(unseen);
        rig_settle(rig);
        assert_int_equal(rig_count(rig, unseen, RIG_ANY), 0);
        disk_remove(unseen);
    }
    rig_destroy(rig);
    disk_destroy(outside);
}

static void what_a_link_leads_to_may_come_later(void **state) {
    (void)state;
    char *outside;
    struct rig *rig = linked_rig(&outside);
    const char *folder = disk_path("%s/a", outside), *file = disk_path("%s/1.dcm", outside);
    disk_link(folder, disk_path("%s/folder", rig_folder(rig)));
    rig_start(rig);
    disk_link(file, disk_path("%s/file.dcm", rig_folder(rig)));
    rig_settle(rig);
    disk_folder(folder);
    disk_write(file);
    rig_wait_for(rig, file);
    rig_wait_for_state(rig, folder, "watched");
    rig_settle(rig);
    assert_int_equal(rig_count(rig, file, RIG_ANY), 1);
    rig_destroy(rig);
    disk_destroy(outside);
}

static void links_in_a_circle_come_to_an_end(void **state) {
    (void)state;
    char *outside;
    struct rig *rig = linked_rig(&outside);
    disk_folder(disk_path("%s/a", outside));
    disk_folder(disk_path("%s/b", rig_folder(rig)));
    disk_link(rig_folder(rig), disk_path("%s/b/self", rig_folder(rig)));
    disk_link(outside, disk_path("%s/b/out", rig_folder(rig)));
    disk_link(rig_folder(rig), disk_path("%s/a/back", outside));
    disk_link("/", disk_path("%s/a/top", outside));
    rig_start(rig);
    rig_settle(rig);
    disk_write(disk_path("%s/b/1.dcm", rig_folder(rig)));
    disk_write(disk_path("%s/a/2.dcm", outside));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/b/1.dcm", rig_folder(rig)), RIG_ANY), 1);
    assert_int_equal(rig_count(rig, disk_path("%s/a/2.dcm", outside), RIG_ANY), 1);
    assert_int_equal(rig_logged(rig, "holds a watched one"), 1);
    rig_destroy(rig);
    disk_destroy(outside);
}

static void a_link_to_a_file_is_emitted_under_its_real_path(void **state) {
    (void)state;
    char *outside;
    struct rig *rig = linked_rig(&outside);
    disk_write(disk_path("%s/old.dcm", outside));
    disk_age(disk_path("%s/old.dcm", outside));
    disk_write(disk_path("%s/inner.dcm", rig_folder(rig)));
    disk_link("inner.dcm", disk_path("%s/inner-link.dcm", rig_folder(rig)));
    rig_start(rig);
    rig_settle(rig);
    disk_link(disk_path("%s/old.dcm", outside), disk_path("%s/link.dcm", rig_folder(rig)));
    disk_write(disk_path("%s/new.dcm", outside));
    disk_link(disk_path("%s/new.dcm", outside), disk_path("%s/tmp", rig_folder(rig)));
    disk_rename(disk_path("%s/tmp", rig_folder(rig)), disk_path("%s/n.dcm", rig_folder(rig)));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/old.dcm", outside), RIG_CLOSED), 1);
    assert_true(rig_count(rig, disk_path("%s/new.dcm", outside), RIG_ANY) >= 1);
    assert_string_equal(rig_root_of(rig, disk_path("%s/new.dcm", outside)), outside);
    assert_int_equal(rig_count(rig, disk_path("%s/inner.dcm", rig_folder(rig)), RIG_ANY), 1);
    rig_destroy(rig);
    disk_destroy(outside);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_the_option_nothing_is_followed),
        cmocka_unit_test(a_link_to_a_folder_is_a_root_of_its_own),
        cmocka_unit_test(what_no_link_leads_to_any_more_is_not_watched),
        cmocka_unit_test(what_a_link_leads_to_may_come_later),
        cmocka_unit_test(links_in_a_circle_come_to_an_end),
        cmocka_unit_test(a_link_to_a_file_is_emitted_under_its_real_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
