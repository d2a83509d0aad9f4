/* SPDX-License-Identifier: Apache-2.0 */
/* What sink-websocket answers to frames, right and wrong ones (RFC 6455, 5 and 7). */
#include "client.h"
#include "fixture.h"

#include <string.h>

static struct peer *start(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture, SINK_WEBSOCKET, "{'listen': ['127.0.0.1:0']}");
    fixture_start(fixture);
    return peer_websocket(fixture, fixture->ports[0], "/");
}

/* Waits for the close and the end of the connection. */
static void expect_close(struct peer *peer, unsigned code) {
    assert_int_equal(peer_await_close(peer), code);
    peer_await_end(peer);
    peer_close(peer);
}

static void text_is_ignored(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x81, "hello", 5);
    peer_frame_send(peer, 0x82, "\0\xff", 2);
    peer_frame_send(peer, 0x01, "in \xc3", 4);
    peer_frame_send(peer, 0x89, "between", 7); /* a ping between fragments */
    peer_frame_send(peer, 0x80, "\xa4 parts", 7);
    peer_frame_send(peer, 0x8a, "pong", 4);
    struct peer_frame frame;
    assert_true(peer_frame(peer, &frame));
    assert_int_equal(frame.opcode, 0xa);
    assert_string_equal(frame.payload, "between");
    fixture_event(*state, NULL, "{}");
    peer_await_text(peer, &frame);
    assert_string_equal(frame.payload, "{}");
    peer_close(peer);
}

static void a_ping_is_answered_with_its_own_text(void **state) {
    struct peer *peer = start(state);
    char text[125];
    memset(text, 'p', sizeof(text));
    peer_frame_send(peer, 0x89, text, sizeof(text));
    struct peer_frame frame;
    assert_true(peer_frame(peer, &frame));
    assert_int_equal(frame.opcode, 0xa);
    assert_int_equal(frame.length, sizeof(text));
    peer_close(peer);
}

static void a_close_is_echoed(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x88, "\x03\xe9going", 7);
    expect_close(peer, 1001);
}

static void a_close_without_a_code_is_echoed(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x88, "", 0);
    expect_close(peer, 1005);
}

static void a_close_with_half_a_code_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x88, "\x03", 1);
    expect_close(peer, 1002);
}

static void a_close_with_a_code_that_may_not_be_sent_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x88, "\x03\xed", 2);
    expect_close(peer, 1002);
}

static void a_close_with_a_reason_that_is_no_text_is_1007(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x88, "\x03\xe8\xff", 3);
    expect_close(peer, 1007);
}

static void an_unmasked_frame_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_send(peer, "\x81\x02hi", 4);
    expect_close(peer, 1002);
}

static void reserved_bits_are_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0xc1, "hi", 2);
    expect_close(peer, 1002);
}

static void a_reserved_opcode_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x83, "hi", 2);
    expect_close(peer, 1002);
}

static void a_reserved_control_opcode_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x8b, "hi", 2);
    expect_close(peer, 1002);
}

static void a_fragmented_ping_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x09, "hi", 2);
    expect_close(peer, 1002);
}

static void a_ping_of_126_bytes_is_1002(void **state) {
    struct peer *peer = start(state);
    char text[126] = {0};
    peer_frame_send(peer, 0x89, text, sizeof(text));
    expect_close(peer, 1002);
}

static void a_continuation_of_nothing_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x80, "hi", 2);
    expect_close(peer, 1002);
}

static void a_new_message_within_another_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x01, "hi", 2);
    peer_frame_send(peer, 0x81, "ho", 2);
    expect_close(peer, 1002);
}

static void a_length_that_is_longer_than_it_need_be_is_1002(void **state) {
    struct peer *peer = start(state);
    peer_send(peer, "\x81\xfe\x00\x02\1\2\3\4hi", 10);
    expect_close(peer, 1002);
}

static void text_that_is_no_utf_8_is_1007(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x81, "a\xed\xa0\x80", 4);
    expect_close(peer, 1007);
}

static void text_that_ends_in_mid_character_is_1007(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x81, "a\xe2\x82", 3);
    expect_close(peer, 1007);
}

