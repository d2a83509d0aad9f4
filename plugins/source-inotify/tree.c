/* SPDX-License-Identifier: Apache-2.0 */
/* The folders below the watched ones, each with its watch, and where they are now. */
#include "tree.h"
#include "base/companion.h"
#include "base/memory.h"
#include "tree_parts.h"
#include "watch/reach.h"
#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

/* no IN_MOVED_FROM and no IN_DELETE: IN_MOVE_SELF and IN_IGNORED say it, for folders only */
static const uint32_t folder_events =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;

int tree_descriptor(const struct tree *tree) {
    return tree->fd;
}

struct tree_counts tree_counts(const struct tree *tree) {
    return tree->counts;
}

struct faults *tree_faults(struct tree *tree) {
    return &tree->faults;
}

bool tree_is_full(const struct tree *tree) {
    return tree->faults.watches;
}

/* ---- lists --------------------------------------------------------------------------------- */

void tree_put(struct tree *tree, struct folder *folder, enum folder_list list) {
    if (folder->list != FOLDER_IDLE) {
        TAILQ_REMOVE(&tree->lists[folder->list], folder, queued);
    }
    folder->list = (uint8_t)list;
    if (list != FOLDER_IDLE) {
        TAILQ_INSERT_TAIL(&tree->lists[list], folder, queued);
    }
}

struct folder *tree_first(const struct tree *tree, enum folder_list list) {
    return TAILQ_FIRST(&tree->lists[list]);
}

/* ---- coming -------------------------------------------------------------------------------- */

static struct folder *folder_create(struct tree *tree, const struct place *place, int watch) {
    struct folder *folder = mem_new(struct folder);
    LIST_INIT(&folder->children);
    folder->watch = watch;
    folder->seen = tree->scans;
    tree_join(tree, folder, place);
    table_add(&tree->table, folder);
    tree->counts.folders++;
    *(watch >= 0 ? &tree->counts.watches : &tree->counts.polled) += 1;
    return folder;
}

static void folder_move(struct tree *tree, struct folder *folder, const struct place *place) {
    bool named = folder->watch < 0; /* its key is its name */
    if (named) {
        table_remove(&tree->table, folder);
    }
    tree_detach(folder);
    tree->moves++;
    if (place->parent) {
        tree_locate(tree, place->parent); /* since tree_join() says that all above is right */
    }
    tree_join(tree, folder, place);
    if (named) {
        table_add(&tree->table, folder);
    }
    folder->flags &= (uint8_t)~FOLDER_EXPIRED;
    tree_put(tree, folder, FOLDER_IDLE);
}

