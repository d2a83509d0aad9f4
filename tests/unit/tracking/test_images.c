/* SPDX-License-Identifier: Apache-2.0 */
/* Images are counted and not files: a copy is none, wherever and whenever it comes. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tracking/instances.h"

#define DUE "\"study\":\"1\",\"number\":9,\"name\":\"bold\",\"expected\":6"

static json_int_t series_count(struct bench *bench) {
    json_t *document = bench_state(bench);
    json_int_t count = json_integer_value(bench_in(document, "AWP1", "series", "count", NULL));
    json_decref(document);
    return count;
}

static void send_image(struct bench *bench, uint64_t image, const char *folder, const char *name) {
    bench_send(
        bench,
        (struct bench_file){
            .key = 9, .digest = 1, .about = DUE, .image = image, .folder = folder, .name = name});
}

static void a_copy_under_another_name_fills_no_short_run(void **state) {
    struct bench *bench = *state;
    for (uint64_t image = 1; image <= 4; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    send_image(bench, 1, NULL, "a(1).dcm");
    send_image(bench, 2, "/data/copies", "a.dcm");
    AUTOFREE char *types = bench_types(bench);
    assert_string_equal(types, "new update update update");
    assert_int_equal(series_count(bench), 4);
}

static void a_file_that_expects_otherwise_makes_it_unknown(void **state) {
    struct bench *bench = *state;
    send_image(bench, 1, NULL, "a.dcm");
    assert_int_equal(json_integer_value(bench_last(bench, "series", "expected", NULL)), 6);
    bench_send(bench, (struct bench_file){.key = 9, .about = "\"number\":9,\"expected\":null"});
    assert_true(json_is_null(bench_last(bench, "series", "expected", NULL)));
    for (uint64_t image = 3; image <= 7; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    AUTOFREE char *types = bench_types(bench);
    assert_null(strstr(types, "ended"));
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    send_image(later, 8, NULL, "a.dcm");
    assert_true(json_is_null(bench_last(later, "series", "expected", NULL)));
    bench_destroy(later);
}

static void a_copy_after_a_restart_is_none(void **state) {
    struct bench *bench = *state;
    for (uint64_t image = 1; image <= 600; image++) {
        send_image(bench, image, NULL, "a.dcm");
        if (image == 300) {
            bench_collect(bench);
        }
    }
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    for (uint64_t image = 1; image <= 600; image++) {
        send_image(later, image, "/data/copies", "b.dcm");
    }
    assert_int_equal(later->event_count, 0);
    send_image(later, 601, NULL, "a.dcm");
    assert_int_equal(series_count(later), 601);
    bench_collect(later);
    struct bench *last = bench_create(later);
    send_image(last, 601, NULL, "b.dcm");
    send_image(last, 1, NULL, "b.dcm");
    assert_int_equal(series_count(last), 601);
    bench_destroy(last);
    bench_destroy(later);
}

static void images_are_saved_once_and_not_with_each_that_comes(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, 60000);
    for (uint64_t image = 1; image <= 100 * INSTANCES_CHUNK; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 2 + 100);
    json_object_clear(bench->records);
    send_image(bench, 1000000, NULL, "a.dcm");
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 2); /* counts, and the images since */
}

static void a_changed_series_that_is_saved_anew_keeps_its_images(void **state) {
    struct bench *bench = *state;
    for (uint64_t image = 1; image <= 300; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    bench_collect(bench);
    bench_send(bench, (struct bench_file){.key = 9, .status = DEVIATES, .image = 301});
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    for (uint64_t image = 1; image <= 301; image++) {
        send_image(later, image, NULL, "b.dcm");
    }
    assert_int_equal(series_count(later), 301);
    bench_destroy(later);
}

static void beyond_the_bound_each_file_is_an_image(void **state) {
    struct bench *bench = *state;
    bench_interval(bench, 60000);
    for (uint64_t image = 1; image <= INSTANCES + 10; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    send_image(bench, INSTANCES, NULL, "b.dcm");
    assert_int_equal(series_count(bench), INSTANCES + 10);
    send_image(bench, INSTANCES + 10, NULL, "b.dcm");
    assert_int_equal(series_count(bench), INSTANCES + 11);
}

static void without_a_uid_the_path_tells_images_apart(void **state) {
    struct bench *bench = *state;
    static const char *const names[] = {"1.dcm", "2.dcm", "1.dcm", "3.dcm"};
    for (size_t i = 0; i < 4; i++) {
        bench_send(bench,
                   (struct bench_file){.key = 9, .digest = 1, .nameless = true, .name = names[i]});
    }
    assert_int_equal(series_count(bench), 3);
    const struct tracking_file file = {.folder = "/data/one", .name = "3.dcm", .said = "3.dcm"};
    assert_true(tracking_count(bench->tracking, &file, 9)); /* by its name alone, as all others */
    assert_int_equal(series_count(bench), 3);
}

static void a_series_that_is_forgotten_takes_its_images_along(void **state) {
    struct bench *bench = *state;
    for (uint64_t image = 1; image <= 600; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    bench_collect(bench);
    struct tracking_settings settings = {.history = 1};
    tracking_configure(bench->tracking, &settings);
    bench_send(bench, (struct bench_file){.key = 10});
    bench_collect(bench);
    assert_int_equal(json_object_size(bench->records), 3);
}

static void records_of_images_that_make_no_sense_harm_nobody(void **state) {
    struct bench *bench = *state;
    static const char *const texts[] = {"\"\"", "\"xyz\"", "7", "\"0123456789abcdeg\"", "[]"};
    for (uint64_t image = 1; image <= 5; image++) {
        send_image(bench, image, NULL, "a.dcm");
    }
    bench_collect(bench);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_object_set_new(bench->records, "0000000000000009-0/images/0",
                            json_loads(texts[i], JSON_DECODE_ANY, NULL));
        struct bench *later = bench_create(bench);
        assert_int_equal(series_count(later), 5);
        send_image(later, 1, NULL, "b.dcm");
        bench_destroy(later);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(a_copy_under_another_name_fills_no_short_run),
        TEST(a_file_that_expects_otherwise_makes_it_unknown),
        TEST(a_copy_after_a_restart_is_none),
        TEST(images_are_saved_once_and_not_with_each_that_comes),
        TEST(a_changed_series_that_is_saved_anew_keeps_its_images),
        TEST(beyond_the_bound_each_file_is_an_image),
        TEST(without_a_uid_the_path_tells_images_apart),
        TEST(a_series_that_is_forgotten_takes_its_images_along),
        TEST(records_of_images_that_make_no_sense_harm_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
