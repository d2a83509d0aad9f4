/* SPDX-License-Identifier: Apache-2.0 */
/* The folders below the watched ones, each with its watch, and where they are now. */
#include "tree.h"
#include "base/memory.h"
#include "faults.h"
#include "table.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

/* no IN_MOVED_FROM and no IN_DELETE: IN_MOVE_SELF and IN_IGNORED say it, for folders only */
static const uint32_t folder_events =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;

TAILQ_HEAD(folder_queue, folder);

struct tree {
    struct mrq_host *host;
    struct tree_limits limits;
    struct faults faults;
    int fd;
    struct table table;
    struct folder_queue lists[FOLDER_LISTS];
    struct tree_counts counts;
    uint32_t moves, scans;
    char file[PATH_MAX + NAME_MAX + 2];
};

/** Somewhere a folder may be. */
struct place {
    struct folder *parent; /* NULL: it is the folder of root */
    struct root *root;
    const char *path;
    uint16_t length, name_at, depth;
};

int tree_descriptor(const struct tree *tree) {
    return tree->fd;
}

struct tree_counts tree_counts(const struct tree *tree) {
    return tree->counts;
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

/* ---- where a folder is --------------------------------------------------------------------- */

static void set_path(struct tree *tree, struct folder *folder, const char *path, size_t length) {
    tree->counts.bytes += length;
    tree->counts.bytes -= folder->path ? folder->length : 0;
    free(folder->path);
    folder->path = mem_dup_length(path, length);
    folder->length = (uint16_t)length;
}

/** Brings path, root and depth up to date after a rename above; false: nobody knows where it is. */
static bool locate(struct tree *tree, struct folder *folder) {
    struct folder *parent = folder->parent;
    if (folder->moves == tree->moves || !parent) {
        return folder->root != NULL;
    }
    folder->moves = tree->moves;
    folder->root = locate(tree, parent) ? parent->root : NULL;
    size_t name_length = (size_t)(folder->length - folder->name_at);
    size_t length = parent->length + 1U + name_length;
    if (!folder->root || length >= PATH_MAX) { /* longer ones cannot be opened by anybody */
        folder->root = NULL;
        return false;
    }
    folder->depth = (uint16_t)(parent->depth + 1);
    if (folder->name_at != parent->length + 1 ||
        memcmp(folder->path, parent->path, parent->length) != 0) {
        char path[PATH_MAX];
        memcpy(path, parent->path, parent->length);
        path[parent->length] = '/';
        memcpy(path + parent->length + 1, folder->path + folder->name_at, name_length);
        set_path(tree, folder, path, length);
        folder->name_at = (uint16_t)(parent->length + 1);
    }
    return true;
}

const char *tree_path(struct tree *tree, struct folder *folder) {
    return locate(tree, folder) ? folder->path : NULL;
}

const char *tree_file(struct tree *tree, struct folder *folder, const char *name) {
    size_t name_length = strlen(name);
    if (!locate(tree, folder) || name_length > NAME_MAX) {
        return NULL;
    }
    memcpy(tree->file, folder->path, folder->length);
    tree->file[folder->length] = '/';
    memcpy(tree->file + folder->length + 1, name, name_length + 1);
    return tree->file;
}

static bool is_at(const struct folder *folder, const struct place *place) {
    if (place->parent) {
        return folder->parent == place->parent &&
               strcmp(folder->path + folder->name_at, place->path + place->name_at) == 0;
    }
    return place->root->folder == folder;
}

static bool is_within(const struct folder *inner, const struct folder *outer) {
    while (inner && inner != outer) {
        inner = inner->parent;
    }
    return inner == outer;
}

static void detach(struct folder *folder) {
    if (folder->parent) {
        LIST_REMOVE(folder, sibling);
    } else if (folder->root && folder->root->folder == folder) {
        folder->root->folder = NULL;
    }
    folder->parent = NULL;
    folder->root = NULL;
}

static void join(struct tree *tree, struct folder *folder, const struct place *place) {
    folder->parent = place->parent;
    folder->root = place->root;
    folder->depth = place->depth;
    folder->moves = tree->moves;
    folder->name_at = place->name_at;
    set_path(tree, folder, place->path, place->length);
    if (place->parent) {
        LIST_INSERT_HEAD(&place->parent->children, folder, sibling);
    } else {
        place->root->folder = folder;
    }
}

/* ---- coming -------------------------------------------------------------------------------- */

static struct folder *folder_create(struct tree *tree, const struct place *place, int watch) {
    struct folder *folder = mem_new(struct folder);
    LIST_INIT(&folder->children);
    folder->watch = watch;
    folder->seen = tree->scans;
    join(tree, folder, place);
    table_add(&tree->table, folder);
    tree->counts.folders++;
    tree->counts.bytes += sizeof(*folder);
    *(watch >= 0 ? &tree->counts.watches : &tree->counts.polled) += 1;
    return folder;
}

static void folder_move(struct tree *tree, struct folder *folder, const struct place *place) {
    bool named = folder->watch < 0; /* its key is its name */
    if (named) {
        table_remove(&tree->table, folder);
    }
    detach(folder);
    tree->moves++;
    if (place->parent) {
        locate(tree, place->parent); /* since join() says that all above is right */
    }
    join(tree, folder, place);
    if (named) {
        table_add(&tree->table, folder);
    }
    folder->flags &= (uint8_t)~FOLDER_EXPIRED;
    tree_put(tree, folder, FOLDER_IDLE);
}

static bool has_vanished(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

static enum tree_change attach(struct tree *tree, const struct place *place, struct folder **out) {
    int watch = inotify_add_watch(tree->fd, place->path, folder_events);
    if (watch < 0 && has_vanished(errno)) {
        return TREE_NONE;
    }
    int error = errno;
    struct folder *folder =
        watch >= 0 ? table_watched(&tree->table, watch)
                   : table_unwatched(&tree->table, place->parent, place->path + place->name_at);
    if (!folder) {
        if (tree->counts.folders >= tree->limits.folders) {
            faults_tell_folders(&tree->faults, tree->host, place->path, tree->limits.folders);
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
    if (is_at(folder, place)) {
        return TREE_KNOWN;
    }
    if (is_within(place->parent, folder)) { /* more renames are to be heard of: they will tell */
        return TREE_NONE;
    }
    folder_move(tree, folder, place);
    return TREE_MOVED;
}

enum tree_change tree_attach(struct tree *tree, struct folder *parent, const char *name,
                             struct folder **out) {
    const char *path = tree_file(tree, parent, name);
    if (!path) {
        return TREE_NONE;
    }
    size_t length = parent->length + 1U + strlen(name);
    unsigned depth = parent->depth + 1U;
    if (length >= PATH_MAX || depth > tree->limits.depth) {
        faults_tell_depth(&tree->faults, tree->host, path, tree->limits.depth);
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
    if (!locate(tree, folder)) {
        return TREE_NONE;
    }
    if (!folder->parent) {
        return tree_attach_root(tree, folder->root, out);
    }
    return tree_attach(tree, folder->parent, folder->path + folder->name_at, out);
}

void tree_watch(struct tree *tree, struct folder *folder) {
    if (folder->watch >= 0 || !locate(tree, folder)) {
        return;
    }
    int watch = inotify_add_watch(tree->fd, folder->path, folder_events);
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

struct folder *tree_find(const struct tree *tree, int watch) {
    return table_watched(&tree->table, watch);
}

/* ---- going --------------------------------------------------------------------------------- */

static void folder_free(struct folder *folder) {
    if (folder) {
        free(folder->path);
        free(folder);
    }
}

static void unhash(struct tree *tree, struct folder *folder) {
    if (folder->flags & FOLDER_HASHED) {
        table_remove(&tree->table, folder);
        *(folder->watch >= 0 ? &tree->counts.watches : &tree->counts.polled) -= 1;
    }
}

/** folder has no children. */
static void folder_destroy(struct tree *tree, struct folder *folder) {
    unhash(tree, folder);
    if (folder->watch >= 0) {
        inotify_rm_watch(tree->fd, folder->watch);
    }
    detach(folder);
    tree_put(tree, folder, FOLDER_IDLE);
    tree->counts.folders--;
    tree->counts.bytes -= sizeof(*folder) + folder->length;
    folder_free(folder);
}

void tree_leave(struct tree *tree, struct folder *folder) {
    if (folder->watch < 0) {
        unhash(tree, folder); /* nobody can meet it again */
    }
    if (folder->watch < 0 && LIST_EMPTY(&folder->children)) {
        folder_destroy(tree, folder);
        return;
    }
    detach(folder);
    tree->moves++;
    folder->flags &= (uint8_t)~FOLDER_EXPIRED;
    tree_put(tree, folder, FOLDER_LEFT);
}

void tree_unwatched(struct tree *tree, struct folder *folder) {
    unhash(tree, folder);
    folder->watch = -1;
    tree_leave(tree, folder);
}

uint32_t tree_scan_begins(struct tree *tree) {
    return ++tree->scans;
}

void tree_sweep(struct tree *tree, struct folder *folder, uint32_t scan) {
    struct folder *next;
    for (struct folder *child = LIST_FIRST(&folder->children); child; child = next) {
        next = LIST_NEXT(child, sibling);
        if ((int32_t)(child->seen - scan) < 0) {
            tree_leave(tree, child);
        }
    }
}

void tree_round(struct tree *tree) {
    if (tree->counts.polled == 0) {
        faults_over(&tree->faults, tree->host);
    }
    struct folder *next;
    for (struct folder *folder = tree_first(tree, FOLDER_LEFT); folder; folder = next) {
        next = TAILQ_NEXT(folder, queued);
        if (folder->flags & FOLDER_EXPIRED) {
            tree_put(tree, folder, FOLDER_DEAD);
        }
        folder->flags |= FOLDER_EXPIRED;
    }
}

bool tree_bury(struct tree *tree) {
    struct folder *folder = tree_first(tree, FOLDER_DEAD);
    if (!folder) {
        return false;
    }
    while (!LIST_EMPTY(&folder->children)) {
        folder = LIST_FIRST(&folder->children);
    }
    folder_destroy(tree, folder);
    return true;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct tree *tree_create(struct mrq_host *host, const struct tree_limits *limits) {
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        mrq_error(host, "cannot start inotify: %m%s",
                  errno == EMFILE ? "; raise fs.inotify.max_user_instances (sysctl)" : "");
        return NULL;
    }
    struct tree *tree = mem_new(struct tree);
    tree->host = host;
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
            folder_free(folder);
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
        folder_free(tree->table.slots[slot]);
    }
    free(tree->table.slots);
    free(tree);
}
