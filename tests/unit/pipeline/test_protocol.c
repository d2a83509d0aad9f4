/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol: what may be said by whom, and messages that come in pieces. */
#include "inbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

static bool valid(uint32_t kind, size_t length, bool from_worker) {
    const struct protocol_header header = {.kind = kind, .length = (uint32_t)length};
    return protocol_header_valid(&header, from_worker);
}

static void each_side_says_only_what_is_its_own(void **state) {
    (void)state;
    assert_true(valid(PROTOCOL_SETTINGS, 2, false));
    assert_false(valid(PROTOCOL_SETTINGS, 2, true));
    assert_true(valid(PROTOCOL_READY, 0, true));
    assert_false(valid(PROTOCOL_READY, 0, false));
    assert_true(valid(PROTOCOL_ANSWER, sizeof(struct protocol_answer), true));
    assert_false(valid(PROTOCOL_ANSWER, sizeof(struct protocol_answer), false));
    assert_false(valid(0, 0, true));
    assert_false(valid(0, 0, false));
    assert_false(valid(1000, 0, true));
    assert_false(valid(UINT32_MAX, 0, true));
}

static void a_length_fits_its_kind(void **state) {
    (void)state;
    assert_false(valid(PROTOCOL_READY, 1, true));
    assert_false(valid(PROTOCOL_ANSWER, sizeof(struct protocol_answer) - 1, true));
    assert_true(valid(PROTOCOL_ANSWER, PROTOCOL_BODY_BYTES, true));
    assert_false(valid(PROTOCOL_ANSWER, PROTOCOL_BODY_BYTES + 1, true));
    assert_false(valid(PROTOCOL_ANSWER, UINT32_MAX, true));
    assert_false(valid(PROTOCOL_FAILED, 0, true));
    assert_false(valid(PROTOCOL_FAILED, PROTOCOL_MESSAGE_BYTES + 1, true));
    assert_false(valid(PROTOCOL_SETTINGS, PROTOCOL_BODY_BYTES + 1, false));
}

static bool answer_valid(struct protocol_answer answer, size_t more) {
    return protocol_answer_valid(&answer, sizeof(answer) + more);
}

static void an_answer_is_in_range(void **state) {
    (void)state;
    struct protocol_answer answer = {.outcome = PROTOCOL_DONE};
    assert_true(answer_valid(answer, 2));
    assert_false(answer_valid(answer, 0));
    answer.status = 5;
    assert_false(answer_valid(answer, 2));
    answer.status = 4;
    answer.split = 2;
    assert_false(answer_valid(answer, 2));
    answer.split = 0;
    answer.outcome = PROTOCOL_SAME;
    assert_true(answer_valid(answer, 0));
    assert_false(answer_valid(answer, 1));
    answer.outcome = PROTOCOL_UNREADABLE;
    assert_false(answer_valid(answer, 0));
    assert_true(answer_valid(answer, PROTOCOL_MESSAGE_BYTES));
    assert_false(answer_valid(answer, PROTOCOL_MESSAGE_BYTES + 1));
    answer.outcome = PROTOCOL_DENIED + 1;
    assert_false(answer_valid(answer, 1));
    assert_false(protocol_answer_valid(&answer, sizeof(answer) - 1));
}

static void a_station_ends_and_is_text(void **state) {
    (void)state;
    struct protocol_answer answer = {.outcome = PROTOCOL_SAME};
    memset(answer.station, 'x', 64);
    assert_true(answer_valid(answer, 0));
    memset(answer.station, 'x', sizeof(answer.station));
    assert_false(answer_valid(answer, 0));
    memset(answer.station, 0, sizeof(answer.station));
    strcpy(answer.station, "M\xc3\xbcnchen");
    assert_true(answer_valid(answer, 0));
    strcpy(answer.station, "M\xfcnchen");
    assert_false(answer_valid(answer, 0));
}

static size_t make_check(char *body, const char *root, const char *path) {
    const struct protocol_check check = {.root_length = (uint32_t)strlen(root),
                                         .path_length = (uint32_t)strlen(path)};
    memcpy(body, &check, sizeof(check));
    strcpy(body + sizeof(check), root);
    strcpy(body + sizeof(check) + check.root_length + 1, path);
    return sizeof(check) + check.root_length + 1 + check.path_length + 1;
}

