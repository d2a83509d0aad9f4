/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept has bounds in bytes, however slowly it is read and however large the headers are. */
#include "base/memory.h"
#include "bench.h"
#include "tracking/state_document.h"
#include "tracking/station.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NOTE_BYTES = 200 * 1024, TEXTS = 4096 };

/* a series whose result is large */
static void send_large(struct bench *bench, uint64_t key) {
    AUTOFREE char *note = mem_zeroed(NOTE_BYTES, 1);
    memset(note, 'x', NOTE_BYTES - 1);
    bench_send(bench, (struct bench_file){.key = key, .note = note});
}

static size_t read_slowly(struct bench *bench, const struct mrq_text *texts[TEXTS]) {
    size_t count = 0;
    while (count < TEXTS && (texts[count] = tracking_state(bench->tracking))) {
        count++;
        bench_send(bench, (struct bench_file){.key = 1, .digest = 1}); /* it is out of date */
    }
    return count;
}

static size_t release_all(const struct mrq_text *texts[TEXTS], size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += texts[i]->length;
        mrq_text_release(texts[i]);
    }
    return bytes;
}

static void slow_readers_of_state_have_a_bound_together(void **state) {
    struct bench *bench = *state;
    const struct mrq_text *texts[TEXTS];
    bench->parse = false;
    for (uint64_t key = 1; key <= 20; key++) {
        send_large(bench, key);
    }
    size_t count = read_slowly(bench, texts);
    assert_in_range(count, 2, TEXTS - 1);
    const struct mrq_text *refused = tracking_state(bench->tracking);
    assert_null(refused);
    size_t bytes = release_all(texts, count);
    assert_in_range(bytes, STATE_TEXTS_BYTES / 2, STATE_TEXTS_BYTES);
    json_t *document = bench_state(bench); /* when they have read theirs there is room again */
    assert_int_equal(json_object_size(document), 1);
    json_decref(document);
}

static void readers_of_one_state_share_it(void **state) {
    struct bench *bench = *state;
    const struct mrq_text *texts[TEXTS];
    send_large(bench, 1);
    for (size_t i = 0; i < TEXTS; i++) {
        assert_non_null(texts[i] = tracking_state(bench->tracking));
    }
    release_all(texts, TEXTS);
}

static void a_reader_may_outlive_tracking(void **state) {
    (void)state;
    struct bench *bench = bench_create(NULL);
    send_large(bench, 1);
    const struct mrq_text *text = tracking_state(bench->tracking);
    bench_destroy(bench);
    assert_int_equal(strlen(text->data), text->length);
    mrq_text_release(text);
}

/* stations that send much, and one that sends little */
static void the_history_has_a_bound_in_bytes(void **state) {
    struct bench *bench = *state;
    bench->parse = false;
    bench_send(bench, (struct bench_file){.key = 1, .station = "small"});
    for (uint64_t key = 2; key <= 102; key++) {
        for (int station = 0; station < 8; station++) {
            AUTOFREE char *name = mem_printf("S%d", station);
            AUTOFREE char *note = mem_zeroed(NOTE_BYTES, 1);
            memset(note, 'x', NOTE_BYTES - 1);
            bench_send(bench, (struct bench_file){.key = key * 8 + (uint64_t)station,
                                                  .station = name,
                                                  .note = note});
        }
    }
    const struct mrq_text *text = tracking_state(bench->tracking);
    assert_in_range(text->length, HISTORY_BYTES / 2, HISTORY_BYTES + 9 * NOTE_BYTES);
    mrq_text_release(text);
    json_t *document = bench_state(bench);
    assert_int_equal(json_object_size(document), 9);
    assert_int_equal(json_array_size(bench_in(document, "small", "history", NULL)), 1);
    for (int station = 0; station < 8; station++) { /* fairly, and the newest last */
        AUTOFREE char *name = mem_printf("S%d", station);
        assert_in_range(json_array_size(bench_in(document, name, "history", NULL)), 20, 40);
    }
    json_decref(document);
    bench_collect(bench);
    assert_in_range(json_object_size(bench->records), 2 * 200, 4 * 300);
    struct bench *again = bench_create(bench); /* and so it is when it comes back */
    json_t *restored = bench_state(again);
    assert_int_equal(json_object_size(restored), 9);
    json_decref(restored);
    bench_destroy(again);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(slow_readers_of_state_have_a_bound_together),
        TEST(the_history_has_a_bound_in_bytes),
        TEST(readers_of_one_state_share_it),
        cmocka_unit_test(a_reader_may_outlive_tracking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
