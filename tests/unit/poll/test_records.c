/* SPDX-License-Identifier: Apache-2.0 */
/* source-poll: what a scan tells is taken in only if its lengths are right. */
#include "record.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static struct record_buffer made(enum record_kind kind, const char *path, uint32_t root_bytes) {
    struct record_buffer buffer = {.head = {.kind = (uint16_t)kind,
                                            .path_bytes = (uint32_t)strlen(path),
                                            .root_bytes = root_bytes}};
    memcpy(buffer.path, path, strlen(path));
    buffer.path[strlen(path)] = 'x'; /* the NUL is not sent */
    return buffer;
}

static bool valid(struct record_buffer *buffer) {
    return record_valid(buffer, sizeof(buffer->head) + buffer->head.path_bytes);
}

static void records_as_they_are_sent_are_valid(void **state) {
    (void)state;
    struct record_buffer file = made(RECORD_FILE, "/a/b\n\xff", 2);
    assert_true(valid(&file));
    assert_string_equal(file.path, "/a/b\n\xff");
    struct record_buffer top = made(RECORD_FILE, "/b", 1);
    assert_true(valid(&top));
    struct record_buffer fault = made(RECORD_FAULT, "/a", 2);
    assert_true(valid(&fault));
    struct record_buffer follow = made(RECORD_FOLLOW, "/a", 0);
    assert_true(valid(&follow));
    struct record_buffer alive = made(RECORD_STATE, "", 0);
    assert_true(valid(&alive));
}

static void every_other_size_is_refused(void **state) {
    (void)state;
    struct record_buffer buffer = made(RECORD_FILE, "/a/b", 2);
    for (size_t size = 0; size < sizeof(buffer); size++) {
        bool whole = size == sizeof(buffer.head) + 4;
        assert_int_equal(record_valid(&buffer, size), whole);
    }
    buffer.head.path_bytes = RECORD_PATH_BYTES;
    assert_false(record_valid(&buffer, sizeof(buffer)));
    buffer.head.path_bytes = UINT32_MAX;
    assert_false(record_valid(&buffer, sizeof(buffer.head) - 1));
}

static void kinds_states_and_roots_that_are_none_are_refused(void **state) {
    (void)state;
    static const struct {
        enum record_kind kind;
        const char *path;
        uint32_t root_bytes;
    } wrong[] = {{0, "/a", 1},           {RECORD_KINDS, "/a", 1},  {RECORD_FILE, "a/b", 1},
                 {RECORD_FILE, "", 0},   {RECORD_FILE, "/a/b", 0}, {RECORD_FILE, "/a/b", 3},
                 {RECORD_FILE, "/a", 2}, {RECORD_FILE, "/a", 3},   {RECORD_FILE, "/a", UINT32_MAX},
                 {RECORD_STATE, "/a", 0}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct record_buffer buffer = made(wrong[i].kind, wrong[i].path, wrong[i].root_bytes);
        assert_false(valid(&buffer));
    }
    struct record_buffer buffer = made(RECORD_STATE, "", 0);
    buffer.head.state = SCAN_STATES;
    assert_false(valid(&buffer));
    buffer = made(RECORD_FAULT, "/a", 2);
    buffer.head.fault = FAULTS;
    assert_false(valid(&buffer));
    buffer = made(RECORD_FILE, "/a/b", 2);
    buffer.path[3] = '\0';
    assert_false(valid(&buffer));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_as_they_are_sent_are_valid),
        cmocka_unit_test(every_other_size_is_refused),
        cmocka_unit_test(kinds_states_and_roots_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
