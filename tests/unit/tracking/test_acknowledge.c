/* SPDX-License-Identifier: Apache-2.0 */
/* What people say to a series, as tracking keeps it. */
#include "base/memory.h"
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TR(value) BENCH_CONSTANT("TR", value, "")

static enum mrq_acknowledged answer(struct bench *bench, const char *key, const char *word,
                                    const char *reason) {
    const struct mrq_acknowledgement given = {"A", key, word, reason};
    return tracking_acknowledge(bench->tracking, &given);
}

/* the key of a new series of station A */
static const char *begin(struct bench *bench, uint64_t key, uint32_t status) {
    struct bench_file file = {.station = "A", .key = key, .status = status, .watch = TR("1300")};
    bench_send(bench, file);
    return bench_text(bench_last(bench, "series", "key", NULL));
}

static void each_word_is_kept_and_told(void **state) {
    struct bench *bench = *state;
    static const char *const words[] = {"repeat", "unwell", "agreed", "other"};
    const char *key = begin(bench, 1, DEVIATES);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_int_equal(answer(bench, key, words[i], "why"), MRQ_ACKNOWLEDGED);
        assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "acknowledged");
        assert_string_equal(bench_text(bench_last(bench, "content", "answer", NULL)), words[i]);
        const json_t *kept = bench_last(bench, "series", "acknowledged", NULL);
        assert_string_equal(bench_text(json_object_get(kept, "reason")), "why");
    }
    assert_int_equal(answer(bench, key, "", NULL), MRQ_ANSWER_UNKNOWN);
    assert_int_equal(answer(bench, key, NULL, "dropped"), MRQ_ACKNOWLEDGED);
    assert_string_equal(bench_text(bench_last(bench, "content", "reason", NULL)), "");
    assert_true(json_is_null(bench_last(bench, "series", "acknowledged", NULL)));
}

static void only_a_series_that_asks_for_an_act_is_answered(void **state) {
    struct bench *bench = *state;
    const char *fine = begin(bench, 1, CONFORMS);
    const char *doubtful = begin(bench, 2, WARNS);
    assert_int_equal(answer(bench, fine, "agreed", NULL), MRQ_NOTHING_TO_ANSWER);
    assert_int_equal(answer(bench, doubtful, "agreed", NULL), MRQ_NOTHING_TO_ANSWER);
    assert_int_equal(answer(bench, "0000000000000003-0", "agreed", NULL), MRQ_SERIES_UNKNOWN);
    assert_int_equal(answer(bench, " 0000000000000001-0", "agreed", NULL), MRQ_SERIES_UNKNOWN);
    assert_int_equal(answer(bench, "1-0", "agreed", NULL), MRQ_SERIES_UNKNOWN);
    assert_int_equal(answer(bench, "", "agreed", NULL), MRQ_SERIES_UNKNOWN);
    bench_send(bench, (struct bench_file){
                          .station = "A", .key = 1, .status = CONFORMS, .watch = TR("2000")});
    assert_int_equal(answer(bench, fine, "agreed", NULL), MRQ_ACKNOWLEDGED);
}

static void a_series_that_ended_too_early_is_answered(void **state) {
    struct bench *bench = *state;
    AUTOFREE char *key = mem_dup(begin(bench, 1, CONFORMS));
    AUTOFREE char *counts = mem_printf("%s/count", key);
    bench_collect(bench);
    json_object_set_new(json_object_get(bench->records, counts), "incomplete", json_true());
    struct bench *later = bench_create(bench);
    assert_int_equal(answer(later, key, "unwell", NULL), MRQ_ACKNOWLEDGED);
    bench_destroy(later);
}

static void a_change_outdates_every_answer_but_repeat(void **state) {
    struct bench *bench = *state;
    static const char *const words[] = {"agreed", "repeat"};
    for (size_t i = 0; i < 2; i++) {
        struct bench_file file = {.station = "A", .key = i, .status = DEVIATES};
        AUTOFREE char *key = mem_dup(begin(bench, i, DEVIATES));
        assert_int_equal(answer(bench, key, words[i], NULL), MRQ_ACKNOWLEDGED);
        file.watch = TR("1300");
        bench_send(bench, file);
        assert_true(json_is_object(bench_last(bench, "series", "acknowledged", NULL)));
        file.watch = TR("2000");
        bench_send(bench, file);
        assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "changed");
        assert_int_equal(json_is_null(bench_last(bench, "series", "acknowledged", NULL)), i == 0);
    }
}

