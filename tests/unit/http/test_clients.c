/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets which message from sink-websocket, and who is dropped. */
#include "client.h"
#include "fixture.h"

#include "base/memory.h"

#include <string.h>
#include <sys/socket.h>

static void start(struct fixture *fixture, const char *options) {
    fixture_open(fixture, SINK_WEBSOCKET, options);
    fixture_start(fixture);
}

static void start_default(struct fixture *fixture) {
    start(fixture, "{'listen': ['127.0.0.1:0']}");
}

static struct peer *join(struct fixture *fixture, const char *path) {
    return peer_websocket(fixture, fixture->ports[0], path);
}

static void expect_text(struct peer *peer, const char *text) {
    struct peer_frame frame;
    peer_await_text(peer, &frame);
    assert_string_equal(frame.payload, text);
}

static void every_client_gets_every_event_in_order(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peers[20];
    for (size_t i = 0; i < 20; i++) {
        peers[i] = join(fixture, "/");
    }
    AUTOFREE char *middle = mem_printf("{\"pad\": \"%0300d\"}", 1);
    fixture_event(fixture, "A", "{\"first\": 1}");
    fixture_event(fixture, NULL, middle);
    fixture_event(fixture, "B", "{\"last\": 1}");
    for (size_t i = 0; i < 20; i++) {
        expect_text(peers[i], "{\"first\": 1}");
        expect_text(peers[i], middle);
        expect_text(peers[i], "{\"last\": 1}");
        peer_close(peers[i]);
    }
}

static void a_message_of_any_length_is_framed_rightly(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peer = join(fixture, "/");
    static const size_t lengths[] = {2, 125, 126, 127, 65535, 65536, 300000};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        AUTOFREE char *text = mem_zeroed(lengths[i] + 1, 1);
        memset(text, 'x', lengths[i]);
        fixture_event(fixture, "A", text);
        struct peer_frame frame;
        peer_await_text(peer, &frame);
        assert_int_equal(frame.length, lengths[i]);
    }
    peer_close(peer);
}

static void a_client_may_ask_for_one_station(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *one = join(fixture, "/?station=AWP%20%C3%A9%2F1");
    struct peer *all = join(fixture, "/?station=");
    fixture_event(fixture, "B", "{\"b\": 1}");
    fixture_event(fixture, "AWP \xc3\xa9/1", "{\"a\": 1}");
    fixture_event(fixture, NULL, "{\"none\": 1}");
    expect_text(one, "{\"a\": 1}");
    expect_text(one, "{\"none\": 1}");
    expect_text(all, "{\"b\": 1}");
    expect_text(all, "{\"a\": 1}");
    expect_text(all, "{\"none\": 1}");
    peer_close(one);
    peer_close(all);
}

static void hello_tells_the_newest_event(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    fixture_event(fixture, "A", "{}");
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    peer_say(peer, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Version: 13\r\n\r\n");
    peer_await(peer, "\"seq\": 18}");
    peer_close(peer);
}

static void a_frame_that_comes_with_the_handshake_is_answered(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    static const char both[] =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        "\x89\x84\0\0\0\0ping";
    peer_send(peer, both, sizeof(both) - 1);
    peer_await(peer, "\x8a\x04ping");
    peer_close(peer);
}

/* Events until the client is no longer among the open ones; returns how many. */
static unsigned flood(struct fixture *fixture, struct peer *reader, const char *text) {
    struct peer_frame frame;
    unsigned sent = 0;
    while (fixture_report(fixture, "clients") > 1) {
        fixture_event(fixture, "A", text);
        sent++;
        peer_await_text(reader, &frame);
    }
    return sent;
}

static void who_does_not_read_is_dropped_and_the_others_get_all(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'unsent_bytes': 100000}");
    struct peer *deaf = join(fixture, "/"), *reader = join(fixture, "/");
    AUTOFREE char *text = mem_printf("{\"pad\": \"%07000d\"}", 1);
    unsigned sent = flood(fixture, reader, text);
    assert_int_equal((int)fixture_report(fixture, "dropped_slow"), 1);
    unsigned received = 0; /* it wakes up: what was queued comes whole, then the reason */
    struct peer_frame frame = {0};
    while (peer_frame(deaf, &frame) && frame.opcode == 1) {
        assert_int_equal(frame.length, strlen(text));
        received++;
    }
    assert_int_equal(frame.opcode, 8);
    assert_memory_equal(frame.payload, "\x03\xf5", 2); /* 1013 */
    assert_int_equal(received, sent - 1);
    peer_close(deaf);
    peer_close(reader);
}