static bool has_vanished(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/** The watch of path; -1: see errno. */
static int watch_path(struct tree *tree, const char *path) {
    if (!reach_answers(tree->reach, path)) {
        errno = ETIMEDOUT;
        return -1;
    }
    return inotify_add_watch(tree->fd, path, folder_events);
}

/** What was known at place when it could be looked at last. */
static struct folder *known_at(const struct place *place) {
    struct folder *folder = place->parent ? LIST_FIRST(&place->parent->children) : NULL;
    while (folder && strcmp(folder->path + folder->name_at, place->path + place->name_at) != 0) {
        folder = LIST_NEXT(folder, sibling);
    }
    return place->parent ? folder : place->root->folder;
}

static struct folder *find(const struct tree *tree, const struct place *place, int watch,
                           int error) {
    return watch >= 0 ? table_watched(&tree->table, watch)
           : error == ETIMEDOUT
               ? known_at(place)
               : table_unwatched(&tree->table, place->parent, place->path + place->name_at);
}

static enum tree_change attach(struct tree *tree, const struct place *place, struct folder **out) {
    int watch = watch_path(tree, place->path);
    if (watch < 0 && has_vanished(errno)) {
        return TREE_NONE;
    }
    int error = errno;
    struct folder *folder = find(tree, place, watch, error);
    if (!folder) {
        if (tree->counts.folders >= tree->limits.folders) {
            faults_tell_folders(&tree->faults, tree->host, place->root, place->path,
                                tree->limits.folders);
            if (watch >= 0) {
                inotify_rm_watch(tree->fd, watch);
            }
            return TREE_NONE;
        }
        *out = folder_create(tree, place, watch);
        if (watch < 0) {
            faults_tell_watch(&tree->faults, tree->host, *out, error);
        }
        return TREE_NEW;
    }
    folder->seen = tree->scans;
    *out = folder;
    if (tree_is_at(folder, place)) {
        return TREE_KNOWN;
    }
    if (tree_is_within(place->parent,
                       folder)) { /* more renames are to be heard of: they will tell */
        return TREE_NONE;
    }
    folder_move(tree, folder, place);
    return TREE_MOVED;
}

enum tree_change tree_attach(struct tree *tree, struct folder *parent, const char *name,
                             struct folder **out) {
    const char *path = companion_name(name) ? NULL : tree_file(tree, parent, name);
    if (!path) {
        return TREE_NONE;
    }
    size_t length = parent->length + 1U + strlen(name);
    unsigned depth = parent->depth + 1U;
    if (length >= PATH_MAX || depth > tree->limits.depth) {
        faults_tell_depth(&tree->faults, tree->host, parent->root, path, tree->limits.depth);
        return TREE_NONE;
    }
    struct place place = {.parent = parent,
                          .root = parent->root,
                          .path = path,
                          .length = (uint16_t)length,
                          .name_at = (uint16_t)(parent->length + 1),
                          .depth = (uint16_t)depth};
    return attach(tree, &place, out);
}

enum tree_change tree_attach_root(struct tree *tree, struct root *root, struct folder **out) {
    struct place place = {.root = root, .path = root->path, .length = (uint16_t)strlen(root->path)};
    return attach(tree, &place, out);
}

enum tree_change tree_attach_again(struct tree *tree, struct folder *folder, struct folder **out) {
    if (!tree_locate(tree, folder)) {
        return TREE_NONE;
    }
    if (!folder->parent) {
        return tree_attach_root(tree, folder->root, out);
    }
    return tree_attach(tree, folder->parent, folder->path + folder->name_at, out);
}

void tree_watch(struct tree *tree, struct folder *folder) {
    if (folder->watch >= 0 || !tree_locate(tree, folder)) {
        return;
    }
    int watch = watch_path(tree, folder->path);
    if (watch < 0) {
        if (!has_vanished(errno)) {
            faults_tell_watch(&tree->faults, tree->host, folder, errno);
        }
        return;
    }
    if (table_watched(&tree->table, watch)) { /* it is known under another name, which will tell */
        return;
    }
    table_remove(&tree->table, folder);
    folder->watch = watch;
    table_add(&tree->table, folder);
    tree->counts.watches++;
    tree->counts.polled--;
}

bool tree_answers(struct tree *tree, struct folder *folder) {
    const char *path = tree_path(tree, folder);
    return !path || reach_answers(tree->reach, path);
}

struct folder *tree_find(const struct tree *tree, int watch) {
    return table_watched(&tree->table, watch);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct tree *tree_create(struct mrq_host *host, struct reach *reach,
                         const struct tree_limits *limits) {
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        mrq_error(host, "cannot start inotify: %m%s",
                  errno == EMFILE ? "; raise fs.inotify.max_user_instances (sysctl)" : "");
        return NULL;
    }
    struct tree *tree = mem_new(struct tree);
    tree->host = host;
    tree->reach = reach;
    tree->fd = fd;
    tree->limits = *limits;
    for (size_t list = 0; list < FOLDER_LISTS; list++) {
        TAILQ_INIT(&tree->lists[list]);
    }
    return tree;
}

static void free_unhashed(struct folder_queue *queue) {
    struct folder *next;
    for (struct folder *folder = TAILQ_FIRST(queue); folder; folder = next) {
        next = TAILQ_NEXT(folder, queued);
        if (!(folder->flags & FOLDER_HASHED)) {
            tree_free(folder);
        }
    }
}

void tree_destroy(struct tree *tree) {
    if (!tree) {
        return;
    }
    close(tree->fd); /* which drops all watches at once */
    free_unhashed(&tree->lists[FOLDER_LEFT]);
    free_unhashed(&tree->lists[FOLDER_DEAD]);
    for (size_t slot = 0; slot < tree->table.room; slot++) {
        tree_free(tree->table.slots[slot]);
    }
    free(tree->table.slots);
    unreadable_finish(&tree->faults.unreadable);
    free(tree);
}
