/* SPDX-License-Identifier: Apache-2.0 */
/* The scanning child as a process. */
#include "child.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int said[2]; /* a handler has no other way to find it */

static void handle_signal(int number) {
    (void)number;
    ssize_t written = write(said[1], "!", 1);
    (void)written;
}

/* As early as can be in the child: a signal to the daemon's process group comes whenever it likes.
 */
static void be_signalled(void) {
    raise(SIGUSR1);
}

static void a_signal_finds_none_of_the_daemons_handlers_in_the_child(void **state) {
    (void)state;
    const struct scan_options options = {.interval_ms = 1000, .settle_ms = 1000, .alive_ms = 1000};
    struct child child;
    char byte;
    assert_int_equal(pipe2(said, O_CLOEXEC | O_NONBLOCK), 0);
    signal(SIGUSR1, handle_signal);
    pthread_atfork(NULL, NULL, be_signalled);
    assert_true(child_start(&child, &options, "/"));
    child_shut(&child);
    assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
    assert_int_equal(read(said[0], &byte, 1), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_finds_none_of_the_daemons_handlers_in_the_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
