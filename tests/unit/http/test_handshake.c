/* SPDX-License-Identifier: Apache-2.0 */
/* The opening handshake of sink-websocket (RFC 6455, 4.2). */
#include "client.h"
#include "fixture.h"

#include "base/memory.h"

#include <string.h>

#define REQUEST "GET / HTTP/1.1\r\n"
#define HOST "Host: 127.0.0.1:5000\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"

/* of RFC 6455, 1.3 */
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static void start(struct fixture *fixture, const char *options) {
    fixture_open(fixture, SINK_WEBSOCKET, options);
    fixture_start(fixture);
}

static void start_default(struct fixture *fixture) {
    start(fixture, "{'listen': ['127.0.0.1:0']}");
}

/* The answer to a request that is refused. */
static void expect(struct fixture *fixture, const char *head, int status, const char *header) {
    AUTOFREE char *request = mem_printf("%sX-End: y\r\n\r\n", head);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    peer_say(peer, request);
    peer_await(peer, "\r\n\r\n");
    assert_int_equal(peer_status(peer), status);
    if (!strstr(peer->text, header)) {
        fail_msg("no \"%s\" in: %s", header, peer->text);
    }
    peer_close(peer);
}

static void the_key_of_the_standard_is_answered_as_it_says(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    expect(fixture, REQUEST HOST UPGRADE KEY VERSION, 101, ACCEPT);
    expect(fixture,
           "GET /any/path?x HTTP/1.1\r\n" HOST
           "upgrade: h2c, WebSocket\r\nconnection: keep-alive, upgrade\r\n" KEY VERSION,
           101, ACCEPT);
    expect(fixture,
           REQUEST HOST
           "Upgrade: websocket\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n" KEY VERSION,
           101, ACCEPT);
}

static void other_methods_are_405(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    expect(fixture, "POST / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION, 405, "Allow: GET\r\n");
}

static void what_is_no_websocket_is_426_with_the_version(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    expect(fixture, REQUEST HOST, 426, "Sec-WebSocket-Version: 13\r\n");
    expect(fixture, REQUEST HOST, 426, "Upgrade: websocket\r\n");
    expect(fixture, REQUEST HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n", 426,
           "Sec-WebSocket-Version: 13\r\n");
}

static void other_versions_are_426_with_the_version(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    expect(fixture, REQUEST HOST UPGRADE KEY "Sec-WebSocket-Version: 8\r\n", 426,
           "Sec-WebSocket-Version: 13\r\n");
    expect(fixture, REQUEST HOST UPGRADE KEY, 426, "Sec-WebSocket-Version: 13\r\n");
}

static void an_incomplete_handshake_is_400(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    expect(fixture, REQUEST UPGRADE KEY VERSION, 400, "");
    expect(fixture, REQUEST HOST "Upgrade: websocket\r\n" KEY VERSION, 400, "");
    expect(fixture, REQUEST HOST UPGRADE VERSION, 400, "");
    expect(fixture, "GET / HTTP/1.0\r\n" HOST UPGRADE KEY VERSION, 400, "");
}

static void a_key_that_is_not_16_bytes_is_400(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    static const char *const keys[] = {"",
                                       "x",
                                       "dGhlIHNhbXBsZSBub25jZQ=",
                                       "dGhlIHNhbXBsZSBub25jZQAA",
                                       "dGhlIHNhbXBsZSBub25j!Q==",
                                       "dGhlIHNhbXBsZSBub25jZQ====",
                                       "dGhlIHNhbXBsZSBub25jZWU="};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        AUTOFREE char *head =
            mem_printf(REQUEST HOST UPGRADE VERSION "Sec-WebSocket-Key: %s\r\n", keys[i]);
        expect(fixture, head, 400, "");
    }
}

#define GOOD REQUEST HOST UPGRADE KEY VERSION

static void pages_of_the_same_host_may_connect(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    expect(fixture, GOOD "Origin: http://127.0.0.1:8080\r\n", 101, "");
    expect(fixture, GOOD "Origin: https://127.0.0.1\r\n", 101, "");
    expect(fixture, REQUEST "Host: [::1]:5000\r\n" UPGRADE KEY VERSION "Origin: http://[::1]\r\n",
           101, "");
    expect(fixture, REQUEST "Host: Console\r\n" UPGRADE KEY VERSION "Origin: http://console:1\r\n",
           101, "");
}

static void pages_of_others_may_not(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    static const char *const origins[] = {
        "http://evil.example",    "http://127.0.0.1.evil.example",
        "http://127.0.0.10:5000", "null",
        "127.0.0.1:5000",         "http://evil.example/127.0.0.1:5000",
        "http://[127.0.0.1]:5000"};
    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        AUTOFREE char *head = mem_printf(GOOD "Origin: %s\r\n", origins[i]);
        expect(fixture, head, 403, "");
    }
}

static void origins_names_the_pages_that_may(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'origins': ['https://dash.example']}");
    expect(fixture, GOOD "Origin: https://dash.example\r\n", 101, "");
    expect(fixture, GOOD "Origin: https://dash.example:81\r\n", 403, "");
    expect(fixture, GOOD "Origin: http://127.0.0.1:8080\r\n", 403, "");
    expect(fixture, GOOD, 101, "");
}

static void one_client_too_many_is_503(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0'], 'max_clients': 1}");
    struct peer *first = peer_websocket(fixture, fixture->ports[0], "/");
    expect(fixture, GOOD, 503, "");
    peer_close(first);
    while (fixture_report(fixture, "clients") > 0) {
        fixture_turn(fixture);
    }
    expect(fixture, GOOD, 101, "");
    assert_int_equal((int)fixture_report(fixture, "refused"), 1);
}

static void a_station_of_any_length_is_not_taken(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    AUTOFREE char *head =
        mem_printf("GET /?station=%0100d HTTP/1.1\r\n" HOST UPGRADE KEY VERSION, 1);
    expect(fixture, head, 400, "");
}

static void a_path_is_served_beside_other_pages(void **state) {
    struct fixture *fixture = *state;
    start(fixture, "{'listen': ['127.0.0.1:0/ws']}");
    expect(fixture, GOOD, 404, "");
    expect(fixture, "GET /ws?station=A HTTP/1.1\r\n" HOST UPGRADE KEY VERSION, 101, "");
}

static void hello_comes_first(void **state) {
    struct fixture *fixture = *state;
    start_default(fixture);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    peer_say(peer, GOOD "\r\n");
    peer_await(peer, "{\"station\": null, \"type\": \"hello\", \"content\": "
                     "{\"version\": \"0.1\", \"epoch\": \"e1\", \"seq\": 0}, "
                     "\"time\": \"2");
    peer_close(peer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_create, fixture_destroy)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_key_of_the_standard_is_answered_as_it_says),
        TEST(other_methods_are_405),
        TEST(what_is_no_websocket_is_426_with_the_version),
        TEST(other_versions_are_426_with_the_version),
        TEST(an_incomplete_handshake_is_400),
        TEST(a_key_that_is_not_16_bytes_is_400),
        TEST(pages_of_the_same_host_may_connect),
        TEST(pages_of_others_may_not),
        TEST(origins_names_the_pages_that_may),
        TEST(one_client_too_many_is_503),
        TEST(a_station_of_any_length_is_not_taken),
        TEST(a_path_is_served_beside_other_pages),
        TEST(hello_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
