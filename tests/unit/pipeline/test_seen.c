/* SPDX-License-Identifier: Apache-2.0 */
/* The record of what was seen: kept, moved, bounded, saved and taken back in. */
#include "pipeline/seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { QUIET_NS = 100 };

/* what the record asks of its owner, and tells it */
struct forgotten {
    int count;
    uint64_t root;
    int64_t newest_ns;
    uint64_t busy, wanted; /* folders */
    int64_t since_ns;
};

static enum seen_need handle_need(void *self, uint64_t root, uint64_t folder) {
    const struct forgotten *forgotten = self;
    assert_int_equal(root, 9);
    return folder == forgotten->busy     ? SEEN_BUSY
           : folder == forgotten->wanted ? SEEN_WANTED
                                         : SEEN_FREE;
}

static int64_t handle_since(void *self, uint64_t root) {
    assert_int_equal(root, 9);
    return ((const struct forgotten *)self)->since_ns;
}

static void handle_forget(void *self, uint64_t root, int64_t newest_ns) {
    struct forgotten *forgotten = self;
    forgotten->count++;
    forgotten->root = root;
    forgotten->newest_ns = newest_ns;
}

static struct seen *create(size_t files, size_t folders, struct forgotten *owner) {
    return seen_create(
        &(struct seen_bounds){.files = files, .folders = folders, .quiet_ns = QUIET_NS},
        &(struct seen_owner){
            .self = owner, .forget = handle_forget, .need = handle_need, .since = handle_since});
}

static const struct seen_times once = {1, 1};

/* Places and files by number; hashes as far apart as real ones. */
static uint64_t mix(uint64_t number) {
    number = (number + 1) * 0x9e3779b97f4a7c15ULL;
    return number ^ number >> 29;
}

static struct seen_place place_of(unsigned folder, unsigned file) {
    return (struct seen_place){
        .root = 9, .folder = mix(folder), .key = mix(folder * 100000ULL + file)};
}

static void note(struct seen *seen, unsigned folder, unsigned file, int64_t changed_ns) {
    const struct seen_place place = place_of(folder, file);
    const struct seen_file what = {.key = place.key,
                                   .identity = mix(1000000ULL * (folder + 1) + file),
                                   .series = folder + 1,
                                   .proof_ns = changed_ns};
    seen_note(seen, &place, &what,
              &(struct seen_times){.now_ns = changed_ns, .changed_ns = changed_ns});
}

static bool knows(const struct seen *seen, unsigned folder, unsigned file) {
    const struct seen_place place = place_of(folder, file);
    const struct seen_file *found = seen_find(seen, &place);
    if (!found) {
        return false;
    }
    assert_int_equal(found->identity, mix(1000000ULL * (folder + 1) + file));
    assert_int_equal(found->series, folder + 1);
    return true;
}

static void handle_put(void *self, const char *key, json_t *value) {
    if (value) {
        json_object_set_new(self, key, value);
    } else {
        json_object_del(self, key);
    }
}

static void restore_all(struct seen *seen, json_t *saved) {
    const char *key;
    json_t *value;
    json_object_foreach(saved, key, value) {
        assert_true(seen_restore(seen, key, value));
    }
}

static void what_is_noted_is_found(void **state) {
    (void)state;
    struct forgotten forgotten = {0};
    struct seen *seen = create(100000, 10, &forgotten);
    for (unsigned file = 0; file < 5000; file++) {
        note(seen, file % 3, file, 1);
    }
    for (unsigned file = 0; file < 5000; file++) {
        assert_true(knows(seen, file % 3, file));
        assert_false(knows(seen, 3, file));
    }
    assert_int_equal(seen_count(seen), 5000);
    assert_int_equal(forgotten.count, 0);
    seen_destroy(seen);
    seen_destroy(NULL);
}