static void who_pings_and_does_not_read_is_dropped(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'unsent_bytes': 4096}");
    struct peer *peer = join(fixture, "/");
    char text[125] = {0};
    while (fixture_report(fixture, "dropped_slow") < 1) {
        for (int i = 0; i < 30; i++) { /* the kernel holds megabytes of pongs before we do */
            peer_frame_send(peer, 0x89, text, sizeof(text));
        }
        fixture_turn(fixture);
    }
    peer_close(peer);
}

static void pongs_that_nobody_takes_are_few(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture); /* a mebibyte of messages may wait */
    struct peer *peer = join(fixture, "/");
    char text[125] = {0};
    while (fixture_report(fixture, "dropped_slow") < 1) {
        for (int i = 0; i < 30; i++) {
            peer_frame_send(peer, 0x89, text, sizeof(text));
        }
        fixture_turn(fixture);
        assert_in_range((int)fixture_report(fixture, "unsent_bytes"), 0, 2 * 4096);
    }
    peer_close(peer);
}

/* Short messages, which cost more than their bytes; and the one who reads misses none. */
static void what_waits_for_all_together_is_bounded(void **state) {
    struct fixture *fixture = *state;
    enum { DEAF = 8, MOST = 65536 };
    start(fixture, "{'listen': ['127.0.0.1:0'], 'unsent_memory': 65536}");
    struct peer *deaf[DEAF], *reader = join(fixture, "/");
    for (size_t i = 0; i < DEAF; i++) {
        deaf[i] = join(fixture, "/");
    }
    AUTOFREE char *text = mem_printf("{\"pad\": \"%0900d\"}", 1);
    struct peer_frame frame;
    while (fixture_report(fixture, "clients") > 1) {
        fixture_event(fixture, "A", text);
        assert_in_range((int)fixture_report(fixture, "unsent_memory"), 0, MOST);
        peer_await_text(reader, &frame);
    }
    assert_int_equal((int)fixture_report(fixture, "dropped_slow"), DEAF);
    assert_int_equal((int)fixture_report(fixture, "unsent_memory"), 0);
    for (size_t i = 0; i < DEAF; i++) {
        peer_close(deaf[i]);
    }
    peer_close(reader);
}

static void who_is_furthest_behind_makes_room_for_the_others(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'unsent_memory': 65536}");
    struct peer *deaf = join(fixture, "/"), *late;
    AUTOFREE char *text = mem_printf("{\"pad\": \"%06000d\"}", 1);
    while (fixture_report(fixture, "unsent_bytes") < 30000) {
        fixture_event(fixture, "A", text);
    }
    late = join(fixture, "/"); /* takes what comes later, though nobody turns the loop for it */
    while (fixture_report(fixture, "clients") > 1) {
        fixture_event(fixture, "A", text);
    }
    struct peer_frame frame;
    peer_await_text(late, &frame);
    assert_int_equal((int)fixture_report(fixture, "dropped_slow"), 1);
    peer_close(late);
    peer_close(deaf);
}

