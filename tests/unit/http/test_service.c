/* SPDX-License-Identifier: Apache-2.0 */
/* Promises of the shared HTTP service. */
#include "client.h"
#include "fixture.h"
#include "http/http_service_address.h"

#include "base/memory.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdio.h>
#include <string.h>

static void handle_name(struct evhttp_request *request, void *self) {
    struct evbuffer *body = evbuffer_new();
    evbuffer_add_printf(body, "<%s>", (const char *)self);
    evhttp_send_reply(request, 200, "OK", body);
    evbuffer_free(body);
}

static struct mrq_address *listen_to(struct fixture *fixture, const char *owner,
                                     const char *address, enum mrq_sharing sharing) {
    struct mrq_address *place =
        http_service_listen(fixture->service, owner, address, owner, sharing);
    assert_non_null(place);
    return place;
}

static void serve_one(struct fixture *fixture) {
    struct mrq_address *place = listen_to(fixture, "one", "127.0.0.1:0", MRQ_OWN);
    http_service_route(place, "/", handle_name, "root");
    fixture_start(fixture);
}

static void expect(struct fixture *fixture, unsigned port, const char *path, const char *body) {
    AUTOFREE char *request =
        mem_printf("GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
    struct peer *peer = peer_ask(fixture, port, request);
    assert_string_equal(peer_body(peer), body);
    peer_close(peer);
}

static void addresses_are_read_as_people_write_them(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"127.0.0.1:8080", "127.0.0.1:8080"}, {"0.0.0.0:0", "0.0.0.0:0"},
        {"[::1]:8080", "[::1]:8080"},         {"[::]:65535", "[::]:65535"},
        {"localhost:80", "127.0.0.1:80"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct socket_address address;
        char text[SOCKET_ADDRESS_TEXT];
        assert_true(socket_address_parse(texts[i][0], &address));
        socket_address_print(&address, text, sizeof(text));
        assert_string_equal(text, texts[i][1]);
    }
}

static void what_is_no_address_is_refused(void **state) {
    struct fixture *fixture = *state;
    static const char *const texts[] = {
        "",          ":",         "8080",         ":8080",          "127.0.0.1",
        "1.2.3.4:",  "1.2.3.4:x", "1.2.3.4:-1",   "1.2.3.4:65536",  "1.2.3.4:8 ",
        "host:8080", "::1:8080",  "[::1:8080",    "[::1]",          "[::1]8080",
        "[]:80",     "1.2.3:80",  "[1.2.3.4]:80", "1.2.3.4:000080",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_null(http_service_listen(fixture->service, "o", texts[i], "l", MRQ_OWN));
    }
    char longest[300];
    memset(longest, '1', sizeof(longest) - 1);
    strcpy(longest + 290, ":80");
    assert_null(http_service_listen(fixture->service, "o", longest, "l", MRQ_OWN));
}

static void the_longest_pattern_wins(void **state) {
    struct fixture *fixture = *state;
    struct mrq_address *place = listen_to(fixture, "one", "127.0.0.1:0", MRQ_OWN);
    http_service_route(place, "*", handle_name, "any");
    http_service_route(place, "/a/*", handle_name, "folder");
    http_service_route(place, "/a/b", handle_name, "file");
    fixture_start(fixture);
    unsigned port = fixture->ports[0];
    expect(fixture, port, "/", "<any>");
    expect(fixture, port, "/a", "<any>");
    expect(fixture, port, "/a/", "<folder>");
    expect(fixture, port, "/a/b", "<file>");
    expect(fixture, port, "/a/b?c=d", "<file>");
    expect(fixture, port, "/a/bc", "<folder>");
    expect(fixture, port, "http://a/a/b", "<file>");
}

