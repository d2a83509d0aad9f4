/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify and source-fanotify: the watched folders themselves: missing, gone, replaced,
 * named twice. */
#include "base/memory.h"
#include "disk.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

/* rounds are far apart where a test is about events, and close where it is about rounds */
enum { NO_ROUNDS_S = 3600 };

static struct rig *create(const char *const *paths, char *folder, double poll_interval) {
    const struct rig_options options = {.paths = paths, .poll_interval = poll_interval};
    return rig_create_in(folder, &options);
}

static void a_missing_folder_is_waited_for_at_any_depth(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *missing = mem_printf("%s/a/b/c", base);
    const char *const paths[] = {missing, NULL};
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    assert_int_equal(rig_followed(rig, missing), 1);
    assert_true(rig_has_state(rig, missing, "waiting"));
    assert_true(rig_warns(rig, missing));
    assert_true(rig_is_broken(rig));
    disk_folder(missing);
    disk_write(disk_path("%s/1.dcm", missing));
    rig_wait_for(rig, disk_path("%s/1.dcm", missing));
    assert_true(rig_has_state(rig, missing, "watched"));
    assert_false(rig_is_broken(rig));
    assert_int_equal(rig_logged(rig, "cannot be watched yet"), 1);
    assert_int_equal(rig_logged(rig, "is there now, and watched"), 1);
    rig_destroy(rig);
}

static void a_missing_parent_made_bit_by_bit_is_waited_for(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *missing = mem_printf("%s/a/b/c", base);
    const char *const paths[] = {missing, NULL};
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    disk_folder(disk_path("%s/x", base));
    rig_turn(rig);
    disk_folder(disk_path("%s/a", base));
    rig_turn(rig);
    disk_rename(disk_path("%s/a", base), disk_path("%s/aa", base));
    rig_turn(rig);
    disk_folder(disk_path("%s/aa/b", base));
    rig_turn(rig);
    disk_rename(disk_path("%s/aa", base), disk_path("%s/a", base));
    rig_turn(rig);
    disk_folder(missing);
    rig_wait_for_state(rig, missing, "watched");
    rig_destroy(rig);
}

static void a_watched_folder_that_is_removed_and_made_again_goes_on(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *root = mem_printf("%s/root", base);
    const char *const paths[] = {root, NULL};
    disk_folder(root);
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    for (unsigned i = 0; i < 3; i++) {
        disk_folder(disk_path("%s/d", root));
        disk_write(disk_path("%s/d/%u.dcm", root, i));
        rig_wait_for(rig, disk_path("%s/d/%u.dcm", root, i));
        disk_remove(root);
        rig_wait_for_state(rig, root, "gone");
        disk_folder(root);
        rig_wait_for_state(rig, root, "watched");
    }
    assert_int_equal(rig_logged(rig, "is gone"), 3);
    assert_true(rig_has_watches(rig, 1));
    rig_destroy(rig);
}

static void a_watched_folder_that_is_renamed_is_gone(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *root = mem_printf("%s/root", base);
    const char *const paths[] = {root, NULL};
    disk_folder(disk_path("%s/d", root));
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    disk_rename(root, disk_path("%s/other", base));
    rig_wait_for_state(rig, root, "gone");
    disk_write(disk_path("%s/other/d/no.dcm", base));
    disk_folder(disk_path("%s/d", root));
    disk_write(disk_path("%s/d/yes.dcm", root));
    rig_wait_for(rig, disk_path("%s/d/yes.dcm", root));
    assert_int_equal(rig_count(rig, disk_path("%s/d/no.dcm", root), RIG_ANY), 0);
    rig_destroy(rig);
}

static void a_renamed_parent_of_a_watched_folder_is_noticed(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *root = mem_printf("%s/parent/root", base);
    const char *const paths[] = {root, NULL};
    disk_folder(root);
    struct rig *rig = create(paths, base, 0.1);
    rig_start(rig);
    disk_rename(disk_path("%s/parent", base), disk_path("%s/other", base));
    rig_wait_for_state(rig, root, "gone");
    disk_rename(disk_path("%s/other", base), disk_path("%s/parent", base));
    rig_wait_for_state(rig, root, "watched");
    disk_write(disk_path("%s/1.dcm", root));
    rig_wait_for(rig, disk_path("%s/1.dcm", root));
    rig_destroy(rig);
}

static void another_folder_in_the_place_of_a_watched_one_is_watched(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *root = mem_printf("%s/parent/root", base);
    const char *const paths[] = {root, NULL};
    disk_folder(root);
    disk_folder(disk_path("%s/next/root/d", base));
    struct rig *rig = create(paths, base, 0.1);
    rig_start(rig);
    rig_turn(rig);
    disk_rename(disk_path("%s/parent", base), disk_path("%s/other", base));
    disk_rename(disk_path("%s/next", base), disk_path("%s/parent", base));
    disk_write(disk_path("%s/d/1.dcm", root));
    rig_wait_for(rig, disk_path("%s/d/1.dcm", root));
    rig_destroy(rig);
}

static void a_linked_folder_is_watched_under_its_real_path(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *link_path = mem_printf("%s/link", base);
    const char *const paths[] = {link_path, NULL};
    disk_folder(disk_path("%s/real", base));
    assert_int_equal(symlink("real", link_path), 0);
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    disk_write(disk_path("%s/real/1.dcm", base));
    rig_wait_for(rig, disk_path("%s/real/1.dcm", base));
    rig_destroy(rig);
}

