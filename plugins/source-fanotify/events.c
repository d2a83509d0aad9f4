/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel tells of the marked file systems, and what is made of it. */
#include "events.h"
#include "base/memory.h"
#include "watch/links.h"
#include "watch/reach.h"
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <sys/fanotify.h>
#include <unistd.h>

enum {
    EVENTS_BUFFER = 64 * 1024,          /* bytes read per turn of the loop: some 800 events */
    EVENTS_DRAINED = EVENTS_BUFFER / 2, /* less was read: there was no more */
};

struct events {
    struct events_parts with;
    struct events_owner owner;
    struct event *readable;
    unsigned long overflows;
    struct timespec drained; /* when the queue was last empty */
    bool check;
    char path[PATH_MAX + NAME_MAX + 2];
    char buffer[EVENTS_BUFFER] __attribute__((aligned(8)));
};

/** A name in a folder, as an event gives it. */
struct entry {
    struct identity folder;
    const char *name; /* NULL: there is none */
};

static bool read_entry(struct entry *entry, const struct fanotify_event_info_fid *info,
                       size_t length) {
    size_t bytes = length - offsetof(struct fanotify_event_info_fid, fsid);
    if (length < sizeof(*info) || !identity_read(&entry->folder, &info->fsid, bytes)) {
        return false;
    }
    const char *name = (const char *)&info->fsid + entry->folder.length;
    size_t room = bytes - entry->folder.length;
    entry->name = room > 0 && memchr(name, '\0', room) ? name : NULL;
    return true;
}

/** What an event is of: to, and from where a rename has taken it. */
struct subject {
    struct entry from, to;
};

/** at to end: what comes behind the event's fixed part. */
static void read_subject(struct subject *subject, const char *at, const char *end) {
    subject->from.name = subject->to.name = NULL;
    while (at + sizeof(struct fanotify_event_info_header) <= end) {
        const struct fanotify_event_info_fid *info = (const void *)at;
        size_t length = info->hdr.len;
        if (length < sizeof(info->hdr) || length > (size_t)(end - at)) {
            return;
        }
        switch (info->hdr.info_type) {
        case FAN_EVENT_INFO_TYPE_OLD_DFID_NAME:
            read_entry(&subject->from, info, length);
            break;
        case FAN_EVENT_INFO_TYPE_DFID_NAME:
        case FAN_EVENT_INFO_TYPE_NEW_DFID_NAME:
            read_entry(&subject->to, info, length);
            break;
        default:
            break;
        }
        at += length;
    }
}

/** The path of entry, whose folder is at place; NULL: too long for anybody. */
static const char *path_of(struct events *events, const struct place *place, const char *name) {
    size_t length = place->length > 1 ? place->length : 0; /* "/" has its slash already */
    size_t name_length = strlen(name);
    if (name_length > NAME_MAX) {
        return NULL;
    }
    memcpy(events->path, place->path, length);
    events->path[length] = '/';
    memcpy(events->path + length + 1, name, name_length + 1);
    return events->path;
}

/* ---- folders ------------------------------------------------------------------------------- */

static void handle_missed(struct events *events) {
    places_forget(events->with.places);
    events->owner.missed(events->owner.self, &events->drained);
}

/** A folder has come. Events of it are heard at once; what it has brought along is not. */
static void handle_moved_folder(struct events *events, const struct subject *subject) {
    bool was_below =
        subject->from.name && places_find(events->with.places, &subject->from.folder).root != NULL;
    places_forget(events->with.places);
    events->check = true;
    const struct place place = places_find(events->with.places, &subject->to.folder);
    if (!place.root) {
        return;
    }
    const char *path = path_of(events, &place, subject->to.name);
    if (!path) {
        return;
    }
    found_heard(events->with.host, place.root, path, &found_a_folder);
    const struct scan_order order = {
        .root = place.root, .path = path, .lane = MRQ_LIVE, .fresh = !was_below};
    if (!scan_queue(events->with.scan, &order)) {
        handle_missed(events);
    }
}

static void handle_folder(struct events *events, const struct subject *subject, uint64_t mask) {
    if (mask & FAN_RENAME) {
        handle_moved_folder(events, subject);
        return;
    }
    const struct place place = places_find(events->with.places, &subject->to.folder);
    const char *path = place.root ? path_of(events, &place, subject->to.name) : NULL;
    if (path) {
        found_heard(events->with.host, place.root, path, &found_a_folder);
    }
}

/* ---- files --------------------------------------------------------------------------------- */