static void a_place_holds_one_file_the_latest(void **state) {
    (void)state;
    struct seen *seen = create(10, 10, &(struct forgotten){0});
    const struct seen_place place = place_of(0, 0);
    seen_note(seen, &place, &(struct seen_file){.key = place.key, .identity = 5, .series = 6},
              &once);
    seen_note(seen, &place, &(struct seen_file){.key = place.key, .identity = 7, .series = 8},
              &once);
    assert_int_equal(seen_find(seen, &place)->identity, 7);
    assert_int_equal(seen_find(seen, &place)->series, 8);
    assert_false(seen_anywhere(seen, 5));
    assert_true(seen_anywhere(seen, 7));
    assert_int_equal(seen_count(seen), 1);
    seen_destroy(seen);
}

static void a_renamed_file_takes_its_record_along(void **state) {
    (void)state;
    struct seen *seen = create(10, 10, &(struct forgotten){0});
    const struct seen_place before = place_of(0, 0), after = place_of(1, 1);
    const struct seen_file file = {.key = before.key, .identity = 5, .series = 6};
    seen_note(seen, &before, &file, &once);
    seen_move(seen, &after, 5, &once);
    assert_null(seen_find(seen, &before));
    assert_int_equal(seen_find(seen, &after)->series, 6);
    assert_int_equal(seen_count(seen), 1);
    seen_destroy(seen);
}

static void when_it_is_full_a_quiet_folder_is_remembered_as_a_whole(void **state) {
    (void)state;
    struct forgotten forgotten = {.since_ns = 900};
    struct seen *seen = create(300, 10, &forgotten);
    for (unsigned file = 0; file < 100; file++) {
        note(seen, 0, file, 1000 + file);
        note(seen, 1, file, 1050);
        note(seen, 2, file, 6000);
    }
    note(seen, 0, 7, 6000); /* touched */
    note(seen, 3, 0, 7000);
    assert_int_equal(forgotten.count, 0);
    assert_int_equal(seen_count(seen), 201);
    assert_int_equal(seen_quiet_count(seen), 1);
    assert_true(knows(seen, 0, 50));
    assert_false(knows(seen, 1, 50));
    assert_true(seen_covers(seen, mix(1), 1050));
    assert_true(seen_covers(seen, mix(1), 900));
    assert_false(seen_covers(seen, mix(1), 899)); /* from before it was followed */
    assert_false(seen_covers(seen, mix(1), 1051));
    assert_false(seen_covers(seen, mix(0), 1050));
    note(seen, 1, 200, 8000); /* it lives again: what was before stays seen */
    assert_true(knows(seen, 1, 200));
    assert_true(seen_covers(seen, mix(1), 1050));
    assert_false(seen_covers(seen, mix(1), 8000));
    seen_destroy(seen);
}

static void what_is_not_quiet_or_on_its_way_or_wanted_stays(void **state) {
    (void)state;
    struct forgotten forgotten = {.busy = mix(0), .wanted = mix(1)};
    struct seen *seen = create(300, 10, &forgotten);
    for (unsigned file = 0; file < 100; file++) {
        note(seen, 0, file, 1000);
        note(seen, 1, file, 1000);
        note(seen, 2, file, 1000);
    }
    note(seen, 3, 0, 1050); /* nothing is quiet */
    assert_int_equal(seen_quiet_count(seen), 0);
    note(seen, 3, 1, 2000);
    assert_int_equal(seen_quiet_count(seen), 1);
    assert_true(knows(seen, 0, 50) && knows(seen, 1, 50) && !knows(seen, 2, 50));
    assert_int_equal(seen_crowded(seen), 0);
    for (unsigned file = 0; file < 2000; file++) { /* four times the bound: now it must be */
        note(seen, 4, file, 2000);
    }
    assert_true(knows(seen, 0, 50) && !knows(seen, 1, 50));
    assert_int_equal(seen_crowded(seen), 100);
    assert_in_range(seen_count(seen), 1, 1200);
    seen_destroy(seen);
}

