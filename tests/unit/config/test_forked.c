/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the daemon, as which it reads its configuration or removes old files. */
#include "base/forked.h"

#include <event2/event.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { DESCRIPTORS = 64 }; /* more than the daemon of this test has */

static void handle_signal(evutil_socket_t number, short events, void *self) {
    (void)number, (void)events, (void)self;
}

/* Wherever libevent writes signals to in the daemon, something else is in the child. */
static void be_signalled(void) {
    for (int descriptor = FORKED_PIPE + 1; descriptor < DESCRIPTORS; descriptor++) {
        dup2(FORKED_PIPE, descriptor);
    }
    raise(SIGCHLD);
    raise(SIGHUP);
    _exit(write(FORKED_PIPE, "said", 4) == 4 ? 0 : 1);
}

static void signals_write_nothing_into_what_the_child_says(void **state) {
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    struct event_base *base = event_base_new();
    struct event *events[4];
    for (int i = 0; i < 4; i++) {
        events[i] = evsignal_new(base, numbers[i], handle_signal, NULL);
        event_add(events[i], NULL);
    }
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    if (forked_start(ends[1]) == 0) {
        be_signalled();
    }
    close(ends[1]);
    char said[16];
    assert_int_equal(read(ends[0], said, sizeof(said)), 4);
    assert_memory_equal(said, "said", 4);
    assert_int_equal(read(ends[0], said, sizeof(said)), 0);
    close(ends[0]);
    for (int i = 0; i < 4; i++) {
        event_free(events[i]);
    }
    event_base_free(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_write_nothing_into_what_the_child_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
