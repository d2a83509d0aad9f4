/* SPDX-License-Identifier: Apache-2.0 */
/* What a restart remembers. */
#include "bed.h"

#include "base/memory.h"
#include "protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

static void rest(void) {
    const struct timespec ticks = {.tv_nsec = 20 * 1000000}; /* the kernel's stamps are coarse */
    nanosleep(&ticks, NULL);
}

static void files_from_before_the_first_start_are_not_announced(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write(bed, "a/old.dcm", "7");
    rest();
    bed_stop(bed);
    json_object_clear(bed->saved);
    bed_start(bed);
    bed_write(bed, "a/new.dcm", "8");
    bed_scan(bed, "a/old.dcm");
    bed_scan(bed, "a/new.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 8 new.dcm\n");
    bed_destroy(bed);
}

static void after_a_restart_what_was_counted_is_known(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_write_and_close(bed, name, "7");
    }
    bed_settle(bed);
    assert_int_equal(bed->events, 200);
    bed_write(bed, "a/meanwhile.dcm", "7");
    bed_write(bed, "b/meanwhile.dcm", "8");
    bed_stop(bed);
    bed_start(bed);
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof(name), "a/%d.dcm", i);
        bed_scan(bed, name);
    }
    bed_scan(bed, "a/meanwhile.dcm");
    bed_scan(bed, "b/meanwhile.dcm");
    bed_settle(bed);
    assert_int_equal(bed->events, 202);
    assert_int_equal(bed_told(bed, "new 7 meanwhile.dcm"), 1);
    assert_int_equal(bed_told(bed, "new 8 meanwhile.dcm"), 1);
    bed_write_and_close(bed, "a/5.dcm", "7 longer");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "again 7 5.dcm"), 1);
    bed_destroy(bed);
}

static void an_error_is_not_told_again_after_a_restart(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write_and_close(bed, "a/1.dcm", "");
    bed_write_and_close(bed, "a/crash.dcm", "7");
    bed_settle(bed);
    assert_int_equal(bed_told(bed, "error"), 2);
    bed_stop(bed);
    bed_start(bed);
    bed_scan(bed, "a/1.dcm");
    bed_scan(bed, "a/crash.dcm");
    bed_settle(bed);
    assert_int_equal(bed->events, 2);
    bed_destroy(bed);
}

static void small_record(struct pipeline_settings *settings) {
    settings->record = 10; /* four times as many, for want of a folder that is quiet */
}

static void what_the_record_forgets_counts_as_old(void **state) {
    (void)state;
    struct bed *bed = bed_create(small_record);
    for (int folder = 0; folder < 4; folder++) {
        for (int i = 0; i < 30; i++) {
            char name[32];
            snprintf(name, sizeof(name), "%d/%d.dcm", folder, i);
            bed_write_and_close(bed, name, "7");
        }
        bed_settle(bed);
        rest();
    }
    assert_int_equal(bed->events, 120);
    bed_stop(bed);
    bed_start(bed);
    for (int folder = 0; folder < 2; folder++) {
        for (int i = 0; i < 30; i++) {
            char name[32];
            snprintf(name, sizeof(name), "%d/%d.dcm", folder, i);
            bed_scan(bed, name);
        }
    }
    bed_settle(bed);
    assert_int_equal(bed->events, 120); /* those stamped with its last tick too */
    assert_in_range(bed_health(bed, "record.files"), 1, 40);
    assert_in_range(bed_health(bed, "record.folders"), 1, 4);
    bed_destroy(bed);
}

static void another_bound_is_in_force_at_once(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    for (int folder = 0; folder < 4; folder++) {
        for (int i = 0; i < 30; i++) {
            char name[32];
            snprintf(name, sizeof(name), "%d/%d.dcm", folder, i);
            bed_write_and_close(bed, name, "7");
        }
        bed_settle(bed);
    }
    assert_int_equal(bed_health(bed, "record.files"), 120);
    small_record(&bed->settings);
    pipeline_configure(bed->pipeline, &bed->settings);
    bed_settle(bed);
    assert_in_range(bed_health(bed, "record.files"), 1, 40);
    bed_destroy(bed);
}

/* damaged, or of a clock gone mad */
static void times_at_the_end_of_time_are_only_late(void **state) {
    (void)state;
    struct bed *bed = bed_create(small_record);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    bed_stop(bed);
    const char *key;
    json_t *record, *time;
    json_object_foreach(bed->saved, key, record) {
        if ((time = json_object_get(record, "newest"))) {
            json_integer_set(time, INT64_MAX);
        }
    }
    bed_start(bed);
    for (int i = 0; i < 60; i++) { /* until the record has no room for that folder */
        char name[32];
        snprintf(name, sizeof(name), "%d/1.dcm", i);
        bed_write_and_close(bed, name, "7");
        bed_settle(bed);
    }
    assert_in_range(bed_health(bed, "record.files"), 1, 40);
    bed_destroy(bed);
}

static void backlog_none_drops_what_is_older_than_the_start(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    bed_write(bed, "a/2.dcm", "7");
    bed_write(bed, "a/1.dcm", "7 longer");
    rest();
    bed->policy.backlog = BACKLOG_NONE;
    bed_stop(bed);
    bed_start(bed);
    bed_write(bed, "a/3.dcm", "7");
    bed_scan(bed, "a/1.dcm");
    bed_scan(bed, "a/2.dcm");
    bed_scan(bed, "a/3.dcm");
    bed_settle(bed);
    assert_int_equal(bed->events, 2);
    assert_int_equal(bed_told(bed, "new 7 3.dcm"), 1);
    bed->policy.backlog = BACKLOG_SINCE_LAST; /* what was dropped stays so */
    bed_stop(bed);
    bed_start(bed);
    bed_scan(bed, "a/2.dcm");
    bed_settle(bed);
    assert_int_equal(bed->events, 2);
    bed_destroy(bed);
}