static bool follow_link(struct events *events, const struct root *root, const char *path) {
    const struct found_at at = {.root = root, .lane = MRQ_LIVE, .fresh = true};
    return links_follow(events->with.host, events->with.roots, &at, path);
}

/**
 * A file was made, and is not closed yet: nothing to do until it is. But a hard link to a file that
 * is complete will never be, and a FIFO or a link is only to be told of.
 */
static void handle_made(struct events *events, const struct root *root, const char *path) {
    struct stat about;
    if (lstat(path, &about) == 0 && (!S_ISREG(about.st_mode) || about.st_nlink > 1) &&
        !(S_ISLNK(about.st_mode) && follow_link(events, root, path))) {
        found_heard(events->with.host, root, path, &about);
    }
}

static void handle_file(struct events *events, const struct subject *subject, uint64_t mask) {
    const struct place place = places_find(events->with.places, &subject->to.folder);
    const char *path = place.root ? path_of(events, &place, subject->to.name) : NULL;
    if (!path) {
        return;
    }
    if (!reach_answers(roots_reach(events->with.roots), path)) {
        return; /* all below it is scanned when it answers again */
    }
    struct stat about;
    if (!(mask & (FAN_CLOSE_WRITE | FAN_RENAME))) {
        handle_made(events, place.root, path);
    } else if (!(mask & FAN_RENAME) || !roots_follow_links(events->with.roots) ||
               lstat(path, &about) < 0 || !S_ISLNK(about.st_mode) ||
               !follow_link(events, place.root, path)) {
        found_heard(events->with.host, place.root, path, NULL);
    }
}

/* ---- reading ------------------------------------------------------------------------------- */

static void handle_overflow(struct events *events) {
    events->overflows++;
    mrq_warning(
        events->with.host,
        "the kernel's event queue has overflowed (%lu since the start): all folders are "
        "scanned again; if this happens often, raise fs.fanotify.max_queued_events (sysctl)",
        events->overflows);
    handle_missed(events);
}

static void handle(struct events *events, uint64_t mask, const char *more, const char *end) {
    if (mask & FAN_Q_OVERFLOW) {
        handle_overflow(events);
        return;
    }
    if (mask & (FAN_DELETE_SELF | FAN_MOVE_SELF)) {
        places_forget(events->with.places);
        events->check = true;
        return;
    }
    struct subject subject;
    read_subject(&subject, more, end);
    if (!subject.to.name) {
        return;
    }
    if (mask & FAN_ONDIR) {
        handle_folder(events, &subject, mask);
    } else {
        handle_file(events, &subject, mask);
    }
}

static void handle_all(struct events *events, const char *at, const char *end) {
    struct fanotify_event_metadata event; /* copied, since those behind others are not aligned */
    while ((size_t)(end - at) >= sizeof(event)) {
        memcpy(&event, at, sizeof(event));
        if (event.event_len < sizeof(event) || event.event_len > (size_t)(end - at)) {
            return;
        }
        handle(events, event.mask, at + event.metadata_len, at + event.event_len);
        at += event.event_len;
    }
}

static void handle_readable(evutil_socket_t fd, short what, void *self) {
    (void)what;
    struct events *events = self;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now); /* the clock of file times */
    ssize_t length = read(fd, events->buffer, sizeof(events->buffer));
    if (length < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            mrq_error(events->with.host, "cannot read fanotify's events: %m");
        }
        return;
    }
    handle_all(events, events->buffer, events->buffer + length);
    places_rest(events->with.places);
    if (length < EVENTS_DRAINED) {
        events->drained = now;
    }
    if (places_missed(events->with.places) || events->check) {
        events->check = false;
        events->owner.check(events->owner.self);
    }
}

void events_pause(struct events *events, bool paused) {
    if (paused) {
        event_del(events->readable);
    } else if (event_add(events->readable, NULL) < 0) {
        mrq_error(events->with.host, "cannot join the event loop");
    }
}

unsigned long events_overflows(const struct events *events) {
    return events->overflows;
}

struct events *events_create(const struct events_parts *parts, const struct events_owner *owner) {
    struct events *events = mem_new(struct events);
    events->with = *parts;
    events->owner = *owner;
    clock_gettime(CLOCK_REALTIME_COARSE, &events->drained);
    events->readable = event_new(parts->host->base, marks_descriptor(parts->marks),
                                 EV_READ | EV_PERSIST, handle_readable, events);
    if (!events->readable) {
        mrq_error(parts->host, "cannot join the event loop");
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