static void a_link_that_comes_later_is_resolved_then(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *link_path = mem_printf("%s/link", base);
    const char *const paths[] = {link_path, NULL};
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    disk_folder(disk_path("%s/real", base));
    assert_int_equal(symlink("real", link_path), 0);
    rig_wait_for_state(rig, disk_path("%s/real", base), "watched");
    disk_write(disk_path("%s/real/1.dcm", base));
    rig_wait_for(rig, disk_path("%s/real/1.dcm", base));
    rig_destroy(rig);
}

static void nested_and_repeated_paths_are_watched_once(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *outer = mem_printf("%s/a", base);
    AUTOFREE char *inner = mem_printf("%s/a/b", base);
    AUTOFREE char *again = mem_printf("%s/./a/", base);
    AUTOFREE char *beside = mem_printf("%s/ab", base);
    const char *const paths[] = {inner, outer, again, beside, NULL};
    disk_folder(inner);
    disk_folder(beside);
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    assert_int_equal(rig_logged(rig, "is watched once only"), 2);
    rig_start(rig);
    disk_write(disk_path("%s/1.dcm", inner));
    disk_write(disk_path("%s/2.dcm", beside));
    rig_wait_for(rig, disk_path("%s/1.dcm", inner));
    rig_wait_for(rig, disk_path("%s/2.dcm", beside));
    rig_wait_for(rig, disk_path("%s/1.dcm", inner));
    /* by the first scan, by an event, or by both */
    assert_in_range(rig_count(rig, disk_path("%s/1.dcm", inner), RIG_ANY), 1, 2);
    assert_in_range(rig_count(rig, disk_path("%s/1.dcm", inner), RIG_SCANNED), 0, 1);
    assert_in_range(rig_count(rig, disk_path("%s/1.dcm", inner), RIG_CLOSED), 0, 1);
    assert_string_equal(rig_root_of(rig, disk_path("%s/1.dcm", inner)), outer);
    assert_true(rig_has_watches(rig, 3));
    rig_destroy(rig);
}

static void a_folder_moved_from_one_watched_folder_to_another_changes_its_root(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *one = mem_printf("%s/one", base);
    AUTOFREE char *two = mem_printf("%s/two", base);
    const char *const paths[] = {one, two, NULL};
    disk_folder(disk_path("%s/d/e", one));
    disk_folder(two);
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    disk_write(disk_path("%s/d/e/1.dcm", one));
    rig_wait_for(rig, disk_path("%s/d/e/1.dcm", one));
    disk_rename(disk_path("%s/d", one), disk_path("%s/d", two));
    disk_write(disk_path("%s/d/e/2.dcm", two));
    rig_wait_for(rig, disk_path("%s/d/e/2.dcm", two));
    assert_string_equal(rig_root_of(rig, disk_path("%s/d/e/2.dcm", two)), two);
    rig_destroy(rig);
}

static void a_watched_folder_moved_into_another_is_part_of_that(void **state) {
    (void)state;
    char *base = disk_create();
    AUTOFREE char *one = mem_printf("%s/one", base);
    AUTOFREE char *two = mem_printf("%s/two", base);
    const char *const paths[] = {one, two, NULL};
    disk_folder(one);
    disk_folder(two);
    struct rig *rig = create(paths, base, NO_ROUNDS_S);
    rig_start(rig);
    disk_rename(one, disk_path("%s/one", two));
    rig_wait_for_state(rig, one, "gone");
    disk_write(disk_path("%s/one/1.dcm", two));
    rig_wait_for(rig, disk_path("%s/one/1.dcm", two));
    disk_folder(one);
    rig_wait_for_state(rig, one, "watched");
    rig_destroy(rig);
}

static void without_any_path_it_is_not_opened(void **state) {
    (void)state;
    const char *const paths[] = {NULL};
    struct rig *rig = create(paths, disk_create(), NO_ROUNDS_S);
    assert_null(rig_instance(rig));
    assert_int_equal(rig_logged(rig, "paths names no folder"), 1);
    rig_destroy(rig);
}

static void a_plugin_is_closed_with_null_and_without_a_start(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_plugin(rig)->close(NULL);
    rig_destroy(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_folder_is_waited_for_at_any_depth),
        cmocka_unit_test(a_missing_parent_made_bit_by_bit_is_waited_for),
        cmocka_unit_test(a_watched_folder_that_is_removed_and_made_again_goes_on),
        cmocka_unit_test(a_watched_folder_that_is_renamed_is_gone),
        cmocka_unit_test(a_renamed_parent_of_a_watched_folder_is_noticed),
        cmocka_unit_test(another_folder_in_the_place_of_a_watched_one_is_watched),
        cmocka_unit_test(a_linked_folder_is_watched_under_its_real_path),
        cmocka_unit_test(a_link_that_comes_later_is_resolved_then),
        cmocka_unit_test(nested_and_repeated_paths_are_watched_once),
        cmocka_unit_test(a_folder_moved_from_one_watched_folder_to_another_changes_its_root),
        cmocka_unit_test(a_watched_folder_moved_into_another_is_part_of_that),
        cmocka_unit_test(without_any_path_it_is_not_opened),
        cmocka_unit_test(a_plugin_is_closed_with_null_and_without_a_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