static void a_message_over_4_kib_is_1009(void **state) {
    struct peer *peer = start(state);
    static char text[4097];
    peer_frame_send(peer, 0x81, text, sizeof(text));
    expect_close(peer, 1009);
}

static void fragments_over_4_kib_together_are_1009(void **state) {
    struct peer *peer = start(state);
    static char text[2048];
    peer_frame_send(peer, 0x02, text, sizeof(text));
    peer_frame_send(peer, 0x00, text, sizeof(text));
    peer_frame_send(peer, 0x80, "x", 1);
    expect_close(peer, 1009);
}

static void a_length_of_63_bits_is_1009(void **state) {
    struct peer *peer = start(state);
    peer_send(peer, "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\1\2\3\4h", 15);
    expect_close(peer, 1009);
}

static void a_message_of_4_kib_is_fine(void **state) {
    struct peer *peer = start(state);
    static char text[4096];
    peer_frame_send(peer, 0x81, text, sizeof(text));
    peer_frame_send(peer, 0x89, "", 0);
    struct peer_frame frame;
    assert_true(peer_frame(peer, &frame));
    assert_int_equal(frame.opcode, 0xa);
    peer_close(peer);
}

static void a_frame_may_come_byte_by_byte(void **state) {
    struct peer *peer = start(state);
    static const char ping[] = "\x89\x83\1\2\3\4abc"; /* masked: "```" */
    for (size_t i = 0; i < sizeof(ping) - 1; i++) {
        peer_send(peer, ping + i, 1);
        fixture_turn(*state);
    }
    struct peer_frame frame;
    assert_true(peer_frame(peer, &frame));
    assert_int_equal(frame.opcode, 0xa);
    assert_memory_equal(frame.payload, "```", 3);
    assert_int_equal(frame.length, 3);
    peer_close(peer);
}

static void after_the_close_nothing_is_answered(void **state) {
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x88, "\x03\xe8", 2);
    peer_frame_send(peer, 0x89, "hi", 2);
    assert_int_equal(peer_await_close(peer), 1000);
    peer_await_end(peer);
    assert_int_equal(peer->length, 0);
    peer_close(peer);
}

static void who_does_not_answer_the_close_is_cut(void **state) {
    struct fixture *fixture = *state;
    struct peer *peer = start(state);
    peer_frame_send(peer, 0x83, "hi", 2);
    assert_int_equal(peer_await_close(peer), 1002);
    assert_int_equal((int)fixture_report(fixture, "clients"), 0);
    while (fixture_report(fixture, "closing") > 0) { /* until the tick of a later second */
        fixture_turn(fixture);
    }
    peer_close(peer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_create, fixture_destroy)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(text_is_ignored),
        TEST(a_ping_is_answered_with_its_own_text),
        TEST(a_close_is_echoed),
        TEST(a_close_without_a_code_is_echoed),
        TEST(a_close_with_half_a_code_is_1002),
        TEST(a_close_with_a_code_that_may_not_be_sent_is_1002),
        TEST(a_close_with_a_reason_that_is_no_text_is_1007),
        TEST(an_unmasked_frame_is_1002),
        TEST(reserved_bits_are_1002),
        TEST(a_reserved_opcode_is_1002),
        TEST(a_reserved_control_opcode_is_1002),
        TEST(a_fragmented_ping_is_1002),
        TEST(a_ping_of_126_bytes_is_1002),
        TEST(a_continuation_of_nothing_is_1002),
        TEST(a_new_message_within_another_is_1002),
        TEST(a_length_that_is_longer_than_it_need_be_is_1002),
        TEST(text_that_is_no_utf_8_is_1007),
        TEST(text_that_ends_in_mid_character_is_1007),
        TEST(a_message_over_4_kib_is_1009),
        TEST(fragments_over_4_kib_together_are_1009),
        TEST(a_length_of_63_bits_is_1009),
        TEST(a_message_of_4_kib_is_fine),
        TEST(a_frame_may_come_byte_by_byte),
        TEST(after_the_close_nothing_is_answered),
        TEST(who_does_not_answer_the_close_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