static void the_folder_that_is_quiet_for_longest_is_forgotten_at_last(void **state) {
    (void)state;
    struct forgotten forgotten = {0};
    struct seen *seen = create(100, 3, &forgotten);
    json_auto_t *saved = json_object();
    for (unsigned folder = 0; folder < 6; folder++) {
        for (unsigned file = 0; file < 100; file++) {
            note(seen, folder, file, 1000 * (folder + 1));
        }
        seen_collect(seen, handle_put, saved);
    }
    assert_int_equal(seen_quiet_count(seen), 3);
    assert_int_equal(forgotten.count, 2);
    assert_int_equal(forgotten.root, 9);
    assert_int_equal(forgotten.newest_ns, 2000);
    assert_int_equal(json_object_size(saved), 3 + 2);
    seen_destroy(seen);
}

static void quiet_folders_are_saved_and_come_back(void **state) {
    (void)state;
    struct forgotten forgotten = {.since_ns = 500};
    struct seen *seen = create(100, 10, &forgotten);
    json_auto_t *saved = json_object();
    for (unsigned file = 0; file < 400; file++) {
        note(seen, file / 100, file, 1000 * (file / 100 + 1));
    }
    seen_collect(seen, handle_put, saved);
    seen_remove_folder(seen, mix(1));
    seen_collect(seen, handle_put, saved);
    seen_destroy(seen);
    seen = create(100, 10, &forgotten);
    restore_all(seen, saved);
    assert_int_equal(seen_quiet_count(seen), 2);
    assert_true(seen_covers(seen, mix(0), 1000) && seen_covers(seen, mix(2), 3000));
    assert_false(seen_covers(seen, mix(1), 2000));
    assert_true(knows(seen, 3, 399));
    assert_int_equal(
        seen_find(seen, &(struct seen_place){9, mix(3), place_of(3, 399).key})->proof_ns, 4000);
    seen_destroy(seen);
}

static void what_is_removed_leaves_and_its_room_is_used_again(void **state) {
    (void)state;
    struct forgotten forgotten = {0};
    struct seen *seen = create(100000, 10, &forgotten);
    json_auto_t *saved = json_object();
    for (unsigned file = 0; file < 20000; file++) {
        note(seen, 0, file, 1000);
        if (file >= 100) {
            const struct seen_place old = place_of(0, file - 100);
            seen_remove(seen, &old, 4711); /* another file is there by now */
            assert_non_null(seen_find(seen, &old));
            seen_remove(seen, &old, mix(1000000ULL + file - 100));
        }
    }
    assert_int_equal(seen_count(seen), 100);
    seen_collect(seen, handle_put, saved);
    assert_in_range(json_object_size(saved), 1, 10);
    seen_destroy(seen);
}

static void what_is_saved_comes_back(void **state) {
    (void)state;
    struct forgotten forgotten = {0};
    struct seen *seen = create(100000, 10, &forgotten);
    json_auto_t *saved = json_object();
    for (unsigned file = 0; file < 1000; file++) {
        note(seen, file % 3, file, file);
        if (file % 100 == 99) {
            seen_collect(seen, handle_put, saved);
        }
    }
    const struct seen_place moved = place_of(7, 7);
    seen_move(seen, &moved, mix(1000000ULL), &once);
    seen_collect(seen, handle_put, saved);
    seen_destroy(seen);

    seen = create(100000, 10, &forgotten);
    restore_all(seen, saved);
    for (unsigned file = 1; file < 1000; file++) {
        assert_true(knows(seen, file % 3, file));
    }
    assert_false(knows(seen, 0, 0));
    assert_int_equal(seen_find(seen, &moved)->series, 1);
    assert_int_equal(seen_count(seen), 1000);
    note(seen, 0, 2000, 1); /* goes on where it was */
    assert_true(knows(seen, 0, 2000));
    seen_destroy(seen);
}

