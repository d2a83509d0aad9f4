/* SPDX-License-Identifier: Apache-2.0 */
/* systemd is told what it wants to know, and its watchdog is fed. */
#include "notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* an abstract address of our own, as systemd in containers uses them */
static int listen_as_systemd(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length =
        snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "mrqart-%ld", (long)getpid());
    char name[64];
    snprintf(name, sizeof(name), "@%s", address.sun_path + 1);
    setenv("NOTIFY_SOCKET", name, 1);
    int listening = socket(AF_UNIX, SOCK_DGRAM, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    assert_int_equal(bind(listening, (struct sockaddr *)&address, size), 0);
    return listening;
}

static void heard(int listening, const char *expected) {
    char text[128] = "";
    assert_true(recv(listening, text, sizeof(text) - 1, 0) > 0);
    if (strncmp(text, expected, strlen(expected)) != 0) {
        fail_msg("heard %s, not %s", text, expected);
    }
}

static void its_states_are_told_and_the_watchdog_is_fed(void **state) {
    (void)state;
    int listening = listen_as_systemd();
    setenv("WATCHDOG_USEC", "20000", 1);
    unsetenv("WATCHDOG_PID");
    struct event_base *base = event_base_new();
    struct notify *notify = notify_create(base);
    assert_null(getenv("NOTIFY_SOCKET"));
    notify_send(notify, "READY=1");
    heard(listening, "READY=1");
    notify_reloading(notify);
    heard(listening, "RELOADING=1\nMONOTONIC_USEC=");
    event_base_loop(base, EVLOOP_ONCE);
    heard(listening, "WATCHDOG=1");
    notify_destroy(notify);
    event_base_free(base);
    close(listening);
}

static void without_systemd_there_is_silence(void **state) {
    (void)state;
    unsetenv("NOTIFY_SOCKET");
    struct event_base *base = event_base_new();
    struct notify *notify = notify_create(base);
    notify_send(notify, "READY=1");
    notify_destroy(notify);
    notify_destroy(NULL);
    event_base_free(base);
}

static void an_address_that_is_none_is_left_alone(void **state) {
    (void)state;
    setenv("NOTIFY_SOCKET", "relative", 1);
    struct event_base *base = event_base_new();
    struct notify *notify = notify_create(base);
    notify_send(notify, "READY=1");
    notify_destroy(notify);
    event_base_free(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_states_are_told_and_the_watchdog_is_fed),
        cmocka_unit_test(without_systemd_there_is_silence),
        cmocka_unit_test(an_address_that_is_none_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
