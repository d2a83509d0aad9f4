/* SPDX-License-Identifier: Apache-2.0 */
/* The watched folders themselves: there, missing, gone, replaced. */
#include "roots.h"
#include "base/memory.h"
#include "gate.h"
#include "mounts.h"
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

struct roots {
    struct mrq_host *host;
    struct tree *tree;
    struct walk *walk;
    struct gate *gate;
    struct root *list;
    size_t count;
    bool started;
};

static const char *const state_names[] = {
    [ROOT_WAITING] = "waiting",
    [ROOT_WATCHED] = "watched",
    [ROOT_POLLED] = "polled",
    [ROOT_GONE] = "gone",
};

/* ---- their paths --------------------------------------------------------------------------- */

/** path without links as far as it exists; the rest as it is. Free it. */
static char *resolve(const char *path) {
    char *real = realpath(path, NULL);
    if (real) {
        return real;
    }
    AUTOFREE char *parent = mem_dup(path);
    size_t length = strlen(parent);
    while (length > 1 && parent[length - 1] == '/') {
        parent[--length] = '\0';
    }
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent) {
        AUTOFREE char *top = slash ? mem_dup("") : realpath(".", NULL);
        return mem_printf("%s/%s", top ? top : "", slash ? parent + 1 : parent);
    }
    *slash = '\0';
    AUTOFREE char *above = resolve(parent);
    return mem_printf("%s/%s", strcmp(above, "/") == 0 ? "" : above, slash + 1);
}

static bool is_below(const char *inner, const char *outer) {
    size_t length = strlen(outer);
    return strncmp(inner, outer, length) == 0 &&
           (inner[length] == '\0' || inner[length] == '/' || length == 1);
}

/** The other root that path lies in, or NULL. */
static const struct root *outer_of(const struct roots *roots, const struct root *self,
                                   const char *path) {
    for (const struct root *other = roots->list; other < roots->list + roots->count; other++) {
        bool same = strcmp(path, other->path) == 0;
        if (other != self && is_below(path, other->path) && (!same || other < self)) {
            return other;
        }
    }
    return NULL;
}

/** Takes out what lies in another root, so that no file is reported twice. */
static void drop_nested(struct roots *roots) {
    for (size_t i = 0; i < roots->count;) {
        struct root *root = &roots->list[i];
        const struct root *outer = outer_of(roots, root, root->path);
        if (!outer) {
            i++;
            continue;
        }
        mrq_warning(roots->host, "paths: %s is watched once only: it %s %s", root->given,
                    strcmp(root->path, outer->path) == 0 ? "is the same folder as" : "lies in",
                    outer->given);
        free(root->given);
        free(root->path);
        roots->count--;
        memmove(root, root + 1, (roots->count - i) * sizeof(*root));
    }
}

/** A missing folder may come as a link: the place it leads to is what is watched. */
static void resolve_again(struct roots *roots, struct root *root) {
    char *path = resolve(root->given);
    if (strcmp(path, root->path) == 0 || outer_of(roots, root, path)) {
        free(path);
        return;
    }
    free(root->path);
    root->path = path;
    mrq_follow(roots->host, root->path);
}

/* ---- there or not -------------------------------------------------------------------------- */

static void enter(struct roots *roots, struct root *root, enum tree_change change) {
    struct folder *folder = root->folder;
    if (change != TREE_KNOWN) {
        walk_queue(roots->walk, folder, roots->started ? MRQ_LIVE : MRQ_BACKLOG,
                   change == TREE_MOVED ? FOLDER_DEEP : 0);
        mrq_notice(roots->host, "%s is %swatched", root->path, root->told ? "there now, and " : "");
        mounts_tell(roots->host, root->path);
    }
    root->state = folder->watch >= 0 ? ROOT_WATCHED : ROOT_POLLED;
    root->told = false;
}

