/* SPDX-License-Identifier: Apache-2.0 */
/* What happens when descriptors run out; a program of its own, since its limit is for good. */
#include "client.h"
#include "fixture.h"

#include <event2/http.h>
#include <sys/resource.h>

#define DESCRIPTORS 200

static void connections_leave_descriptors_to_the_daemon(void **state) {
    struct fixture *fixture = *state;
    struct mrq_address *place =
        http_service_listen(fixture->service, "one", "127.0.0.1:0", "one", MRQ_OWN);
    assert_non_null(place);
    fixture_start(fixture);
    struct peer *peers[DESCRIPTORS];
    size_t open = 0;
    int spare = 0;
    for (; open < DESCRIPTORS / 2; open++) { /* both ends are ours: there are twice as many */
        peers[open] = peer_connect(fixture, fixture->ports[0]);
        fixture_turn(fixture);
        spare = peers[open]->fd;
    }
    assert_true(spare < DESCRIPTORS - 1);
    struct peer *late = peer_connect(fixture, fixture->ports[0]);
    peer_say(late, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    fixture_turn(fixture);
    peer_take(late);
    assert_int_equal(late->length, 0); /* waits in the kernel */
    while (open > 0) {
        peer_close(peers[--open]);
    }
    peer_await(late, "404 Not Found"); /* a moment later */
    peer_close(late);
}

int main(void) {
    const struct rlimit few = {.rlim_cur = DESCRIPTORS, .rlim_max = DESCRIPTORS};
    if (setrlimit(RLIMIT_NOFILE, &few) < 0) {
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(connections_leave_descriptors_to_the_daemon, fixture_create,
                                        fixture_destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
