/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by which others are known to be watched. */
#include "anchors.h"
#include "base/memory.h"
#include "rights.h"
#include "watch/mount_list.h"
#include "watch/mounts.h"
#include "watch/reach.h"
#include <errno.h>
#include <unistd.h>

struct anchors {
    struct mrq_host *host;
    struct marks *marks;
    struct reach *reach;
    TAILQ_HEAD(folder_list, folder) list;
};

const struct folder *anchors_first(const struct anchors *anchors) {
    return TAILQ_FIRST(&anchors->list);
}

bool anchors_answers(const struct anchors *anchors, const struct folder *folder) {
    return reach_answers(anchors->reach, folder->path);
}

bool anchors_is_there(const struct anchors *anchors, const struct folder *folder) {
    struct identity now;
    int mount;
    return anchors_answers(anchors, folder) && identity_of(folder->path, &now, &mount) &&
           mount == folder->mount && identity_equal(&now, &folder->identity);
}

static void drop(struct anchors *anchors, struct folder *folder) {
    if (folder) {
        TAILQ_REMOVE(&anchors->list, folder, entry);
        free(folder->path);
        free(folder);
    }
}

/* ---- what cannot be marked ----------------------------------------------------------------- */

static void tell_refused(struct mrq_host *host, const char *path, int error) {
    errno = error;
    if (error == EPERM) {
        rights_tell_refused(host, "mark the file system of a watched folder");
    } else if (error == EXDEV) {
        mrq_error(
            host,
            "%s cannot be watched: it lies in a subvolume, which cannot be marked as a whole; "
            "use source-inotify for it",
            path);
    } else if (error == ENODEV || error == EOPNOTSUPP || error == ESTALE) {
        mrq_error(host,
                  "%s cannot be watched: its file system has no handles that last (%m), which "
                  "fanotify needs; use source-inotify for it, or source-poll for a mount from "
                  "another host",
                  path);
    } else {
        mrq_error(host, "%s cannot be watched: %m; use source-inotify for it", path);
    }
}

static void tell_mount(struct mrq_host *host, const char *path) {
    const struct mount_kind *kind = mount_kind_of(path);
    if (kind) {
        mrq_warning(host,
                    "%s lies on %s: what is %s is not reported by the kernel; use source-poll for "
                    "it",
                    path, kind->name,
                    kind->effect == MOUNT_REMOTE ? "written there by other hosts"
                                                 : "written there past it");
    }
}

/** A handle that cannot be opened is of no use, whatever the mark says. */
static bool opens(const struct folder *folder) {
    int at = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (at < 0) {
        return false;
    }
    int fd = open_by_handle_at(at, identity_handle(&folder->identity), O_PATH | O_CLOEXEC);
    int error = errno;
    close(at);
    if (fd >= 0) {
        close(fd);
    }
    errno = error;
    return fd >= 0;
}

static void mark(struct anchors *anchors, struct folder *folder) {
    folder->refused = !marks_add(anchors->marks, folder->path) || !opens(folder);
}

static struct folder *add(struct anchors *anchors, struct root *root, const char *path,
                          const struct identity *identity, int mount) {
    struct folder *folder = mem_new(struct folder);
    folder->root = root;
    folder->path = mem_dup(path);
    folder->length = strlen(path);
    folder->mount = mount;
    folder->identity = *identity;
    TAILQ_INSERT_TAIL(&anchors->list, folder, entry);
    mark(anchors, folder);
    return folder;
}

/* ---- watched folders ----------------------------------------------------------------------- */

enum root_look anchors_look(struct anchors *anchors, struct root *root) {
    struct identity identity;
    int mount;
    struct folder *before = root->folder;
    if (!identity_of(root->path, &identity, &mount)) {
        int error = errno;
        if (error != EOPNOTSUPP && error != EOVERFLOW) {
            drop(anchors, before);
            root->folder = NULL;
            errno = error;
            return ROOT_ABSENT;
        }
        memset(&identity, 0, sizeof(identity)); /* it has none: one that cannot be marked */
        mount = -1;
    }
    if (before && before->mount == mount && identity_equal(&before->identity, &identity)) {
        return ROOT_SAME;
    }
    drop(anchors, before);
    root->folder = add(anchors, root, root->path, &identity, mount);
    root->state = root->folder->refused ? ROOT_REFUSED : ROOT_WATCHED;
    if (root->folder->refused) {
        tell_refused(anchors->host, root->path, errno);
    } else {
        marks_add_self(anchors->marks, root->path);
        tell_mount(anchors->host, root->path);
    }
    return ROOT_ANOTHER;
}