static void miss(struct roots *roots, struct root *root, int error) {
    if (!root->told) {
        root->told = true;
        root->state = root->state == ROOT_WAITING ? ROOT_WAITING : ROOT_GONE;
        errno = error;
        mrq_warning(roots->host, "%s %s: %m; waiting for it. Make or mount the folder", root->path,
                    root->state == ROOT_WAITING ? "cannot be watched yet" : "is gone");
    }
    gate_wait(roots->gate, root->path);
}

static enum tree_change look(struct roots *roots, struct root *root) {
    struct folder *before = root->folder, *now = NULL;
    if (!before && roots->started) {
        resolve_again(roots, root);
    }
    enum tree_change change = tree_attach_root(roots->tree, root, &now);
    int error = errno;
    if (before && before != now) {
        tree_leave(roots->tree, before);
    }
    if (change != TREE_NONE) {
        enter(roots, root, change);
    }
    errno = error;
    return change;
}

void roots_check(struct roots *roots, struct root *root) {
    if (look(roots, root) == TREE_NONE) {
        miss(roots, root, errno);
        if (look(roots, root) != TREE_NONE) { /* it came before its parent was watched */
            return;
        }
    }
}

void roots_check_lost(struct roots *roots) {
    for (struct root *root = roots->list; root < roots->list + roots->count; root++) {
        if (!root->folder && root->state == ROOT_WATCHED) {
            roots_check(roots, root);
        }
    }
}

void roots_check_all(struct roots *roots) {
    size_t missing = 0;
    for (struct root *root = roots->list; root < roots->list + roots->count; root++) {
        roots_check(roots, root);
        missing += root->folder == NULL;
    }
    if (missing == 0) {
        gate_close(roots->gate);
    }
}

static void handle_opened(void *self) {
    roots_check_all(self);
}

void roots_start(struct roots *roots) {
    for (struct root *root = roots->list; root < roots->list + roots->count; root++) {
        roots_check(roots, root);
        clock_gettime(CLOCK_REALTIME_COARSE, &root->followed); /* the clock of file times */
        mrq_follow(roots->host, root->path);
    }
    roots->started = true;
}

void roots_rescan(struct roots *roots) {
    for (struct root *root = roots->list; root < roots->list + roots->count; root++) {
        roots_check(roots, root);
        if (root->folder) {
            walk_queue(roots->walk, root->folder, MRQ_LIVE, FOLDER_DEEP);
        }
    }
}

void roots_health(const struct roots *roots, struct mrq_report *report) {
    size_t working = 0;
    for (const struct root *root = roots->list; root < roots->list + roots->count; root++) {
        mrq_report_item(report, "folders", root->path, state_names[root->state]);
        if (root->folder) {
            working++;
            continue;
        }
        AUTOFREE char *text = mem_printf("%s is missing: make or mount the folder", root->path);
        mrq_report_warning(report, text);
    }
    if (working == 0) {
        mrq_report_broken(report, "none of the watched folders is there");
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

struct roots *roots_create(struct mrq_host *host, struct tree *tree, struct walk *walk,
                           const struct mrq_settings *settings) {
    struct roots *roots = mem_new(struct roots);
    roots->host = host;
    roots->tree = tree;
    roots->walk = walk;
    roots->gate = gate_create(host, handle_opened, roots);
    roots->count = mrq_setting_count(settings, "paths");
    roots->list = mem_zeroed(roots->count, sizeof(struct root));
    for (size_t i = 0; i < roots->count; i++) {
        roots->list[i].given = mem_dup(mrq_setting_item(settings, "paths", i));
        roots->list[i].path = resolve(roots->list[i].given);
    }
    if (roots->count == 0) {
        mrq_error(host, "paths names no folder: give one at least");
        roots_destroy(roots);
        return NULL;
    }
    drop_nested(roots);
    return roots;
}

void roots_destroy(struct roots *roots) {
    if (!roots) {
        return;
    }
    for (struct root *root = roots->list; root < roots->list + roots->count; root++) {
        free(root->given);
        free(root->path);
    }
    free(roots->list);
    gate_destroy(roots->gate);
    free(roots);
}