static void what_changes_is_saved_and_nothing_else(void **state) {
    (void)state;
    struct seen *seen = create(100000, 10, &(struct forgotten){0});
    json_auto_t *saved = json_object(), *more = json_object(), *nothing = json_object();
    for (unsigned file = 0; file < 10000; file++) {
        note(seen, 0, file, file);
    }
    seen_collect(seen, handle_put, saved);
    note(seen, 0, 10000, 1);
    seen_collect(seen, handle_put, more);
    assert_int_equal(json_object_size(more), 1);
    seen_collect(seen, handle_put, nothing);
    assert_int_equal(json_object_size(nothing), 0);
    seen_destroy(seen);
}

static void what_is_forgotten_leaves_the_state_file_too(void **state) {
    (void)state;
    struct forgotten forgotten = {0};
    struct seen *seen = create(100, 10, &forgotten);
    json_auto_t *saved = json_object();
    for (unsigned file = 0; file < 100; file++) {
        note(seen, 0, file, 1);
    }
    seen_collect(seen, handle_put, saved);
    assert_int_equal(json_object_size(saved), 2);
    note(seen, 1, 0, 1000);
    seen_collect(seen, handle_put, saved);
    assert_int_equal(json_object_size(saved), 2); /* a line for each folder */
    seen_destroy(seen);
}

static void a_damaged_record_is_refused(void **state) {
    (void)state;
    static const char *const values[] = {
        "null",
        "7",
        "{}",
        "{\"root\": \"0000000000000009\", \"from\": 1}",
        "{\"root\": \"0\", \"newest\": 1, \"files\": \"\"}",
        "{\"root\": \"0000000000000009\", \"newest\": 1, \"files\": \"0\"}",
        "{\"root\": \"0000000000000009\", \"newest\": 1, \"files\": \"zzzzzzzzzzzzzzzzzzzzzzzzzzzz"
        "zzzzzzzzzzzzzzzzzzzz\"}"};
    struct seen *seen = create(100, 10, &(struct forgotten){0});
    json_auto_t *good = json_loads("{\"root\": \"0000000000000009\", \"newest\": 1, \"files\": "
                                   "\"000000000000000100000000000000020000000000000003\"}",
                                   0, NULL);
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_auto_t *value = json_loads(values[i], JSON_DECODE_ANY, NULL);
        assert_false(seen_restore(seen, "0000000000000001/0", value));
    }
    assert_false(seen_restore(seen, "0000000000000001/quiet", good));
    assert_false(seen_restore(seen, "1/0", good));
    assert_false(seen_restore(seen, "0000000000000001", good));
    assert_false(seen_restore(seen, "0000000000000001/0x", good));
    assert_false(seen_restore(seen, "0000000000000001/999999999", good));
    assert_int_equal(seen_count(seen), 0);
    assert_true(seen_restore(seen, "0000000000000001/0", good));
    assert_int_equal(seen_count(seen), 1);
    seen_destroy(seen);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_noted_is_found),
        cmocka_unit_test(a_place_holds_one_file_the_latest),
        cmocka_unit_test(a_renamed_file_takes_its_record_along),
        cmocka_unit_test(when_it_is_full_a_quiet_folder_is_remembered_as_a_whole),
        cmocka_unit_test(what_is_not_quiet_or_on_its_way_or_wanted_stays),
        cmocka_unit_test(the_folder_that_is_quiet_for_longest_is_forgotten_at_last),
        cmocka_unit_test(quiet_folders_are_saved_and_come_back),
        cmocka_unit_test(what_is_removed_leaves_and_its_room_is_used_again),
        cmocka_unit_test(what_is_saved_comes_back),
        cmocka_unit_test(what_changes_is_saved_and_nothing_else),
        cmocka_unit_test(what_is_forgotten_leaves_the_state_file_too),
        cmocka_unit_test(a_damaged_record_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
