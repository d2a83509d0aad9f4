/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells of the watched folders, and what is made of it. */
#include "events.h"
#include "base/memory.h"
#include "watch/links.h"
#include <errno.h>
#include <event2/event.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVENTS_BUFFER = 64 * 1024 }; /* bytes read per turn of the loop: some 1,000 events */

struct events {
    struct mrq_host *host;
    struct tree *tree;
    struct walk *walk;
    struct roots *roots;
    struct event *readable;
    unsigned long overflows;
    char buffer[EVENTS_BUFFER] __attribute__((aligned(__alignof__(struct inotify_event))));
};

/** Some events that were read together. */
struct batch {
    const char *at, *end;
};

static const struct inotify_event *next(struct batch *batch) {
    if (batch->at >= batch->end) {
        return NULL;
    }
    const struct inotify_event *event = (const struct inotify_event *)batch->at;
    batch->at += sizeof(*event) + event->len;
    return event;
}

static void emit(struct events *events, struct folder *folder, const char *name,
                 const struct stat *about) {
    const char *path = tree_file(events->tree, folder, name);
    if (path) {
        found_heard(events->host, folder->root, path, about);
    }
}

/** path is a link that has come: true if what it leads to is seen to. */
static bool follow_link(struct events *events, const struct folder *folder, const char *path) {
    const struct found_at at = {.root = folder->root, .lane = MRQ_LIVE, .fresh = true};
    return links_follow(events->host, events->roots, &at, path);
}

/** Like lstat(); false where that cannot be done now, too: the folder is looked at later. */
static bool look(struct events *events, struct folder *folder, const char *path,
                 struct stat *about) {
    if (!tree_answers(events->tree, folder)) {
        walk_later(events->walk, folder);
        return false;
    }
    return lstat(path, about) == 0;
}

static void handle_complete(struct events *events, struct folder *folder,
                            const struct inotify_event *event) {
    struct stat about;
    const char *path;
    if ((event->mask & IN_MOVED_TO) && roots_follow_links(events->roots) &&
        (path = tree_file(events->tree, folder, event->name)) != NULL &&
        look(events, folder, path, &about) && S_ISLNK(about.st_mode) &&
        follow_link(events, folder, path)) {
        return;
    }
    emit(events, folder, event->name, NULL);
}

/**
 * A file was made: nothing to do until it is closed, but a hard link to a file that is complete
 * already will never be, and a FIFO or a link is only to be told of. Most files are closed with the
 * next event, and are not looked at.
 */
static void handle_made(struct events *events, struct folder *folder,
                        const struct inotify_event *made, struct batch rest) {
    const struct inotify_event *then = next(&rest);
    if (then && then->wd == made->wd && (then->mask & IN_CLOSE_WRITE) && then->len > 0 &&
        strcmp(then->name, made->name) == 0) {
        return;
    }
    const char *path = tree_file(events->tree, folder, made->name);
    struct stat about;
    if (path && look(events, folder, path, &about) &&
        (!S_ISREG(about.st_mode) || about.st_nlink > 1) &&
        !(S_ISLNK(about.st_mode) && follow_link(events, folder, path))) {
        emit(events, folder, made->name, &about);
    }
}

static void handle_folder(struct events *events, struct folder *parent, const char *name) {
    struct folder *folder;
    enum tree_change change = tree_attach(events->tree, parent, name, &folder);
    if (change != TREE_NONE) {
        walk_attached(events->walk, folder, change);
    }
    if (change == TREE_NEW || change == TREE_MOVED) {
        emit(events, parent, name, &found_a_folder);
    }
}

/** A folder was renamed: if its new parent is watched we know that already, else it has left. */
static void handle_moved(struct events *events, struct folder *folder) {
    if (!tree_path(events->tree, folder)) {
        return;
    }
    if (!folder->parent) {
        roots_check(events->roots, folder->root);
        return;
    }
    struct folder *now = NULL;
    enum tree_change change = tree_attach_again(events->tree, folder, &now);
    if (change != TREE_NONE && now != folder) {
        walk_attached(events->walk, now, change);
    }
    if (now != folder) {
        tree_leave(events->tree, folder);
    }
    roots_check_lost(events->roots);
}

static void handle_ended(struct events *events, struct folder *folder) {
    struct root *root = folder->parent ? NULL : folder->root;
    tree_unwatched(events->tree, folder);
    if (root) {
        roots_check(events->roots, root);
    }
}

static void handle_overflow(struct events *events) {
    events->overflows++;
    mrq_warning(events->host,
                "the kernel's event queue has overflowed (%lu since the start): all folders are "
                "scanned again; if this happens often, raise fs.inotify.max_queued_events (sysctl)",
                events->overflows);
    roots_rescan(events->roots);
}

static void handle(struct events *events, const struct inotify_event *event, struct batch rest) {
    if (event->mask & IN_Q_OVERFLOW) {
        handle_overflow(events);
        return;
    }
    struct folder *folder = tree_find(events->tree, event->wd);
    if (!folder) { /* of a watch that was given up */
        return;
    }
    if (event->mask & IN_IGNORED) {
        handle_ended(events, folder);
    } else if (event->mask & IN_UNMOUNT) {
        if (folder->parent) { /* the folder that was mounted over can be seen again */
            walk_queue(events->walk, folder->parent, MRQ_LIVE, 0);
        }
    } else if (event->mask & IN_MOVE_SELF) {
        handle_moved(events, folder);
    } else if (event->len == 0) {
        return;
    } else if (event->mask & IN_ISDIR) {
        handle_folder(events, folder, event->name);
    } else if (event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) {
        handle_complete(events, folder, event);
    } else if (event->mask & IN_CREATE) {
        handle_made(events, folder, event, rest);
    }
}

static void handle_readable(evutil_socket_t fd, short what, void *self) {
    (void)what;
    struct events *events = self;
    ssize_t length = read(fd, events->buffer, sizeof(events->buffer));
    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            mrq_error(events->host, "cannot read inotify's events: %m");
        }
        return;
    }
    struct batch batch = {events->buffer, events->buffer + length};
    const struct inotify_event *event;
    while ((event = next(&batch)) != NULL) {
        handle(events, event, batch);
    }
}

void events_pause(struct events *events, bool paused) {
    if (paused) {
        event_del(events->readable);
    } else if (event_add(events->readable, NULL) < 0) {
        mrq_error(events->host, "cannot join the event loop");
    }
}

unsigned long events_overflows(const struct events *events) {
    return events->overflows;
}

struct events *events_create(struct mrq_host *host, struct tree *tree, struct walk *walk,
                             struct roots *roots) {
    struct events *events = mem_new(struct events);
    events->host = host;
    events->tree = tree;
    events->walk = walk;
    events->roots = roots;
    events->readable =
        event_new(host->base, tree_descriptor(tree), EV_READ | EV_PERSIST, handle_readable, events);
    if (!events->readable) {
        mrq_error(host, "cannot join the event loop");
        events_destroy(events);
        return NULL;
    }
    return events;
}

void events_destroy(struct events *events) {
    if (!events) {
        return;
    }
    if (events->readable) { /* event_free(NULL) crashes in libevent 2.1 */
        event_free(events->readable);
    }
    free(events);
}