static void missing_images_outdate_an_answer_given_before(void **state) {
    struct bench *bench = *state;
    const char *about = "\"number\":1,\"name\":\"bold\",\"expected\":420";
    const struct bench_file file = {.station = "A", .key = 1, .status = DEVIATES, .about = about};
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 10});
    bench_send(bench, file);
    AUTOFREE char *key = mem_dup(bench_text(bench_last(bench, "series", "key", NULL)));
    assert_int_equal(answer(bench, key, "agreed", NULL), MRQ_ACKNOWLEDGED);
    bench_run(bench, 4);
    assert_true(json_is_true(bench_last(bench, "series", "incomplete", NULL)));
    assert_true(json_is_null(bench_last(bench, "series", "acknowledged", NULL)));
    assert_int_equal(answer(bench, key, "unwell", NULL), MRQ_ACKNOWLEDGED);
    bench_send(bench, file); /* one that was late */
    bench_run(bench, bench->event_count + 2);
    assert_string_equal(bench_text(bench_last(bench, "type", NULL)), "ended");
    assert_true(json_is_object(bench_last(bench, "series", "acknowledged", NULL)));
}

static void an_answer_can_be_taken_back_when_there_is_nothing_to_answer_any_more(void **state) {
    struct bench *bench = *state;
    const char *about = "\"number\":1,\"name\":\"bold\",\"expected\":2";
    const struct bench_file file = {.station = "A", .key = 1, .status = CONFORMS, .about = about};
    bench_phases(bench, &(struct phases_settings){.stall_after_ms = 10});
    bench_send(bench, file);
    AUTOFREE char *key = mem_dup(bench_text(bench_last(bench, "series", "key", NULL)));
    bench_run(bench, 3);
    assert_int_equal(answer(bench, key, "unwell", NULL), MRQ_ACKNOWLEDGED);
    bench_send(bench, file);
    assert_true(json_is_false(bench_last(bench, "series", "incomplete", NULL)));
    assert_int_equal(answer(bench, key, "other", NULL), MRQ_NOTHING_TO_ANSWER);
    assert_int_equal(answer(bench, key, NULL, NULL), MRQ_ACKNOWLEDGED);
    assert_int_equal(answer(bench, key, NULL, NULL), MRQ_NOTHING_TO_ANSWER);
}

static void an_answer_survives_a_restart(void **state) {
    struct bench *bench = *state;
    const char *key = begin(bench, 1, DEVIATES);
    assert_int_equal(answer(bench, key, "agreed", "why"), MRQ_ACKNOWLEDGED);
    bench_collect(bench);
    struct bench *later = bench_create(bench);
    json_t *before = bench_state(bench), *after = bench_state(later);
    assert_true(json_equal(before, after));
    assert_true(json_is_object(bench_in(after, "A", "series", "acknowledged", NULL)));
    json_decref(before);
    json_decref(after);
    bench_destroy(later);
}

static void a_damaged_answer_is_none(void **state) {
    struct bench *bench = *state;
    const char *key = begin(bench, 1, DEVIATES);
    assert_int_equal(answer(bench, key, "agreed", "why"), MRQ_ACKNOWLEDGED);
    bench_collect(bench);
    json_object_set_new(json_object_get(bench->records, key), "acknowledged", json_true());
    struct bench *later = bench_create(bench);
    json_t *after = bench_state(later);
    assert_true(json_is_null(bench_in(after, "A", "series", "acknowledged", NULL)));
    json_decref(after);
    bench_destroy(later);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_make, bench_drop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_word_is_kept_and_told),
        TEST(only_a_series_that_asks_for_an_act_is_answered),
        TEST(a_series_that_ended_too_early_is_answered),
        TEST(a_change_outdates_every_answer_but_repeat),
        TEST(missing_images_outdate_an_answer_given_before),
        TEST(an_answer_can_be_taken_back_when_there_is_nothing_to_answer_any_more),
        TEST(an_answer_survives_a_restart),
        TEST(a_damaged_answer_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
