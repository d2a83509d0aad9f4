/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for folders that are missing: watches the nearest parent that is there. */
#include "watch/gate.h"
#include "base/memory.h"
#include <event2/event.h>
#include <sys/inotify.h>
#include <unistd.h>

enum {
    GATE_BUFFER = 4096, /* bytes of events read at once; they are only counted as "something" */
    GATE_TRIES = 16,    /* parents that come while we look; rounds see to the rest */
};

static const uint32_t parent_events =
    IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;

/** Has an inotify descriptor of its own, so that its watches never meet those of the tree. */
struct gate {
    struct mrq_host *host;
    void (*opened)(void *self);
    void *self;
    int fd;
    struct event *readable;
};

static void handle_readable(evutil_socket_t fd, short what, void *self) {
    (void)what;
    struct gate *gate = self;
    char events[GATE_BUFFER];
    if (read(fd, events, sizeof(events)) > 0) { /* whatever it was: the owner looks again */
        gate->opened(gate->self);
    }
}

static bool open_gate(struct gate *gate) {
    if (gate->readable) {
        return true;
    }
    gate->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (gate->fd < 0) {
        return false;
    }
    gate->readable =
        event_new(gate->host->base, gate->fd, EV_READ | EV_PERSIST, handle_readable, gate);
    if (!gate->readable || event_add(gate->readable, NULL) < 0) {
        gate_close(gate);
        return false;
    }
    return true;
}

/** Watches the nearest parent of path and returns the length of its path; 0: none. */
static size_t watch_parent(const struct gate *gate, const char *path) {
    char *parent = mem_dup(path);
    size_t length = 0;
    for (char *slash = strrchr(parent, '/'); slash; slash = strrchr(parent, '/')) {
        slash[slash == parent ? 1 : 0] = '\0';
        length = strlen(parent);
        if (inotify_add_watch(gate->fd, parent, parent_events) >= 0) {
            break;
        }
        *slash = '\0';
        length = 0;
    }
    free(parent);
    return length;
}

void gate_wait(struct gate *gate, const char *path) {
    if (!open_gate(gate)) {
        return;
    }
    size_t before = 0; /* the next parent may come while this one is being watched */
    size_t now = watch_parent(gate, path);
    for (int i = 0; i < GATE_TRIES && now != before; i++) {
        before = now;
        now = watch_parent(gate, path);
    }
}

void gate_close(struct gate *gate) {
    if (gate->readable) {
        event_free(gate->readable);
        gate->readable = NULL;
    }
    if (gate->fd >= 0) {
        close(gate->fd);
        gate->fd = -1;
    }
}

struct gate *gate_create(struct mrq_host *host, void (*opened)(void *self), void *self) {
    struct gate *gate = mem_new(struct gate);
    gate->host = host;
    gate->opened = opened;
    gate->self = self;
    gate->fd = -1;
    return gate;
}

void gate_destroy(struct gate *gate) {
    if (gate) {
        gate_close(gate);
        free(gate);
    }
}