void anchors_leave(struct anchors *anchors, struct root *root) {
    struct folder *next;
    for (struct folder *folder = TAILQ_FIRST(&anchors->list); folder; folder = next) {
        next = TAILQ_NEXT(folder, entry);
        if (folder->root == root) {
            drop(anchors, folder);
        }
    }
    root->folder = NULL;
}

void anchors_mark_again(struct anchors *anchors) {
    struct folder *folder;
    TAILQ_FOREACH(folder, &anchors->list, entry) {
        if (!folder->refused && anchors_answers(anchors, folder)) {
            mark(anchors, folder);
        }
    }
}

/* ---- mounts below them --------------------------------------------------------------------- */

struct look_below {
    struct anchors *anchors;
    const struct roots *roots;
    void (*came)(void *self, const struct folder *folder);
    void *self;
    bool changed;
};

static bool is_root(const struct folder *folder) {
    return folder->root->folder == folder;
}

static struct folder *find(struct anchors *anchors, const char *path) {
    struct folder *folder;
    TAILQ_FOREACH(folder, &anchors->list, entry) {
        if (strcmp(folder->path, path) == 0) {
            return folder;
        }
    }
    return NULL;
}

/** folder is where it was. */
static void keep(const struct look_below *look, struct folder *folder, bool silent) {
    bool again = folder->silent && !silent;
    folder->listed = true;
    folder->silent = silent;
    if (again) { /* what was heard of it meanwhile could not be looked at */
        look->came(look->self, folder);
    }
}

static void handle_mount(void *self, const struct mount_entry *mounted) {
    struct look_below *look = self;
    const char *path = mounted->path;
    struct root *root = roots_of(look->roots, path);
    if (!root || !root->folder || root->folder->refused || strcmp(root->path, path) == 0) {
        return;
    }
    struct folder *folder = find(look->anchors, path);
    if (!reach_answers(look->anchors->reach, path)) { /* it is looked at again in each round */
        if (folder) {
            keep(look, folder, true);
        }
        return;
    }
    struct identity identity = {0};
    int mount = -1;
    bool known = identity_of(path, &identity, &mount);
    if (folder && folder->mount == mount && identity_equal(&folder->identity, &identity)) {
        keep(look, folder, false);
        return;
    }
    drop(look->anchors, folder);
    folder = add(look->anchors, root, path, &identity, mount);
    folder->listed = look->changed = true;
    if (folder->refused || !known) {
        mrq_warning(look->anchors->host,
                    "a file system that is mounted below %s cannot be marked (%m): what is written "
                    "there is not followed; use source-poll for it",
                    root->path);
        mrq_info(look->anchors->host, "the last message is of %s", path);
    } else {
        look->came(look->self, folder);
    }
}

bool anchors_look_below(struct anchors *anchors, const struct roots *roots,
                        void (*came)(void *self, const struct folder *folder), void *self) {
    struct look_below look = {anchors, roots, came, self, false};
    struct folder *folder, *next;
    TAILQ_FOREACH(folder, &anchors->list, entry) {
        folder->listed = is_root(folder);
    }
    mount_list_each(handle_mount, &look);
    for (folder = TAILQ_FIRST(&anchors->list); folder; folder = next) {
        next = TAILQ_NEXT(folder, entry);
        if (!folder->listed) {
            drop(anchors, folder);
            look.changed = true;
        }
    }
    return look.changed;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct anchors *anchors_create(struct mrq_host *host, struct marks *marks, struct reach *reach) {
    struct anchors *anchors = mem_new(struct anchors);
    anchors->host = host;
    anchors->marks = marks;
    anchors->reach = reach;
    TAILQ_INIT(&anchors->list);
    return anchors;
}

void anchors_destroy(struct anchors *anchors) {
    if (!anchors) {
        return;
    }
    while (!TAILQ_EMPTY(&anchors->list)) {
        drop(anchors, TAILQ_FIRST(&anchors->list));
    }
    free(anchors);
}