static void a_client_that_leaves_during_a_broadcast_harms_nobody(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peers[30];
    for (size_t i = 0; i < 30; i++) {
        peers[i] = join(fixture, "/");
    }
    static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (size_t i = 0; i < 30; i += 3) { /* the first send finds them gone */
        setsockopt(peers[i]->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        peer_close(peers[i]);
    }
    fixture_event(fixture, "A", "{\"a\": 1}");
    fixture_event(fixture, "A", "{\"b\": 1}");
    for (size_t i = 0; i < 30; i++) {
        if (i % 3 != 0) {
            expect_text(peers[i], "{\"a\": 1}");
            expect_text(peers[i], "{\"b\": 1}");
            peer_close(peers[i]);
        }
    }
    while (fixture_report(fixture, "clients") > 0) {
        fixture_turn(fixture);
    }
}

static void silence_is_broken_by_alive(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'alive_interval': 0.03}");
    struct peer *peer = join(fixture, "/");
    struct peer_frame frame;
    for (int i = 0; i < 3; i++) {
        peer_await_text(peer, &frame);
        assert_non_null(strstr(frame.payload, "{\"type\": \"alive\", \"epoch\": \"e1\", "
                                              "\"seq\": 0, \"time\": \"2"));
    }
    peer_close(peer);
}

static void who_answers_pings_stays(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'ping_interval': 0.03}");
    struct peer *peer = join(fixture, "/");
    struct peer_frame frame;
    for (int i = 0; i < 10; i++) {
        assert_true(peer_frame(peer, &frame));
        assert_int_equal(frame.opcode, 9);
        peer_frame_send(peer, 0x8a, frame.payload, frame.length);
    }
    assert_int_equal((int)fixture_report(fixture, "dropped_silent"), 0);
    peer_close(peer);
}

static void who_answers_no_ping_is_dropped(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'ping_interval': 0.03}");
    struct peer *peer = join(fixture, "/");
    peer_await_end(peer);
    assert_int_equal((int)fixture_report(fixture, "dropped_silent"), 1);
    peer_close(peer);
}

static void at_the_end_everybody_is_told_1001(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peers[5];
    for (size_t i = 0; i < 5; i++) {
        peers[i] = join(fixture, "/");
    }
    fixture->plugin->stop(fixture->sink);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(peer_await_close(peers[i]), 1001);
        peer_await_end(peers[i]);
        peer_close(peers[i]);
    }
}

static void a_sink_may_be_closed_with_clients_on_it(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *open = join(fixture, "/"), *closing = join(fixture, "/");
    peer_frame_send(closing, 0x83, "x", 1);
    assert_int_equal(peer_await_close(closing), 1002);
    fixture->plugin->close(fixture->sink);
    fixture->sink = NULL;
    peer_await_end(open);
    peer_close(open);
    peer_close(closing);
}

static void the_service_may_go_before_the_sink(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peer = join(fixture, "/");
    http_service_destroy(fixture->service);
    fixture->service = NULL;
    assert_int_equal((int)fixture_report(fixture, "clients"), 0);
    peer_await_end(peer);
    peer_close(peer);
}

static void a_sink_takes_null_to_close(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    fixture->plugin->close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_create, fixture_destroy)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_client_gets_every_event_in_order),
        TEST(a_message_of_any_length_is_framed_rightly),
        TEST(a_client_may_ask_for_one_station),
        TEST(hello_tells_the_newest_event),
        TEST(a_frame_that_comes_with_the_handshake_is_answered),
        TEST(who_does_not_read_is_dropped_and_the_others_get_all),
        TEST(who_pings_and_does_not_read_is_dropped),
        TEST(pongs_that_nobody_takes_are_few),
        TEST(what_waits_for_all_together_is_bounded),
        TEST(who_is_furthest_behind_makes_room_for_the_others),
        TEST(a_client_that_leaves_during_a_broadcast_harms_nobody),
        TEST(silence_is_broken_by_alive),
        TEST(who_answers_pings_stays),
        TEST(who_answers_no_ping_is_dropped),
        TEST(at_the_end_everybody_is_told_1001),
        TEST(a_sink_may_be_closed_with_clients_on_it),
        TEST(the_service_may_go_before_the_sink),
        TEST(a_sink_takes_null_to_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
