/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the watched folders: what becomes of what a scan tells. */
#include "base/memory.h"
#include "watch/paths.h"
#include "watcher_parts.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- files --------------------------------------------------------------------------------- */

static bool is_root(const char *root, const char *path, size_t bytes) {
    return strlen(root) == bytes && memcmp(root, path, bytes) == 0;
}

/** The root that a record names, if it is one of this watcher; else NULL. */
static const char *root_of(const struct watcher *watcher, const struct record_buffer *buffer) {
    size_t bytes = buffer->head.root_bytes;
    if (is_root(watcher->path, buffer->path, bytes)) {
        return watcher->path;
    }
    for (size_t i = 0; i < watcher->linked_count; i++) {
        if (is_root(watcher->linked[i].path, buffer->path, bytes)) {
            return watcher->linked[i].path;
        }
    }
    return NULL;
}

static bool take_file(struct watcher *watcher, const struct record_buffer *buffer) {
    static const struct stat a_folder = {.st_mode = S_IFDIR};
    const struct record *head = &buffer->head;
    bool folder = head->kind == RECORD_FOLDER;
    const struct mrq_found found = {
        .root = root_of(watcher, buffer),
        .path = buffer->path,
        .stat = folder                       ? &a_folder
                : head->flags & RECORD_MOVED ? NULL
                                             : &head->about,
        .lane = head->flags & RECORD_BACKLOG ? MRQ_BACKLOG : MRQ_LIVE,
        .settled = !folder,
    };
    if (found.root) {
        mrq_emit(watcher->all->host, &found);
    }
    return found.root != NULL;
}

/* ---- folders that are to be followed ------------------------------------------------------- */

/** The folder with all that lies below it that path is in, of this or another watcher. */
static const char *tree_of(const struct watcher *watcher, const char *path) {
    const struct watcher *other;
    TAILQ_FOREACH(other, &watcher->all->list, entry) {
        if (other != watcher && other->state != WATCHER_REFUSED &&
            paths_is_within(path, other->path)) {
            return other->path;
        }
        for (size_t i = 0; i < other->linked_count; i++) {
            if (other->linked[i].tree && paths_is_within(path, other->linked[i].path)) {
                return other->linked[i].path;
            }
        }
    }
    return NULL;
}

/** The child has found where the configured path leads. */
static bool take_path(struct watcher *watcher, const char *path) {
    const char *other = tree_of(watcher, path);
    if (other) {
        mrq_warning(watcher->all->host, "paths: %s is watched once only: it leads to %s, in %s",
                    watcher->given, path, other);
        watcher_enter(watcher, WATCHER_REFUSED);
        return false;
    }
    if (strcmp(path, watcher->path) != 0) {
        free(watcher->path);
        watcher->path = mem_dup(path);
        mrq_follow_at(watcher->all->host, watcher->path, watcher->named);
    }
    return true;
}

static bool take_linked(struct watcher *watcher, const char *path, bool tree) {
    for (size_t i = 0; i < watcher->linked_count; i++) {
        if (strcmp(watcher->linked[i].path, path) == 0) {
            watcher->linked[i].tree = watcher->linked[i].tree || tree;
            return true;
        }
    }
    if (tree_of(watcher, path) || paths_is_within(path, watcher->path)) {
        return false;
    }
    if (watcher->linked_count >= WATCHER_LINKED) {
        mrq_warning(watcher->all->host,
                    "a link below %s is not followed: %d folders that links lead to are; name "
                    "theirs in paths",
                    watcher->path, WATCHER_LINKED);
        return false;
    }
    watcher->linked =
        mem_resize(watcher->linked, watcher->linked_count + 1, sizeof(*watcher->linked));
    watcher->linked[watcher->linked_count++] = (struct linked){mem_dup(path), tree};
    mrq_follow(watcher->all->host, path);
    return true;
}

static bool take_follow(struct watcher *watcher, const struct record_buffer *buffer) {
    bool files = buffer->head.flags & RECORD_FILES;
    /* the first that a child asks for is its own, before it says anything else */
    bool own = !files && watcher->resolving;
    bool follow =
        own ? take_path(watcher, buffer->path) : take_linked(watcher, buffer->path, !files);
    return child_order(&watcher->child, follow ? ORDER_FOLLOW : ORDER_REFUSE);
}

/** No link leads there any more; some of its files may be linked still. */
static bool take_left(struct watcher *watcher, const char *path) {
    for (size_t i = 0; i < watcher->linked_count; i++) {
        if (strcmp(watcher->linked[i].path, path) == 0) {
            watcher->linked[i].tree = false;
            return true;
        }
    }
    return false;
}

/* ---- what is wrong ------------------------------------------------------------------------- */

static void take_unreadable(struct watcher *watcher, const char *root,
                            const struct record_buffer *buffer) {
    int error = buffer->head.error;
    if (strcmp(root, buffer->path) == 0 && root == watcher->path) {
        watcher->unread = error;
    }
    if (error) {
        unreadable_add(&watcher->unreadable, watcher->all->host, root, buffer->path, error);
    } else {
        unreadable_remove(&watcher->unreadable, buffer->path);
    }
}

/* Folders below a watched one may have a subject's name: only who asks for more than the default
 * log is told which it is. */
