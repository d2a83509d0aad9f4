/* SPDX-License-Identifier: Apache-2.0 */
/* The queue: folders in turn, live before backlog, one worker always left for the others. */
#include "pipeline/folder_queue.h"
#include "pipeline/folders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct folders *folders;
    struct folder_queue queue;
};

static int make(void **state) {
    static struct fixture fixture;
    fixture.folders = folders_create();
    folder_queue_init(&fixture.queue);
    *state = &fixture;
    return 0;
}

static int unmake(void **state) {
    folders_destroy(((struct fixture *)*state)->folders);
    return 0;
}

static struct queued_file *put(struct fixture *fixture, const char *path, enum mrq_lane lane) {
    const char *name;
    struct folder *folder = folders_of(fixture->folders, "/data", path, &name);
    struct queued_file *file =
        folders_add(fixture->folders, folder, name, folders_key(folder, name));
    file->lane = lane;
    folder_queue_put(&fixture->queue, file);
    return file;
}

static const char *next(struct fixture *fixture, struct load *load, unsigned workers) {
    const struct queued_file *file = folder_queue_next(&fixture->queue, load, workers, MRQ_BACKLOG);
    return file ? file->name : "";
}

static const char *next_alone(struct fixture *fixture) {
    struct load load = {0};
    const char *name = next(fixture, &load, 1);
    if (load.count) {
        folder_queue_leave(&load, 0);
    }
    return name;
}

static void folders_are_served_in_turn(void **state) {
    struct fixture *fixture = *state;
    for (int i = 0; i < 1000; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/data/a/%d", i);
        put(fixture, path, MRQ_LIVE);
    }
    put(fixture, "/data/b/x", MRQ_LIVE);
    put(fixture, "/data/c/y", MRQ_LIVE);
    assert_string_equal(next_alone(fixture), "0");
    assert_string_equal(next_alone(fixture), "x");
    assert_string_equal(next_alone(fixture), "y");
    assert_string_equal(next_alone(fixture), "1");
    assert_string_equal(next_alone(fixture), "2");
}

static void what_is_live_passes_the_backlog(void **state) {
    struct fixture *fixture = *state;
    put(fixture, "/data/a/old", MRQ_BACKLOG);
    put(fixture, "/data/b/older", MRQ_BACKLOG);
    put(fixture, "/data/a/new", MRQ_LIVE);
    assert_string_equal(next_alone(fixture), "new");
    assert_string_equal(next_alone(fixture), "old");
    assert_string_equal(next_alone(fixture), "older");
    assert_string_equal(next_alone(fixture), "");
    assert_int_equal(fixture->queue.folders, 0);
}

static void one_worker_is_left_for_another_folder(void **state) {
    struct fixture *fixture = *state;
    struct load first = {0}, second = {0}, third = {0};
    for (const char *name = "123456"; *name; name++) {
        char path[64];
        snprintf(path, sizeof(path), "/data/a/%c", *name);
        put(fixture, path, MRQ_LIVE);
    }
    assert_string_equal(next(fixture, &first, 3), "1");
    assert_string_equal(next(fixture, &second, 3), "2");
    put(fixture, "/data/b/x", MRQ_BACKLOG);
    put(fixture, "/data/b/y", MRQ_BACKLOG);
    assert_string_equal(next(fixture, &third, 3), "x");
    assert_string_equal(next(fixture, &first, 3), "3"); /* it has one of that folder already */
    assert_string_equal(next(fixture, &third, 3), "y");
    folder_queue_leave(&third, 0);
    folder_queue_leave(&third, 0);
    assert_string_equal(next(fixture, &third, 3), "4"); /* nobody else waits */
}

static void the_only_worker_serves_every_folder(void **state) {
    struct fixture *fixture = *state;
    put(fixture, "/data/a/1", MRQ_LIVE);
    put(fixture, "/data/b/2", MRQ_LIVE);
    assert_string_equal(next_alone(fixture), "1");
    assert_string_equal(next_alone(fixture), "2");
}

