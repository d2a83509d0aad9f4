/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd is told: datagrams to the socket that it names. */
#include "notify.h"
#include "base/log.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct notify {
    int socket; /* -1: nobody wants to know */
    struct sockaddr_un address;
    socklen_t address_length;
    struct event *watchdog;
};

static void connect_to(struct notify *notify, const char *path) {
    size_t length = strlen(path);
    bool abstract = *path == '@';
    if (length < 2 || length >= sizeof(notify->address.sun_path) || (!abstract && *path != '/')) {
        log_warning("NOTIFY_SOCKET=%s is no address: systemd is told nothing", path);
        return;
    }
    notify->address.sun_family = AF_UNIX;
    memcpy(notify->address.sun_path, path, length);
    if (abstract) {
        notify->address.sun_path[0] = '\0';
    }
    notify->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    notify->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void handle_watchdog(evutil_socket_t unused, short events, void *self) {
    (void)unused, (void)events;
    notify_send(self, "WATCHDOG=1");
}

/* WATCHDOG_USEC: the time that may pass in silence; half of it leaves room (sd_watchdog_enabled) */
static void start_watchdog(struct notify *notify, struct event_base *base) {
    const char *pid = getenv("WATCHDOG_PID"), *usec = getenv("WATCHDOG_USEC");
    long long period = usec ? atoll(usec) / 2 : 0;
    if (notify->socket < 0 || period <= 0 || (pid && atoll(pid) != getpid())) {
        return;
    }
    struct timeval every = {.tv_sec = period / 1000000, .tv_usec = period % 1000000};
    notify->watchdog = event_new(base, -1, EV_PERSIST, handle_watchdog, notify);
    if (!notify->watchdog || event_add(notify->watchdog, &every) < 0) {
        log_error("cannot start the watchdog's timer");
    }
}

struct notify *notify_create(struct event_base *base) {
    struct notify *notify = mem_new(struct notify);
    notify->socket = -1;
    const char *path = getenv("NOTIFY_SOCKET");
    if (path) {
        connect_to(notify, path);
        start_watchdog(notify, base);
        unsetenv("NOTIFY_SOCKET"); /* our children have nothing to say to systemd */
    }
    return notify;
}

void notify_destroy(struct notify *notify) {
    if (!notify) {
        return;
    }
    if (notify->watchdog) {
        event_free(notify->watchdog);
    }
    if (notify->socket >= 0) {
        close(notify->socket);
    }
    free(notify);
}

void notify_send(const struct notify *notify, const char *text) {
    if (notify->socket < 0) {
        return;
    }
    int kept = errno;
    ssize_t sent = sendto(notify->socket, text, strlen(text), MSG_NOSIGNAL,
                          (const struct sockaddr *)&notify->address, notify->address_length);
    (void)sent; /* a systemd that does not listen is no reason to stop checking */
    errno = kept;
}

void notify_reloading(const struct notify *notify) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char text[64];
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
             now.tv_sec * 1000000LL + now.tv_nsec / 1000);
    notify_send(notify, text);
}