static bool take_fault(struct watcher *watcher, const struct record_buffer *buffer) {
    struct mrq_host *host = watcher->all->host;
    const struct scan_options *scan = &watcher->all->options.scan;
    enum scan_fault fault = buffer->head.fault;
    const char *root = root_of(watcher, buffer);
    if (!root || (watcher->told[fault] && fault != FAULT_READ)) {
        return root != NULL;
    }
    if (fault == FAULT_READ) {
        take_unreadable(watcher, root, buffer);
        return true;
    }
    watcher->told[fault] = true;
    errno = buffer->head.error;
    switch (fault) {
    case FAULT_FOLDERS:
        mrq_error(host,
                  "a folder below %s and further ones are not looked at: there are %llu; raise "
                  "max_folders, or move old folders away and restart",
                  root, (unsigned long long)scan->max_folders);
        break;
    case FAULT_FILES:
        mrq_error(host,
                  "a file below %s and further ones are not looked at: there are %llu; raise "
                  "max_files, or move old files away",
                  root, (unsigned long long)scan->max_files);
        break;
    case FAULT_DEPTH:
        mrq_warning(host,
                    "a folder below %s is not looked at: it lies deeper than %u folders, or its "
                    "path is longer than %d bytes; raise max_depth, or watch a folder nearer to it",
                    root, scan->max_depth, PATH_MAX - 1);
        break;
    default:
        mrq_warning(host,
                    "a folder below %s has changed and its times have not: its file system does "
                    "not keep them; set trust_folder_times = false, or new files are found up to "
                    "%d minutes late",
                    root, SCAN_FULL_MS / 60000);
    }
    mrq_info(host, "the last message is of %s", buffer->path);
    return true;
}

/* ---- how it is ----------------------------------------------------------------------------- */

static void tell_missing(struct watcher *watcher, const struct record *head) {
    struct mrq_host *host = watcher->all->host;
    if (watcher->told_gone) {
        return;
    }
    watcher->told_gone = true;
    errno = watcher->error = head->error;
    if (head->state == SCAN_UNMOUNTED) {
        mrq_warning(host,
                    "%s is gone: nothing is mounted there any more; waiting for it. Mount it "
                    "again, or restart to watch the bare folder",
                    watcher->path);
    } else if (head->error == ENOTCONN || head->error == ESTALE || head->error == EIO) {
        mrq_warning(host, "%s is gone: %m; waiting for it. Unmount and mount it again",
                    watcher->path);
    } else {
        mrq_warning(host, "%s %s: %m; waiting for it. Make or mount the folder", watcher->path,
                    head->state == SCAN_WAITING ? "cannot be watched yet" : "is gone");
    }
}

static void tell_there(struct watcher *watcher) {
    if (watcher->told_gone || watcher->told_silent) {
        mrq_notice(watcher->all->host, "%s is %s", watcher->path,
                   watcher->told_gone ? "there now, and is polled" : "polled again");
    }
    watcher->told_gone = watcher->told_silent = watcher->told_stuck = false;
    watcher->back_off_ms = WATCHER_BACK_OFF_MS;
}

static bool take_state(struct watcher *watcher, const struct record *head) {
    static const enum watcher_state states[] = {
        [SCAN_STARTING] = WATCHER_STARTING, [SCAN_POLLED] = WATCHER_POLLED,
        [SCAN_WAITING] = WATCHER_WAITING,   [SCAN_GONE] = WATCHER_GONE,
        [SCAN_UNMOUNTED] = WATCHER_GONE,
    };
    bool first = head->counts.rounds == 1 && watcher->counts.rounds == 0;
    watcher->counts = head->counts;
    enum watcher_state state = states[head->state];
    /* a new scan of a folder that was there, or did not answer, has still to show that it is */
    if (state == WATCHER_WAITING && watcher->scanned) {
        state = WATCHER_GONE;
    }
    if (state == WATCHER_STARTING && watcher->scanned) {
        return true;
    }
    watcher_enter(watcher, state);
    if (state == WATCHER_POLLED) {
        tell_there(watcher);
        watcher->scanned = true;
    } else if (state != WATCHER_STARTING) {
        tell_missing(watcher, head);
    }
    if (first) {
        mrq_info(watcher->all->host,
                 "%s is polled; the first scan of %llu files in %llu folders "
                 "took %u ms",
                 watcher->path, (unsigned long long)head->counts.files,
                 (unsigned long long)head->counts.folders, head->counts.round_ms);
    }
    return true;
}

bool watcher_take(struct watcher *watcher, struct record_buffer *buffer, size_t size) {
    if (!record_valid(buffer, size)) {
        return false;
    }
    bool taken = false;
    switch ((enum record_kind)buffer->head.kind) {
    case RECORD_FILE:
    case RECORD_FOLDER:
        taken = take_file(watcher, buffer);
        break;
    case RECORD_FOLLOW:
        taken = take_follow(watcher, buffer);
        break;
    case RECORD_LEFT:
        taken = take_left(watcher, buffer->path);
        break;
    case RECORD_FAULT:
        taken = take_fault(watcher, buffer);
        break;
    default:
        taken = take_state(watcher, &buffer->head);
    }
    watcher->resolving = false;
    return taken;
}