static void what_nobody_serves_is_404(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    struct peer *peer = peer_ask(fixture, fixture->ports[0],
                                 "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(peer_status(peer), 404);
    assert_non_null(strstr(peer->text, "X-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(peer->text, "Content-Security-Policy: default-src 'none'\r\n"));
    peer_close(peer);
    peer = peer_ask(fixture, fixture->ports[0],
                    "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(peer_status(peer), 405);
    assert_non_null(strstr(peer->text, "Allow: GET, HEAD\r\n"));
    peer_close(peer);
}

static void any_method_comes_through(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    static const char *const methods[] = {"GET",   "POST",    "PUT",  "DELETE",
                                          "PATCH", "OPTIONS", "TRACE"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        AUTOFREE char *request =
            mem_printf("%s / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", methods[i]);
        struct peer *peer = peer_ask(fixture, fixture->ports[0], request);
        assert_int_equal(peer_status(peer), 200);
        peer_close(peer);
    }
}

static void port_0_gives_each_owner_a_port_and_lets_the_others_join(void **state) {
    struct fixture *fixture = *state;
    struct mrq_address *shared = listen_to(fixture, "two", "127.0.0.1:0", MRQ_SHARED);
    struct mrq_address *second = listen_to(fixture, "two", "127.0.0.1:0", MRQ_OWN);
    struct mrq_address *first = listen_to(fixture, "one", "127.0.0.1:0", MRQ_OWN);
    http_service_route(shared, "/ws", handle_name, "shared");
    http_service_route(second, "*", handle_name, "second");
    http_service_route(first, "/", handle_name, "first");
    fixture_start(fixture);
    assert_int_equal(fixture->port_count, 2);
    assert_string_equal(fixture->labels[0], "two");
    assert_string_equal(fixture->labels[1], "one");
    assert_int_not_equal(fixture->ports[0], fixture->ports[1]);
    expect(fixture, fixture->ports[1], "/", "<first>");
    expect(fixture, fixture->ports[1], "/ws", "<shared>");
    expect(fixture, fixture->ports[0], "/ws", "<second>");
}

static void a_shared_address_without_an_owner_is_served_too(void **state) {
    struct fixture *fixture = *state;
    http_service_route(listen_to(fixture, "two", "127.0.0.1:0", MRQ_SHARED), "/ws", handle_name,
                       "shared");
    fixture_start(fixture);
    assert_int_equal(fixture->port_count, 1);
    expect(fixture, fixture->ports[0], "/ws", "<shared>");
}

static void an_address_in_use_stops_the_start(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    char address[32];
    snprintf(address, sizeof(address), "127.0.0.1:%u", fixture->ports[0]);
    struct http_service *other = http_service_create(fixture->base);
    assert_non_null(http_service_listen(other, "other", address, "http", MRQ_OWN));
    assert_false(http_service_start(other));
    http_service_destroy(other);
}

static void a_connection_serves_many_requests(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    for (int i = 0; i < 3; i++) {
        peer_say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        peer_await(peer, "<root>");
        peer->text[0] = '\0';
        peer->length = 0;
    }
    assert_false(peer->ended);
    peer_close(peer);
}

static void a_huge_header_is_refused(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    peer_say(peer, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 400 && !peer->ended; i++) {
        AUTOFREE char *line = mem_printf("X-%d: %099d\r\n", i, i);
        peer_say(peer, line);
    }
    peer_await_end(peer);
    assert_int_not_equal(peer_status(peer), 200);
    peer_close(peer);
    expect(fixture, fixture->ports[0], "/", "<root>");
}

static void a_huge_request_line_is_refused(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    static char line[HTTP_HEADER_BYTES * 4];
    memset(line, 'a', sizeof(line) - 1);
    memcpy(line, "GET /", 5);
    struct peer *peer = peer_ask(fixture, fixture->ports[0], line);
    assert_int_not_equal(peer_status(peer), 200);
    peer_close(peer);
}

static void a_huge_body_is_refused_unread(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    struct peer *peer =
        peer_ask(fixture, fixture->ports[0],
                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\nabc");
    assert_int_equal(peer_status(peer), 413);
    peer_close(peer);
}

static void who_sends_a_byte_now_and_then_is_cut(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, HTTP_CONNECTIONS, 100);
    serve_one(fixture);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    peer_say(peer, "GET / HTTP/1.1\r\n");
    while (!peer->ended) {
        peer_say(peer, "X: y\r\n");
        fixture_turn(fixture);
        fixture_turn(fixture); /* nothing left to do: waits a little */
        peer_take(peer);
    }
    assert_int_equal(peer_status(peer), 0);
    peer_close(peer);
}

static void an_idle_connection_is_cut(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, HTTP_CONNECTIONS, 100);
    serve_one(fixture);
    struct peer *silent = peer_connect(fixture, fixture->ports[0]);
    struct peer *kept = peer_connect(fixture, fixture->ports[0]);
    peer_say(kept, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_await(kept, "<root>");
    peer_await_end(kept);
    peer_await_end(silent);
    peer_close(kept);
    peer_close(silent);
}

static void handle_large(struct evhttp_request *request, void *self) {
    (void)self;
    struct evbuffer *body = evbuffer_new();
    static char block[1 << 20];
    for (int i = 0; i < 32; i++) {
        evbuffer_add_reference(body, block, sizeof(block), NULL, NULL);
    }
    evhttp_send_reply(request, 200, "OK", body);
    evbuffer_free(body);
}

static size_t connections(struct fixture *fixture) {
    json_t *health = json_object();
    http_service_health(fixture->service, health);
    size_t open = (size_t)json_integer_value(json_object_get(health, "connections"));
    json_decref(health);
    return open;
}

static void who_does_not_take_the_answer_is_cut(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, HTTP_CONNECTIONS, 100);
    http_service_route(listen_to(fixture, "one", "127.0.0.1:0", MRQ_OWN), "/", handle_large, NULL);
    fixture_start(fixture);
    struct peer *peer = peer_connect(fixture, fixture->ports[0]);
    peer_say(peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    while (connections(fixture) == 0) {
        fixture_turn(fixture);
    }
    while (connections(fixture) > 0) {
        fixture_turn(fixture);
    }
    peer_close(peer);
}

static void one_too_many_makes_the_longest_waiting_leave(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, 3, HTTP_DEADLINE_MS);
    serve_one(fixture);
    struct peer *peers[3];
    for (size_t i = 0; i < 3; i++) {
        if (i == 2) { /* the first shows good will */
            peer_say(peers[0], "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            peer_await(peers[0], "<root>");
        }
        peers[i] = peer_connect(fixture, fixture->ports[0]);
        while (connections(fixture) < i + 1) {
            fixture_turn(fixture);
        }
    }
    expect(fixture, fixture->ports[0], "/", "<root>"); /* when the others have had their time */
    peer_await_end(peers[1]);
    peer_take(peers[0]);
    peer_take(peers[2]);
    assert_false(peers[0]->ended);
    assert_false(peers[2]->ended);
    for (size_t i = 0; i < 3; i++) {
        peer_close(peers[i]);
    }
}

static void who_asks_without_end_makes_way_while_all_places_are_taken(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, 1, HTTP_DEADLINE_MS);
    serve_one(fixture);
    struct peer *greedy = peer_connect(fixture, fixture->ports[0]);
    for (size_t i = 0; i < 20; i++) {
        peer_say(greedy, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    peer_await_end(greedy);
    assert_non_null(strstr(greedy->text, "Connection: close\r\n"));
    assert_null(strstr(strstr(greedy->text, "<root>") + 1, "<root>"));
    peer_close(greedy);
}

static void of_a_crowd_that_comes_at_once_all_are_served(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, 4, HTTP_DEADLINE_MS);
    serve_one(fixture);
    struct peer *peers[60];
    for (size_t i = 0; i < 60; i++) {
        peers[i] = peer_connect(fixture, fixture->ports[0]);
        peer_say(peers[i], "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }
    for (size_t i = 0; i < 60; i++) {
        peer_await_end(peers[i]);
        assert_string_equal(peer_body(peers[i]), "<root>");
        peer_close(peers[i]);
    }
}

static void handle_upgrade(struct evhttp_request *request, void *self) {
    (void)self;
    http_service_upgraded(request);
    struct bufferevent *stream =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(request));
    evbuffer_add_printf(bufferevent_get_output(stream), "upgraded");
    bufferevent_enable(stream, EV_WRITE);
}

static void an_upgraded_connection_is_neither_counted_nor_cut(void **state) {
    struct fixture *fixture = *state;
    http_service_limit(fixture->service, 1, 50);
    struct mrq_address *place = listen_to(fixture, "one", "127.0.0.1:0", MRQ_OWN);
    http_service_route(place, "/up", handle_upgrade, NULL);
    http_service_route(place, "/", handle_name, "root");
    fixture_start(fixture);
    struct peer *upgraded = peer_connect(fixture, fixture->ports[0]);
    peer_say(upgraded, "GET /up HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_await(upgraded, "upgraded");
    assert_int_equal(connections(fixture), 0);
    struct peer *idle = peer_connect(fixture, fixture->ports[0]);
    peer_await_end(idle); /* more than a deadline later */
    expect(fixture, fixture->ports[0], "/", "<root>");
    peer_take(upgraded);
    assert_false(upgraded->ended);
    peer_close(idle);
    peer_close(upgraded);
}

static void after_the_stop_nobody_is_accepted(void **state) {
    struct fixture *fixture = *state;
    serve_one(fixture);
    struct peer *before = peer_connect(fixture, fixture->ports[0]);
    while (connections(fixture) < 1) {
        fixture_turn(fixture);
    }
    http_service_stop(fixture->service);
    struct peer *after = peer_connect(fixture, fixture->ports[0]); /* by the kernel only */
    peer_say(after, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_say(before, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_await(before, "<root>");
    peer_take(after);
    assert_int_equal(after->length, 0);
    peer_close(before);
    peer_close(after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_create, fixture_destroy)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(addresses_are_read_as_people_write_them),
        TEST(what_is_no_address_is_refused),
        TEST(the_longest_pattern_wins),
        TEST(what_nobody_serves_is_404),
        TEST(any_method_comes_through),
        TEST(port_0_gives_each_owner_a_port_and_lets_the_others_join),
        TEST(a_shared_address_without_an_owner_is_served_too),
        TEST(an_address_in_use_stops_the_start),
        TEST(a_connection_serves_many_requests),
        TEST(a_huge_header_is_refused),
        TEST(a_huge_request_line_is_refused),
        TEST(a_huge_body_is_refused_unread),
        TEST(who_sends_a_byte_now_and_then_is_cut),
        TEST(an_idle_connection_is_cut),
        TEST(who_does_not_take_the_answer_is_cut),
        TEST(one_too_many_makes_the_longest_waiting_leave),
        TEST(who_asks_without_end_makes_way_while_all_places_are_taken),
        TEST(of_a_crowd_that_comes_at_once_all_are_served),
        TEST(an_upgraded_connection_is_neither_counted_nor_cut),
        TEST(after_the_stop_nobody_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
