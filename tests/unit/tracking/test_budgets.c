/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept has bounds in bytes, however slowly it is read and however large the headers are. */
#include "base/memory.h"
#include "bench.h"
#include "tracking/state_document.h"

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

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)
    const struct CMUnitTest tests[] = {
        TEST(slow_readers_of_state_have_a_bound_together),
        TEST(readers_of_one_state_share_it),
        cmocka_unit_test(a_reader_may_outlive_tracking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