static void a_request_s_texts_end_where_they_say(void **state) {
    (void)state;
    char body[256];
    size_t length = make_check(body, "/data", "a/b");
    assert_true(protocol_check_valid(body, length));
    assert_false(protocol_check_valid(body, length - 1));
    assert_false(protocol_check_valid(body, length + 1));
    assert_false(protocol_check_valid(body, 3));
    body[length - 1] = 'x';
    assert_false(protocol_check_valid(body, length));
    length = make_check(body, "/data", "a/b");
    body[sizeof(struct protocol_check) + 2] = '\0';
    assert_false(protocol_check_valid(body, length));
    assert_false(protocol_check_valid(body, make_check(body, "", "a")));
    assert_false(protocol_check_valid(body, make_check(body, "/data", "")));
    length = make_check(body, "/data", "a");
    const uint32_t huge = UINT32_MAX;
    memcpy(body + offsetof(struct protocol_check, root_length), &huge, sizeof(huge));
    assert_false(protocol_check_valid(body, length));
}

static void messages_come_whole_from_any_pieces(void **state) {
    (void)state;
    struct inbox inbox = {0};
    char stream[4096];
    size_t length = 0;
    for (uint32_t i = 0; i < 10; i++) {
        const struct protocol_header header = {
            .kind = PROTOCOL_FAILED, .length = i + 1, .request = i};
        memcpy(stream + length, &header, sizeof(header));
        memset(stream + length + sizeof(header), (int)('a' + i), i + 1);
        length += sizeof(header) + i + 1;
    }
    uint32_t expected = 0;
    struct protocol_header header;
    const char *body;
    for (size_t at = 0, step = 1; at < length; at += step, step = step % 7 + 1) {
        inbox_put(&inbox, stream + at, at + step < length ? step : length - at);
        while (inbox_next(&inbox, INBOX_FROM_WORKER, &header, &body) == INBOX_MESSAGE) {
            assert_int_equal(header.request, expected);
            assert_int_equal(header.length, expected + 1);
            assert_int_equal(body[expected], 'a' + expected);
            expected++;
        }
    }
    assert_int_equal(expected, 10);
    inbox_finish(&inbox);
}

static void a_wrong_header_is_told_before_its_body_comes(void **state) {
    (void)state;
    struct inbox inbox = {0};
    struct protocol_header header = {.kind = PROTOCOL_ANSWER, .length = PROTOCOL_BODY_BYTES + 1};
    const char *body;
    inbox_put(&inbox, &header, sizeof(header));
    assert_int_equal(inbox_next(&inbox, INBOX_FROM_WORKER, &header, &body), INBOX_VIOLATION);
    inbox_finish(&inbox);
}

static void an_identity_is_device_inode_size_and_time(void **state) {
    (void)state;
    const struct file_identity one = {.device = 1, .inode = 2, .size = 3, .modified_ns = 4};
    struct file_identity other = one;
    other.changed_ns = 9; /* a rename alters that */
    assert_int_equal(protocol_identity_hash(&one), protocol_identity_hash(&other));
    other.size = 4;
    assert_int_not_equal(protocol_identity_hash(&one), protocol_identity_hash(&other));
    other = one;
    other.modified_ns = 5;
    assert_int_not_equal(protocol_identity_hash(&one), protocol_identity_hash(&other));
    other = one;
    other.inode = 5;
    assert_int_not_equal(protocol_identity_hash(&one), protocol_identity_hash(&other));
}

static void a_file_of_a_mount_is_the_same_when_it_is_mounted_anew(void **state) {
    (void)state;
    const struct stat nfs = {.st_dev = makedev(0, 51), .st_ino = 2},
                      again = {.st_dev = makedev(0, 52), .st_ino = 2};
    const struct stat disk = {.st_dev = makedev(8, 1), .st_ino = 2},
                      other = {.st_dev = makedev(8, 2), .st_ino = 2};
    assert_int_equal(protocol_identity(&nfs).device, protocol_identity(&again).device);
    assert_int_not_equal(protocol_identity(&disk).device, protocol_identity(&other).device);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_a_mount_is_the_same_when_it_is_mounted_anew),
        cmocka_unit_test(each_side_says_only_what_is_its_own),
        cmocka_unit_test(a_length_fits_its_kind),
        cmocka_unit_test(an_answer_is_in_range),
        cmocka_unit_test(a_station_ends_and_is_text),
        cmocka_unit_test(a_request_s_texts_end_where_they_say),
        cmocka_unit_test(messages_come_whole_from_any_pieces),
        cmocka_unit_test(a_wrong_header_is_told_before_its_body_comes),
        cmocka_unit_test(an_identity_is_device_inode_size_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
