/* SPDX-License-Identifier: Apache-2.0 */
/* The child in which one watched folder is scanned. */
#include "child.h"
#include "base/file_status.h"
#include "base/forked.h"
#include "base/memory.h"
#include "watch/paths.h"
#include "watch/reach.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHILD_SOCKET = FORKED_PIPE }; /* the only descriptor but the standard ones */

/** What the daemon has said, and what the child has for itself. */
struct orders {
    bool held; /* the backlog is */
    struct reach *reach;
};

/* ---- the world, as a scan sees it ---------------------------------------------------------- */

static int64_t now_ms(void *self) {
    (void)self;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static bool look(void *self, const char *path, bool fresh, struct scan_look *seen) {
    (void)self;
    struct file_status status;
    int flags = AT_SYMLINK_NOFOLLOW | (fresh ? AT_STATX_FORCE_SYNC : AT_STATX_SYNC_AS_STAT);
    if (!file_status(AT_FDCWD, path, flags, &status)) {
        return false;
    }
    *seen = (struct scan_look){.about = status.stat, .mount = status.mount};
    return true;
}

static bool leads(void *self, const char *path) {
    return reach_leads(((struct orders *)self)->reach, path);
}

static void tell(void *self, const struct record *head, const char *path) {
    (void)self;
    struct record whole = *head;
    whole.path_bytes = (uint32_t)strlen(path);
    struct iovec parts[] = {{&whole, sizeof(whole)}, {(void *)path, whole.path_bytes}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent;
    do { /* blocks while the daemon does not read: that is how it pauses us */
        sent = sendmsg(CHILD_SOCKET, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        _exit(EXIT_SUCCESS); /* the daemon is gone */
    }
}

/** Takes an order in, and waits for it if wait. False: there is none. */
static bool hear(struct orders *orders, bool wait, enum order *order) {
    uint8_t byte = 0;
    ssize_t got;
    do {
        got = recv(CHILD_SOCKET, &byte, 1, wait ? 0 : MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN) {
        return false;
    }
    if (got <= 0) {
        _exit(EXIT_SUCCESS); /* the daemon is gone, or needs us no more */
    }
    *order = byte;
    if (byte >= ORDER_HOLD) {
        orders->held = byte == ORDER_HOLD;
    }
    return true;
}

static bool follow(void *self, const char *path, enum follow_what what) {
    const struct record head = {.kind = RECORD_FOLLOW,
                                .flags = what == FOLLOW_FILES ? RECORD_FILES : 0};
    enum order order = ORDER_HOLD;
    tell(self, &head, path);
    while (order >= ORDER_HOLD) {
        hear(self, true, &order);
    }
    return order == ORDER_FOLLOW;
}

static bool held(void *self) {
    struct orders *orders = self;
    enum order order;
    while (hear(orders, false, &order)) {
    }
    return orders->held;
}

/* ---- its life ------------------------------------------------------------------------------ */

static void become_child(pid_t daemon) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "mrqart-poll");
    if (getppid() != daemon) {
        _exit(EXIT_SUCCESS);
    }
    signal(SIGINT, SIG_IGN); /* of the terminal: the daemon says when we end */
    signal(SIGTERM, SIG_IGN);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (null > STDERR_FILENO) {
        close(null);
    }
}

static _Noreturn void run(const struct scan_options *options, const char *path) {
    struct orders orders = {.reach = reach_create(NULL)};
    const struct scan_world world = {&orders, now_ms, look, leads, tell, follow, held};
    const char *real = paths_resolve(path);
    if (!follow(&orders, real, FOLLOW_TREE)) { /* before all that links lead to */
        _exit(EXIT_SUCCESS);                   /* the daemon has said why */
    }
    struct scan *scan = scan_create(&world, options, real);
    struct pollfd heard = {.fd = CHILD_SOCKET, .events = POLLIN};
    for (;;) {
        if (scan_is_missing(scan)) {
            AUTOFREE char *again = paths_resolve(path);
            if (strcmp(real, again) != 0) {
                _exit(CHILD_AGAIN);
            }
        }
        poll(&heard, 1, (int)scan_work(scan));
        held(&orders); /* ends with the socket */
    }
}

bool child_start(struct child *child, const struct scan_options *options, const char *path) {
    int pair[2];
    pid_t daemon = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        return false;
    }
    *child = (struct child){.pid = forked_start(pair[1]), .socket = pair[0]};
    if (child->pid == 0) {
        become_child(daemon);
        run(options, path);
    }
    int error = errno;
    close(pair[1]);
    if (child->pid < 0) {
        child_shut(child);
        errno = error;
        return false;
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK); /* cannot fail */
    return true;
}

bool child_order(const struct child *child, enum order order) {
    uint8_t byte = (uint8_t)order;
    return send(child->socket, &byte, 1, MSG_NOSIGNAL) == 1;
}

void child_shut(struct child *child) {
    if (child->socket >= 0) {
        close(child->socket);
        child->socket = -1;
    }
}
