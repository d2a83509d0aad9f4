/* SPDX-License-Identifier: Apache-2.0 */
/* source-inotify and source-fanotify: files that are written, renamed, linked, and found. */
#include "disk.h"
#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_closed_file_is_emitted_once_without_a_stat(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    rig_settle(rig);
    const char *path = disk_path("%s/a.dcm", rig_folder(rig));
    disk_write(path);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_CLOSED), 1);
    assert_int_equal(rig_count(rig, path, RIG_SCANNED), 0);
    assert_string_equal(rig_root_of(rig, path), rig_folder(rig));
    rig_destroy(rig);
}

static void an_open_file_is_not_emitted_before_it_is_closed(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    rig_settle(rig);
    const char *path = disk_path("%s/a.dcm", rig_folder(rig));
    int fd = disk_open(path);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_ANY), 0);
    close(fd);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_CLOSED), 1);
    rig_destroy(rig);
}

static void a_file_renamed_into_place_is_emitted(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    char *elsewhere = disk_create();
    disk_write(disk_path("%s/b", elsewhere));
    rig_start(rig);
    const char *root = rig_folder(rig);
    disk_write(disk_path("%s/a.tmp", root));
    disk_rename(disk_path("%s/a.tmp", root), disk_path("%s/a.dcm", root));
    disk_rename(disk_path("%s/b", elsewhere), disk_path("%s/b.dcm", root));
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/a.dcm", root), RIG_CLOSED), 1);
    assert_int_equal(rig_count(rig, disk_path("%s/b.dcm", root), RIG_CLOSED), 1);
    disk_destroy(elsewhere);
    rig_destroy(rig);
}

static void a_file_written_again_is_emitted_again(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    rig_start(rig);
    const char *path = disk_path("%s/a.dcm", rig_folder(rig));
    for (unsigned i = 1; i <= 3; i++) {
        disk_write(path);
        rig_settle(rig);
        assert_int_equal(rig_count(rig, path, RIG_CLOSED), i);
    }
    rig_destroy(rig);
}

static void a_hard_link_is_emitted_as_found(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    char *elsewhere = disk_create();
    disk_write(disk_path("%s/b", elsewhere));
    rig_start(rig);
    rig_settle(rig);
    const char *path = disk_path("%s/b.dcm", rig_folder(rig));
    assert_int_equal(link(disk_path("%s/b", elsewhere), path), 0);
    rig_settle(rig);
    assert_int_equal(rig_count(rig, path, RIG_SCANNED), 1);
    assert_int_equal(rig_count(rig, path, RIG_CLOSED), 0);
    disk_destroy(elsewhere);
    rig_destroy(rig);
}

static void links_pipes_and_folders_are_never_called_closed(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/folder.dcm", root));
    assert_int_equal(mkfifo(disk_path("%s/pipe.dcm", root), 0600), 0);
    assert_int_equal(symlink("/etc/passwd", disk_path("%s/link.dcm", root)), 0);
    rig_start(rig);
    assert_int_equal(mkfifo(disk_path("%s/pipe2.dcm", root), 0600), 0);
    assert_int_equal(symlink("/etc/passwd", disk_path("%s/link2.dcm", root)), 0);
    disk_folder(disk_path("%s/folder2.dcm", root));
    rig_settle(rig);
    assert_int_equal(rig_folders(rig), 1); /* which came later, for the core to say so */
    static const char *const names[] = {"pipe.dcm", "link.dcm", "pipe2.dcm", "link2.dcm"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = disk_path("%s/%s", root, names[i]);
        assert_int_equal(rig_count(rig, path, RIG_CLOSED), 0);
        assert_true(rig_count(rig, path, RIG_SCANNED) > 0); /* by event or scan, or both */
    }
    rig_destroy(rig);
}

static void names_come_as_the_bytes_they_are(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    static const char *const names[] = {"a\nb.dcm", "\xff\xfe.dcm", "\"\\.dcm",
                                        " .dcm",    "%s%n",         "\xc3\xa4.dcm"};
    disk_folder(disk_path("%s/f\n\xff", root));
    rig_start(rig);
    rig_settle(rig);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        disk_write(disk_path("%s/f\n\xff/%s", root, names[i]));
    }
    rig_settle(rig);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(rig_count(rig, disk_path("%s/f\n\xff/%s", root, names[i]), RIG_CLOSED) > 0);
    }
    rig_destroy(rig);
}

