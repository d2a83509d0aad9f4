/* SPDX-License-Identifier: Apache-2.0 */
/* Promises of sink-http. */
#include "client.h"
#include "fixture.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct dashboard {
    struct fixture *fixture;
    char folder[64];
};

static void write_file(const char *folder, const char *name, const char *text) {
    AUTOFREE char *path = mem_printf("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int dashboard_create(void **state) {
    struct dashboard *dashboard = mem_new(struct dashboard);
    strcpy(dashboard->folder, "/tmp/mrqart-static-XXXXXX");
    assert_non_null(mkdtemp(dashboard->folder));
    AUTOFREE char *inner = mem_printf("%s/static", dashboard->folder);
    AUTOFREE char *deeper = mem_printf("%s/js", inner);
    AUTOFREE char *out = mem_printf("%s/out.txt", inner);
    AUTOFREE char *within = mem_printf("%s/within.css", inner);
    AUTOFREE char *fifo = mem_printf("%s/fifo.js", inner);
    assert_int_equal(mkdir(inner, 0755), 0);
    assert_int_equal(mkdir(deeper, 0755), 0);
    assert_int_equal(symlink("../secret.txt", out), 0);
    assert_int_equal(symlink("style.css", within), 0);
    assert_int_equal(mkfifo(fifo, 0644), 0);
    write_file(dashboard->folder, "secret.txt", "secret");
    write_file(inner, "index.html", "<title>MRQART</title>");
    write_file(inner, "style.css", "body {}");
    write_file(inner, "empty.txt", "");
    write_file(inner, ".hidden", "secret");
    write_file(inner, "a file.svg", "<svg/>");
    write_file(inner, "unknown.xyz", "?");
    write_file(deeper, "main.js", "export {};");
    fixture_create((void **)&dashboard->fixture);
    AUTOFREE char *options = mem_printf("{'listen': ['127.0.0.1:0'], 'static_dir': '%s'}", inner);
    fixture_open(dashboard->fixture, SINK_HTTP, options);
    fixture_start(dashboard->fixture);
    *state = dashboard;
    return 0;
}

static int dashboard_destroy(void **state) {
    struct dashboard *dashboard = *state;
    int status = fixture_destroy((void **)&dashboard->fixture);
    AUTOFREE char *command = mem_printf("rm -r %s", dashboard->folder);
    free(dashboard);
    return status == 0 ? system(command) : status;
}

static struct peer *ask(void **state, const char *method, const char *path, const char *header) {
    struct dashboard *dashboard = *state;
    AUTOFREE char *request = mem_printf(
        "%s %s HTTP/1.1\r\nHost: h:1\r\nConnection: close\r\n%s\r\n", method, path, header);
    return peer_ask(dashboard->fixture, dashboard->fixture->ports[0], request);
}

static void expect(void **state, const char *path, int status, const char *body) {
    struct peer *peer = ask(state, "GET", path, "");
    assert_int_equal(peer_status(peer), status);
    if (body) {
        assert_string_equal(peer_body(peer), body);
    }
    assert_null(strstr(peer_body(peer), "secret"));
    peer_close(peer);
}

static void assert_header(const struct peer *peer, const char *line) {
    AUTOFREE char *whole = mem_printf("\r\n%s\r\n", line);
    if (!strstr(peer->text, whole)) {
        fail_msg("no \"%s\" in: %s", line, peer->text);
    }
}

static void the_page_is_served_at_the_root_and_for_each_station(void **state) {
    expect(state, "/", 200, "<title>MRQART</title>");
    expect(state, "/station/AWP167046", 200, "<title>MRQART</title>");
    expect(state, "/station/a%2Fb%20c", 200, "<title>MRQART</title>");
    expect(state, "/static/index.html", 200, "<title>MRQART</title>");
    expect(state, "/AWP167046", 200, "<title>MRQART</title>");
    expect(state, "/a%2Fb%20c", 200, "<title>MRQART</title>");
}

static void what_is_no_name_of_a_station_is_404(void **state) {
    static const char *const paths[] = {"/favicon.ico", "/static", "/station", "/a/b", "/state/x"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        expect(state, paths[i], 404, NULL);
    }
}

static void a_name_hides_nothing_else(void **state) {
    expect(state, "/state", 200, "{}");
    expect(state, "/static/style.css", 200, "body {}");
}

static void every_answer_is_safe_to_show(void **state) {
    static const char *const paths[] = {"/", "/state", "/healthz", "/static/style.css",
                                        "/static/none.css"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct peer *peer = ask(state, "GET", paths[i], "");
        assert_header(peer, "X-Content-Type-Options: nosniff");
        assert_header(peer, "Referrer-Policy: no-referrer");
        assert_header(
            peer, "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src "
                  "'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; manifest-src "
                  "'self'; connect-src 'self' ws://h:1 wss://h:1; base-uri 'none'; form-action "
                  "'none'; frame-ancestors 'none'");
        peer_close(peer);
    }
}

static void a_host_that_is_none_gets_into_no_header(void **state) {
    struct dashboard *dashboard = *state;
    struct peer *peer =
        peer_ask(dashboard->fixture, dashboard->fixture->ports[0],
                 "GET / HTTP/1.1\r\nHost: a; script-src *\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(peer->text, "connect-src 'self'; "));
    assert_null(strstr(peer->text, "script-src *"));
    peer_close(peer);
}

static void types_are_right(void **state) {
    static const char *const types[][2] = {
        {"/", "text/html; charset=utf-8"},
        {"/static/style.css", "text/css; charset=utf-8"},
        {"/static/within.css", "text/css; charset=utf-8"},
        {"/static/js/main.js", "text/javascript; charset=utf-8"},
        {"/static/a%20file.svg", "image/svg+xml"},
        {"/static/unknown.xyz", "application/octet-stream"},
        {"/static/empty.txt", "text/plain; charset=utf-8"},
        {"/state", "application/json"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct peer *peer = ask(state, "GET", types[i][0], "");
        AUTOFREE char *line = mem_printf("Content-Type: %s", types[i][1]);
        assert_int_equal(peer_status(peer), 200);
        assert_header(peer, line);
        peer_close(peer);
    }
}

static void nothing_outside_the_folder_is_served(void **state) {
    static const char *const paths[] = {
        "/static/../secret.txt",
        "/static/..%2fsecret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/js/../../secret.txt",
        "/static/out.txt",
        "/static/.hidden",
        "/static/js/../.hidden",
        "/static//etc/passwd",
        "/static/%2fetc/passwd",
        "/static/",
        "/static/js",
        "/static/js/",
        "/static/fifo.js",
        "/static/style.css%00.txt",
        "/static/./style.css",
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        expect(state, paths[i], 404, NULL);
    }
    AUTOFREE char *longest = mem_printf("/static/%0300d.js", 0);
    expect(state, longest, 404, NULL);
}

/* The value of the answer's ETag. */
static char *etag_of(void **state, const char *path) {
    struct peer *peer = ask(state, "GET", path, "");
    const char *etag = strstr(peer->text, "ETag: ");
    assert_non_null(etag);
    char *value = mem_dup_length(etag + 6, strcspn(etag + 6, "\r"));
    assert_header(peer, "Cache-Control: no-cache");
    peer_close(peer);
    return value;
}

static void a_file_that_the_browser_has_is_not_sent_again(void **state) {
    const struct dashboard *dashboard = *state;
    AUTOFREE char *etag = etag_of(state, "/static/style.css");
    AUTOFREE char *header = mem_printf("If-None-Match: \"x\", W/%s\r\n", etag);
    struct peer *peer = ask(state, "GET", "/static/style.css", header);
    assert_int_equal(peer_status(peer), 304);
    assert_string_equal(peer_body(peer), "");
    peer_close(peer);

    write_file(dashboard->folder, "static/style.css", "body { color: black }");
    peer = ask(state, "GET", "/static/style.css", header);
    assert_int_equal(peer_status(peer), 200);
    assert_string_equal(peer_body(peer), "body { color: black }");
    peer_close(peer);
}

static double compressed(void **state) {
    struct dashboard *dashboard = *state;
    return fixture_report(dashboard->fixture, "files_compressed");
}

static void ask_for_gzip(void **state, const char *path) {
    struct peer *peer = ask(state, "GET", path, "Accept-Encoding: gzip\r\n");
    assert_int_equal(peer_status(peer), 200);
    assert_header(peer, "Content-Encoding: gzip");
    peer_close(peer);
}

/* A file that has just been written may still change within the same tick of the clock of its
 * times, so that it is read anew until that is over. */
static void ask_until_settled(void **state, const char *path) {
    double before;
    do {
        before = compressed(state);
        ask_for_gzip(state, path);
    } while (compressed(state) > before);
}

static void a_file_is_compressed_once(void **state) {
    struct dashboard *dashboard = *state;
    AUTOFREE char *inner = mem_printf("%s/static", dashboard->folder);
    AUTOFREE char *one = mem_printf("/* %05000d */", 1), *two = mem_printf("/* %05000d */", 2);
    write_file(inner, "style.css", one);
    ask_until_settled(state, "/static/style.css");
    double settled = compressed(state);
    assert_true(settled >= 1);
    for (int i = 0; i < 50; i++) {
        ask_for_gzip(state, "/static/style.css");
    }
    assert_true(compressed(state) == settled);
    expect(state, "/static/style.css", 200, one);
    write_file(inner, "style.css", two); /* of the same length */
    expect(state, "/static/style.css", 200, two);
}

/* Who takes a file slowly keeps the bytes it had, and the others get the new ones. */
static void a_file_may_change_while_it_is_sent(void **state) {
    struct dashboard *dashboard = *state;
    AUTOFREE char *inner = mem_printf("%s/static", dashboard->folder);
    AUTOFREE char *large = mem_printf("%03000000d", 1);
    write_file(inner, "large.js", large);
    struct peer *slow[8];
    for (int i = 0; i < 8; i++) {
        slow[i] = peer_connect(dashboard->fixture, dashboard->fixture->ports[0]);
        peer_say(slow[i], "GET /static/large.js HTTP/1.1\r\nHost: a\r\n\r\n");
        fixture_turn(dashboard->fixture);
        large[0] = (char)('a' + i);
        write_file(inner, "large.js", large);
    }
    assert_in_range((int)fixture_report(dashboard->fixture, "files_bytes"), 0, 16 * 1024 * 1024);
    struct peer *late = ask(state, "GET", "/static/large.js", "");
    assert_int_equal(peer_status(late), 503); /* its copy has no room beside those */
    assert_header(late, "Retry-After: 1");
    peer_close(late);
    for (int i = 0; i < 8; i++) {
        peer_close(slow[i]);
    }
    expect(state, "/static/style.css", 200, "body {}");
}

static void state_says_how_new_it_is(void **state) {
    struct dashboard *dashboard = *state;
    dashboard->fixture->state = "{\"AWP\": {}}";
    struct peer *peer = ask(state, "GET", "/state", "");
    assert_header(peer, "MRQART-Epoch: e1");
    assert_header(peer, "MRQART-Seq: 17");
    assert_header(peer, "Cache-Control: no-store");
    assert_header(peer, "Content-Length: 11");
    assert_string_equal(peer_body(peer), "{\"AWP\": {}}");
    peer_close(peer);
}

static void without_room_for_a_state_it_is_asked_for_later(void **state) {
    struct dashboard *dashboard = *state;
    dashboard->fixture->state = NULL;
    struct peer *peer = ask(state, "GET", "/state", "");
    assert_int_equal(peer_status(peer), 503);
    assert_header(peer, "Retry-After: 1");
    assert_header(peer, "Cache-Control: no-store");
    peer_close(peer);
    dashboard->fixture->state = "{}";
    expect(state, "/state", 200, "{}");
}

static void healthz_has_the_status_it_is_told(void **state) {
    struct dashboard *dashboard = *state;
    expect(state, "/healthz", 200, "{\"status\": \"ok\"}");
    dashboard->fixture->health_status = 503;
    expect(state, "/healthz", 503, "{\"status\": \"ok\"}");
}

static void head_has_the_headers_only(void **state) {
    static const char *const paths[][2] = {
        {"/", "Content-Length: 21"},
        {"/state", "Content-Length: 2"},
        {"/healthz", "Content-Length: 16"},
        {"/static/js/main.js", "Content-Length: 10"},
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct peer *peer = ask(state, "HEAD", paths[i][0], "");
        assert_int_equal(peer_status(peer), 200);
        assert_header(peer, paths[i][1]);
        assert_string_equal(peer_body(peer), "");
        peer_close(peer);
    }
}

static void other_methods_are_405(void **state) {
    static const char *const methods[] = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        struct peer *peer = ask(state, methods[i], "/state", "");
        assert_int_equal(peer_status(peer), 405);
        assert_header(peer, "Allow: GET, HEAD");
        peer_close(peer);
    }
}

static void without_its_files_the_sink_says_which_folder(void **state) {
    struct fixture *fixture = *state;
    fixture_open(fixture, SINK_HTTP, "{'listen': ['127.0.0.1:0']}");
    fixture_start(fixture);
    struct peer *peer = peer_ask(fixture, fixture->ports[0],
                                 "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(peer_status(peer), 500);
    assert_non_null(strstr(peer_body(peer), "no index.html in /nowhere"));
    peer_close(peer);
    assert_int_equal((int)fixture_report(fixture, "requests"), 1);
    assert_non_null(strstr(fixture->warning, "/nowhere"));
}

static void slow_readers_do_not_hold_up_the_state(void **state) {
    struct dashboard *dashboard = *state;
    struct fixture *fixture = dashboard->fixture;
    http_service_limit(fixture->service, 8, 30000);
    AUTOFREE char *large = mem_printf("%08000000d", 1);
    fixture->state = large;
    struct peer *slow[12];
    for (size_t i = 0; i < 12; i++) {
        slow[i] = peer_connect(fixture, fixture->ports[0]);
        peer_say(slow[i], "GET /state HTTP/1.1\r\nHost: a\r\n\r\n");
        fixture_turn(fixture);
    }
    fixture->state = "{}";
    expect(state, "/state", 200, "{}");
    for (size_t i = 0; i < 12; i++) {
        peer_close(slow[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dashboard_create, dashboard_destroy)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_page_is_served_at_the_root_and_for_each_station),
        TEST(what_is_no_name_of_a_station_is_404),
        TEST(a_name_hides_nothing_else),
        TEST(every_answer_is_safe_to_show),
        TEST(a_host_that_is_none_gets_into_no_header),
        TEST(types_are_right),
        TEST(nothing_outside_the_folder_is_served),
        TEST(a_file_that_the_browser_has_is_not_sent_again),
        TEST(a_file_is_compressed_once),
        TEST(a_file_may_change_while_it_is_sent),
        TEST(state_says_how_new_it_is),
        TEST(without_room_for_a_state_it_is_asked_for_later),
        TEST(healthz_has_the_status_it_is_told),
        TEST(head_has_the_headers_only),
        TEST(other_methods_are_405),
        TEST(slow_readers_do_not_hold_up_the_state),
        cmocka_unit_test_setup_teardown(without_its_files_the_sink_says_which_folder,
                                        fixture_create, fixture_destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