static void backlog_all_takes_what_is_older_than_the_following_once(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write(bed, "a/old.dcm", "7");
    rest();
    bed_stop(bed);
    json_object_clear(bed->saved);
    bed->policy.backlog = BACKLOG_ALL;
    for (int start = 0; start < 2; start++) {
        bed_start(bed);
        bed_scan(bed, "a/old.dcm");
        bed_settle(bed);
        assert_string_equal(bed->story, "new 7 old.dcm\n");
        bed_stop(bed);
    }
    bed_start(bed);
    bed_destroy(bed);
}

static void since_when_it_is_followed_is_kept_from_before(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    bed_stop(bed);
    AUTOFREE char *key = mem_printf("floor:%s", bed->root);
    assert_int_equal(json_object_del(bed->saved, key), 0); /* as it was written once */
    bed_write(bed, "a/2.dcm", "7");
    bed_start(bed);
    bed_scan(bed, "a/1.dcm");
    bed_scan(bed, "a/2.dcm");
    bed_settle(bed);
    assert_int_equal(bed->events, 2);
    bed_destroy(bed);
}

static void a_clock_that_was_ahead_at_the_first_start_loses_nothing(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write(bed, "a/older.dcm", "7");
    rest();
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_settle(bed);
    bed_stop(bed);
    AUTOFREE char *key = mem_printf("root:%s", bed->root);
    json_int_t in_a_year = ((json_int_t)time(NULL) + 31536000) * 1000000000;
    json_object_set_new(bed->saved, key, json_integer(in_a_year));
    bed_write(bed, "a/2.dcm", "7");
    bed_start(bed);
    bed_scan(bed, "a/older.dcm");
    bed_scan(bed, "a/1.dcm");
    bed_scan(bed, "a/2.dcm");
    bed_settle(bed);
    assert_string_equal(bed->story, "new 7 1.dcm\nnew 7 2.dcm\n");
    bed_destroy(bed);
}

/* In the state file: three hashes for each file: place, identity, series. */
static void make_up_device(const struct bed *bed, const char *name) {
    struct stat status;
    AUTOFREE char *path = mem_printf("%s/%s", bed->root, name);
    assert_int_equal(stat(path, &status), 0);
    if (major(status.st_dev) != 0) {
        print_message("SKIP: /dev/shm is no tmpfs here\n");
        skip();
    }
    const struct file_identity identity = protocol_identity(&status);
    AUTOFREE char *now = mem_printf("%016" PRIx64, protocol_identity_hash(&identity));
    AUTOFREE char *once = mem_printf("%016" PRIx64, protocol_identity_hash_once(&status));
    const char *key;
    json_t *value;
    json_object_foreach(bed->saved, key, value) {
        AUTOFREE char *files = mem_dup(json_string_value(json_object_get(value, "files")));
        if (files && memcmp(files + 16, now, 16) == 0) {
            memcpy(files + 16, once, 16);
            json_object_set_new(value, "files", json_string(files));
        }
    }
}

static void a_device_known_by_a_number_that_is_made_up_is_known_again(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write_and_close(bed, "a/1.dcm", "7");
    bed_write_and_close(bed, "b/2.dcm", "8");
    bed_settle(bed);
    bed_stop(bed);
    make_up_device(bed, "a/1.dcm");
    make_up_device(bed, "b/2.dcm");
    AUTOFREE char *before = mem_printf("%s/b/2.dcm", bed->root);
    AUTOFREE char *after = mem_printf("%s/b/renamed.dcm", bed->root);
    assert_int_equal(rename(before, after), 0);
    bed_start(bed);
    bed_scan(bed, "a/1.dcm");
    bed_scan(bed, "b/renamed.dcm");
    bed_settle(bed);
    assert_int_equal(bed->events, 2);
    bed_destroy(bed);
}

static void the_state_file_names_no_folder_of_a_subject(void **state) {
    (void)state;
    struct bed *bed = bed_create(NULL);
    bed_write_and_close(bed, "Doe^Jane/1.dcm", "7");
    bed_settle(bed);
    bed_stop(bed);
    bed_start(bed);
    char *text = json_dumps(bed->saved, 0);
    assert_non_null(strstr(text, "root:"));
    assert_null(strstr(text, "Doe"));
    free(text);
    bed_destroy(bed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_from_before_the_first_start_are_not_announced),
        cmocka_unit_test(after_a_restart_what_was_counted_is_known),
        cmocka_unit_test(an_error_is_not_told_again_after_a_restart),
        cmocka_unit_test(what_the_record_forgets_counts_as_old),
        cmocka_unit_test(another_bound_is_in_force_at_once),
        cmocka_unit_test(times_at_the_end_of_time_are_only_late),
        cmocka_unit_test(backlog_none_drops_what_is_older_than_the_start),
        cmocka_unit_test(backlog_all_takes_what_is_older_than_the_following_once),
        cmocka_unit_test(since_when_it_is_followed_is_kept_from_before),
        cmocka_unit_test(a_clock_that_was_ahead_at_the_first_start_loses_nothing),
        cmocka_unit_test(a_device_known_by_a_number_that_is_made_up_is_known_again),
        cmocka_unit_test(the_state_file_names_no_folder_of_a_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