static void files_from_before_the_start_come_with_a_stat_in_the_backlog(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/d/e", root));
    for (unsigned i = 0; i < 1000; i++) { /* several slices */
        disk_write(disk_path("%s/d/e/%u.dcm", root, i));
    }
    rig_start(rig);
    assert_int_equal(rig_emitted(rig), 0); /* watched first, scanned on the loop */
    assert_int_equal(rig_followed(rig, root), 1);
    rig_settle(rig);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(rig_count(rig, disk_path("%s/d/e/%u.dcm", root, i), RIG_SCANNED), 1);
    }
    assert_in_range(rig_in_lane(rig, MRQ_BACKLOG), 1000, 1002); /* with the sentinels */
    rig_destroy(rig);
}

static void a_live_file_does_not_wait_for_the_first_scan(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    for (unsigned i = 0; i < 5000; i++) {
        disk_write(disk_path("%s/%u.dcm", root, i));
    }
    rig_start(rig);
    rig_turn(rig);
    disk_folder(disk_path("%s/new/newer", root));
    disk_write(disk_path("%s/new/newer/a.dcm", root));
    rig_wait_for(rig, disk_path("%s/new/newer/a.dcm", root));
    assert_true(rig_number(rig, "scanning") == 1);
    rig_destroy(rig);
}

static void nothing_is_read_while_paused_and_nothing_is_lost(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    for (unsigned i = 0; i < 1000; i++) {
        disk_write(disk_path("%s/old-%u.dcm", root, i));
    }
    rig_pause_at(rig, 10);
    rig_start(rig);
    for (unsigned i = 0; i < 100; i++) {
        rig_turn(rig);
    }
    assert_int_equal(rig_emitted(rig), 10); /* a scan stops at once */
    disk_folder(disk_path("%s/d", root));
    for (unsigned i = 0; i < 100; i++) {
        disk_write(disk_path("%s/d/new-%u.dcm", root, i));
        rig_turn(rig);
    }
    assert_int_equal(rig_emitted(rig), 10);
    rig_plugin(rig)->resume(rig_instance(rig));
    rig_settle(rig);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(rig_count(rig, disk_path("%s/d/new-%u.dcm", root, i), RIG_ANY) > 0);
    }
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(rig_count(rig, disk_path("%s/old-%u.dcm", root, i), RIG_SCANNED), 1);
    }
    rig_destroy(rig);
}

static void an_overflow_is_answered_by_a_rescan(void **state) {
    (void)state;
    struct rig *rig = rig_create();
    const char *root = rig_folder(rig);
    disk_folder(disk_path("%s/gone", root));
    disk_folder(disk_path("%s/from/x", root));
    rig_start(rig);
    rig_settle(rig);
    rig_forget(rig);
    int fd = disk_open(disk_path("%s/open.dcm", root));
    for (unsigned i = 0; i < 20000; i++) { /* more than fs.inotify.max_queued_events */
        disk_write(disk_path("%s/%u.dcm", root, i));
    }
    disk_remove(disk_path("%s/gone", root));
    disk_rename(disk_path("%s/from/x", root), disk_path("%s/y", root));
    disk_write(disk_path("%s/y/late.dcm", root));
    rig_wait_for(rig, disk_path("%s/y/late.dcm", root));
    rig_settle(rig);
    assert_true(rig_number(rig, "overflows") >= 1);
    for (unsigned i = 0; i < 20000; i++) {
        assert_true(rig_count(rig, disk_path("%s/%u.dcm", root, i), RIG_ANY) > 0);
    }
    assert_int_equal(rig_count(rig, disk_path("%s/open.dcm", root), RIG_CLOSED), 0);
    close(fd);
    disk_write(disk_path("%s/y/later.dcm", root)); /* it moved while nobody listened */
    rig_settle(rig);
    assert_int_equal(rig_count(rig, disk_path("%s/open.dcm", root), RIG_CLOSED), 1);
    assert_int_equal(rig_count(rig, disk_path("%s/y/later.dcm", root), RIG_CLOSED), 1);
    assert_int_equal(rig_in_lane(rig, MRQ_BACKLOG), 0);
    rig_destroy(rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_file_is_emitted_once_without_a_stat),
        cmocka_unit_test(an_open_file_is_not_emitted_before_it_is_closed),
        cmocka_unit_test(a_file_renamed_into_place_is_emitted),
        cmocka_unit_test(a_file_written_again_is_emitted_again),
        cmocka_unit_test(a_hard_link_is_emitted_as_found),
        cmocka_unit_test(links_pipes_and_folders_are_never_called_closed),
        cmocka_unit_test(names_come_as_the_bytes_they_are),
        cmocka_unit_test(files_from_before_the_start_come_with_a_stat_in_the_backlog),
        cmocka_unit_test(a_live_file_does_not_wait_for_the_first_scan),
        cmocka_unit_test(nothing_is_read_while_paused_and_nothing_is_lost),
        cmocka_unit_test(an_overflow_is_answered_by_a_rescan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
