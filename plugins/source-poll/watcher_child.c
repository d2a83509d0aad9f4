/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the watched folders: the child of one, from its start to its end. */
#include "base/memory.h"
#include "watcher_parts.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REAP_LAST_MS = 50 }; /* once, when the source is closed */

int64_t watcher_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* ---- its end ------------------------------------------------------------------------------- */

static void reap(struct watcher *watcher) {
    for (size_t i = 0; i < WATCHER_STUCK; i++) {
        if (watcher->leaving[i] && waitpid(watcher->leaving[i], NULL, WNOHANG) != 0) {
            watcher->leaving[i] = 0;
        }
    }
}

static pid_t *free_place(struct watcher *watcher) {
    for (size_t i = 0; i < WATCHER_STUCK; i++) {
        if (!watcher->leaving[i]) {
            return &watcher->leaving[i];
        }
    }
    return NULL;
}

static void forget_linked(struct watcher *watcher) {
    for (size_t i = 0; i < watcher->linked_count; i++) {
        free(watcher->linked[i].path);
    }
    free(watcher->linked);
    watcher->linked = NULL;
    watcher->linked_count = 0;
}

static void shut(struct watcher *watcher) {
    if (watcher->readable) {
        event_free(watcher->readable);
        watcher->readable = NULL;
    }
    child_shut(&watcher->child);
    watcher->counts = (struct scan_counts){0};
    forget_linked(watcher);
}

void watcher_end(struct watcher *watcher) {
    shut(watcher);
    if (watcher->child.pid > 0) {
        kill(watcher->child.pid, SIGKILL);
        *free_place(watcher) = watcher->child.pid; /* watcher_start() has seen that there is one */
        watcher->child.pid = -1;
    }
}

bool watcher_reap_last(struct watcher *watcher) {
    static const struct timespec moment = {.tv_nsec = 1000000};
    watcher_end(watcher);
    for (unsigned i = 0; i < REAP_LAST_MS; i++) {
        bool left = false;
        reap(watcher);
        for (size_t j = 0; j < WATCHER_STUCK; j++) {
            left = left || watcher->leaving[j];
        }
        if (!left) {
            return true;
        }
        nanosleep(&moment, NULL);
    }
    return false;
}

/** Another child is to take the place of this one, a while later. */
static void replace(struct watcher *watcher) {
    watcher_end(watcher);
    watcher->start_ms = watcher_now_ms() + watcher->back_off_ms;
    watcher->back_off_ms *= 2;
    if (watcher->back_off_ms > WATCHER_BACK_OFF_MOST_MS) {
        watcher->back_off_ms = WATCHER_BACK_OFF_MOST_MS;
    }
    watcher->replaced++;
}

/** No scan is under way until the next is due. True when that is not in the log yet. */
static bool fall_silent(struct watcher *watcher) {
    bool news = !watcher->told_silent;
    replace(watcher);
    watcher_enter(watcher, WATCHER_SILENT);
    watcher->told_silent = true;
    return news;
}

static bool has_ended(const struct watcher *watcher) {
    return watcher->child.socket < 0 && watcher->child.pid > 0;
}

/** The child has ended, as status tells. */
static void take_end(struct watcher *watcher, int status) {
    watcher->child.pid = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_AGAIN) {
        return;
    }
    if (fall_silent(watcher)) {
        mrq_warning(watcher->all->host,
                    "%s: its scan has ended by itself (%s %d); it begins anew, and what was not "
                    "reported yet is found again",
                    watcher->path, WIFSIGNALED(status) ? "signal" : "status",
                    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
}

/* ---- what it says -------------------------------------------------------------------------- */

static void handle_readable(evutil_socket_t fd, short what, void *self) {
    (void)what;
    struct watcher *watcher = self;
    struct record_buffer buffer;
    watcher->heard_ms = watcher_now_ms();
    for (unsigned i = 0; i < WATCHER_SLICE && !watcher->all->paused; i++) {
        ssize_t got = recv(fd, &buffer, sizeof(buffer), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (got <= 0) {
            shut(watcher); /* the next tick sees how it has ended */
            return;
        }
        if (!watcher_take(watcher, &buffer, (size_t)got)) {
            mrq_error(watcher->all->host,
                      "%s: its scan has said what makes no sense; it begins "
                      "anew. Please report this",
                      watcher->path);
            replace(watcher);
            return;
        }
        if (watcher->state == WATCHER_REFUSED) {
            watcher_end(watcher);
            return;
        }
    }
}

/* ---- its start ----------------------------------------------------------------------------- */

void watcher_start(struct watcher *watcher) {
    struct watchers *all = watcher->all;
    struct scan_options options = all->options.scan;
    reap(watcher);
    if (!free_place(watcher)) {
        if (!watcher->told_stuck) {
            watcher->told_stuck = true;
            mrq_error(all->host,
                      "%s: %d scans of it hang in the kernel and cannot be ended; no more are "
                      "started before one has. Unmount it (umount -f), or see to its server",
                      watcher->path, WATCHER_STUCK);
        }
        return;
    }
    options.again = watcher->scanned;
    options.followed = watcher->followed;
    if (!child_start(&watcher->child, &options, watcher->given)) {
        mrq_error(all->host, "%s: cannot start its scan: %m; it is tried again", watcher->path);
        watcher->start_ms = watcher_now_ms() + WATCHER_BACK_OFF_MOST_MS;
        return;
    }
    unreadable_finish(&watcher->unreadable); /* it tells them anew */
    watcher->unread = 0;
    watcher->resolving = true;
    watcher->held = false;
    watcher->heard_ms = watcher_now_ms();
    watcher->readable = event_new(all->host->base, watcher->child.socket, EV_READ | EV_PERSIST,
                                  handle_readable, watcher);
    watcher_pause(watcher, all->paused);
    watcher_hold_back(watcher);
}

void watcher_pause(struct watcher *watcher, bool paused) {
    watcher->heard_ms = watcher_now_ms();
    if (!watcher->readable) {
        return;
    }
    if (paused) {
        event_del(watcher->readable);
    } else {
        event_add(watcher->readable, NULL);
    }
}

void watcher_hold_back(struct watcher *watcher) {
    bool held = watcher->all->held;
    if (watcher->held != held && watcher->child.socket >= 0 &&
        child_order(&watcher->child, held ? ORDER_HOLD : ORDER_RELEASE)) {
        watcher->held = held;
    }
}

static bool is_silent(const struct watcher *watcher) {
    struct pollfd waiting = {.fd = watcher->child.socket, .events = POLLIN};
    return watcher_now_ms() >= watcher->heard_ms + watcher->all->options.patience_ms &&
           poll(&waiting, 1, 0) <= 0; /* what it has said may wait for us */
}

void watcher_check(struct watcher *watcher) {
    reap(watcher);
    if (watcher->state == WATCHER_REFUSED) {
        return;
    }
    int status = 0;
    if (has_ended(watcher) && waitpid(watcher->child.pid, &status, WNOHANG) != 0) {
        take_end(watcher, status);
    }
    if (watcher->child.pid < 0 && watcher_now_ms() >= watcher->start_ms) {
        watcher_start(watcher);
    }
    watcher_hold_back(watcher);
    if (watcher->child.socket < 0 || !is_silent(watcher)) {
        return;
    }
    if (fall_silent(watcher)) {
        mrq_warning(watcher->all->host,
                    "%s does not answer: its scan has said nothing for %g s. See to the mount and "
                    "its server; it is tried again at growing intervals",
                    watcher->path, watcher->all->options.patience_ms / 1e3);
    }
}