static void a_worker_has_only_so_many_files(void **state) {
    struct fixture *fixture = *state;
    struct load load = {0};
    for (int i = 0; i < LOAD_FILES + 1; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/data/a/%d", i);
        put(fixture, path, MRQ_LIVE);
    }
    for (int i = 0; i < LOAD_FILES; i++) {
        assert_string_not_equal(next(fixture, &load, 1), "");
    }
    assert_string_equal(next(fixture, &load, 1), "");
}

static void what_killed_a_worker_is_tried_alone(void **state) {
    struct fixture *fixture = *state;
    struct load load = {0};
    put(fixture, "/data/a/1", MRQ_LIVE);
    struct queued_file *file = put(fixture, "/data/a/2", MRQ_LIVE);
    put(fixture, "/data/a/3", MRQ_LIVE);
    assert_string_equal(next(fixture, &load, 1), "1");
    file->alone = true;
    assert_string_equal(next(fixture, &load, 1), ""); /* not beside another */
    folder_queue_leave(&load, 0);
    assert_string_equal(next(fixture, &load, 1), "2");
    assert_string_equal(next(fixture, &load, 1), ""); /* and none beside it */
}

static void what_is_put_back_comes_first(void **state) {
    struct fixture *fixture = *state;
    struct load load = {0};
    put(fixture, "/data/a/1", MRQ_LIVE);
    put(fixture, "/data/a/2", MRQ_LIVE);
    struct queued_file *file = folder_queue_next(&fixture->queue, &load, 1, MRQ_BACKLOG);
    folder_queue_blank(&load, 0);
    assert_int_equal(load.count, 1); /* its answer may still come */
    folder_queue_put_front(&fixture->queue, file);
    assert_int_equal(file->folder->workers, 0);
    assert_string_equal(next_alone(fixture), "1");
    assert_string_equal(next_alone(fixture), "2");
}

static void a_watched_folder_that_is_shut_out_waits(void **state) {
    struct fixture *fixture = *state;
    struct queued_file *file = put(fixture, "/data/a/1", MRQ_LIVE);
    file->folder->root->shut = true;
    assert_string_equal(next_alone(fixture), "");
    file->folder->root->shut = false;
    assert_string_equal(next_alone(fixture), "1");
}

static void a_path_outside_its_root_is_left_alone(void **state) {
    struct fixture *fixture = *state;
    const char *name;
    assert_null(folders_of(fixture->folders, "/data", "/database/x", &name));
    assert_null(folders_of(fixture->folders, "/data", "/data/x/", &name));
    assert_null(folders_of(fixture->folders, "/data", "x", &name));
    struct folder *folder = folders_of(fixture->folders, "/", "/x", &name);
    assert_string_equal(folder->below, "");
    folder = folders_of(fixture->folders, "/", "/deep/er/x", &name);
    assert_string_equal(folder->below, "deep/er");
    folder = folders_of(fixture->folders, "/data", "/data/deep/er/x", &name);
    assert_string_equal(folder->below, "deep/er");
    assert_string_equal(name, "x");
}

static void folders_without_files_are_forgotten_in_the_end(void **state) {
    struct fixture *fixture = *state;
    const char *name;
    for (int i = 0; i < 10000; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/data/%d/x", i);
        assert_non_null(folders_of(fixture->folders, "/data", path, &name));
    }
    assert_in_range(folders_count(fixture->folders), 1, 5000);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        TEST(folders_are_served_in_turn),
        TEST(what_is_live_passes_the_backlog),
        TEST(one_worker_is_left_for_another_folder),
        TEST(the_only_worker_serves_every_folder),
        TEST(a_worker_has_only_so_many_files),
        TEST(what_killed_a_worker_is_tried_alone),
        TEST(what_is_put_back_comes_first),
        TEST(a_watched_folder_that_is_shut_out_waits),
        TEST(a_path_outside_its_root_is_left_alone),
        TEST(folders_without_files_are_forgotten_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
