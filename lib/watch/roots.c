/* SPDX-License-Identifier: Apache-2.0 */
/* The watched folders themselves: there, missing, gone, replaced. */
#include "watch/roots.h"
#include "base/memory.h"
#include "watch/faults.h"
#include "watch/gate.h"
#include "watch/links.h"
#include "watch/paths.h"
#include "watch/reach.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOTS_LINKED = 4096 }; /* folders that links lead to: each is looked at once per round */

struct roots {
    struct mrq_host *host;
    struct roots_owner owner;
    struct gate *gate;
    struct reach *reach;
    struct links *links; /* NULL: they are not followed */
    TAILQ_HEAD(root_list, root) list;
    struct root_list left; /* no link leads to them any more; scans may name them still */
    size_t linked;         /* of both lists: those that links lead, or have led, to */
    bool started, told;    /* that there are too many */
};

static const char *const state_names[] = {
    [ROOT_WAITING] = "waiting", [ROOT_WATCHED] = "watched", [ROOT_POLLED] = "polled",
    [ROOT_REFUSED] = "refused", [ROOT_GONE] = "gone",
};

/* ---- their paths --------------------------------------------------------------------------- */

/** The other root that path lies in, or NULL; of two that are the same the first. */
static struct root *outer_of(const struct roots *roots, const struct root *self, const char *path) {
    bool before = true;
    struct root *other;
    TAILQ_FOREACH(other, &roots->list, entry) {
        if (other == self) {
            before = false;
        } else if (paths_is_within(path, other->path) &&
                   (before || strcmp(path, other->path) != 0)) {
            return other;
        }
    }
    return NULL;
}

static void root_free(struct root *root) {
    free(root->given);
    free(root->path);
    free(root);
}

/** Takes out what lies in another root, so that no file is reported twice. */
static void drop_nested(struct roots *roots) {
    struct root *next;
    for (struct root *root = TAILQ_FIRST(&roots->list); root; root = next) {
        next = TAILQ_NEXT(root, entry);
        const struct root *outer = outer_of(roots, root, root->path);
        if (outer) {
            mrq_warning(roots->host, "paths: %s is watched once only: it %s %s", root->given,
                        strcmp(root->path, outer->path) == 0 ? "is the same folder as" : "lies in",
                        outer->given);
            TAILQ_REMOVE(&roots->list, root, entry);
            root_free(root);
        }
    }
}

/** A missing folder may come as a link: the place it leads to is what is watched. */
static void resolve_again(struct roots *roots, struct root *root) {
    char *path = paths_resolve(root->given);
    if (strcmp(path, root->path) == 0 || outer_of(roots, root, path)) {
        free(path);
        return;
    }
    free(root->path);
    root->path = path;
    mrq_follow_at(roots->host, root->path, root->given);
}

/* ---- there or not -------------------------------------------------------------------------- */

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

static void tell_there(struct roots *roots, const struct root *root, enum root_state before) {
    if (root->told || before == ROOT_WAITING) {
        mrq_notice(roots->host, "%s is %swatched", root->path, root->told ? "there now, and " : "");
    } else {
        mrq_warning(roots->host,
                    "%s is another folder now, and that one is watched: something was mounted or "
                    "unmounted there, or another took its place. If that was not meant, mount it "
                    "again",
                    root->path);
    }
}

/** It may be there, and be watched, and yet nothing that comes into it can be looked at. */
static void look_whether_readable(struct roots *roots, struct root *root) {
    int error = access(root->path, R_OK | X_OK) < 0 ? errno : 0;
    if (error && !root->error) {
        errno = error;
        mrq_error(roots->host, "%s cannot be read: %m; %s", root->path, fault_remedy(error));
    } else if (!error && root->error) {
        mrq_notice(roots->host, "%s can be read now", root->path);
    }
    root->error = error;
}

static enum root_look look(struct roots *roots, struct root *root, enum mrq_lane lane) {
    enum root_state before = root->state;
    if (!root->folder && roots->started) {
        resolve_again(roots, root);
    }
    enum root_look seen = roots->owner.look(roots->owner.self, root, lane);
    if (seen == ROOT_ABSENT) {
        return seen;
    }
    look_whether_readable(roots, root);
    if (seen == ROOT_ANOTHER && root->state != ROOT_REFUSED && !root->error) {
        tell_there(roots, root, before);
    }
    root->told = false;
    return seen;
}

/** The way there is as free as can be known: what is mounted on it answers. */
static bool answers(const struct roots *roots, const struct root *root) {
    return (root->folder || reach_leads(roots->reach, root->given)) &&
           reach_answers(roots->reach, root->path);
}

static void check(struct roots *roots, struct root *root, enum mrq_lane lane) {
    bool before = root->silent;
    root->silent = !answers(roots, root);
    if (root->silent) {
        return;
    }
    if (look(roots, root, lane) == ROOT_ABSENT) {
        miss(roots, root, errno);
        look(roots, root, lane); /* it may have come before its parent was watched */
    }
    if (before && root->folder) { /* what was heard of it meanwhile could not be looked at */
        roots->owner.rescan(roots->owner.self, root);
    }
}

void roots_check(struct roots *roots, struct root *root) {
    check(roots, root, roots->started ? MRQ_LIVE : MRQ_BACKLOG);
}

void roots_check_lost(struct roots *roots) {
    struct root *root;
    TAILQ_FOREACH(root, &roots->list, entry) {
        if (!root->folder && root->state == ROOT_WATCHED) {
            roots_check(roots, root);
        }
    }
}

void roots_check_all(struct roots *roots) {
    size_t missing = 0;
    struct root *root;
    TAILQ_FOREACH(root, &roots->list, entry) {
        roots_check(roots, root);
        missing += root->folder == NULL;
    }
    if (missing == 0) {
        gate_close(roots->gate);
    }
    if (roots->links) {
        links_round(roots->links);
    }
}

static void handle_opened(void *self) {
    roots_check_all(self);
}

static void start(struct roots *roots, struct root *root, enum mrq_lane lane) {
    check(roots, root, lane);
    if (!root->followed.tv_sec) {                              /* else it was followed before */
        clock_gettime(CLOCK_REALTIME_COARSE, &root->followed); /* the clock of file times */
    }
    mrq_follow_at(roots->host, root->path, root->given);
}

void roots_start(struct roots *roots) {
    struct root *root;
    TAILQ_FOREACH(root, &roots->list, entry) {
        start(roots, root, MRQ_BACKLOG);
    }
    roots->started = true;
}

void roots_rescan(struct roots *roots) {
    struct root *root;
    TAILQ_FOREACH(root, &roots->list, entry) {
        roots_check(roots, root);
        if (root->folder && !root->silent) {
            roots->owner.rescan(roots->owner.self, root);
        }
    }
}

/** What is wrong with a root; NULL: nothing. Free it. */
static char *fault_of(const struct root *root) {
    if (root->silent) {
        return mem_printf("%s does not answer: see to the mount and its server", root->path);
    }
    if (!root->folder) {
        return mem_printf("%s is missing: make or mount the folder", root->path);
    }
    if (root->error) {
        return mem_printf("%s cannot be read (%s): %s", root->path, strerror(root->error),
                          fault_remedy(root->error));
    }
    return root->state == ROOT_REFUSED
               ? mem_printf("%s cannot be watched: the log says why", root->path)
               : NULL;
}

void roots_health(const struct roots *roots, struct mrq_report *report) {
    size_t working = 0;
    const struct root *root;
    TAILQ_FOREACH(root, &roots->list, entry) {
        mrq_report_item(report, "folders", root->path,
                        root->silent ? "not answering" : state_names[root->state]);
        AUTOFREE char *text = fault_of(root);
        if (text) {
            mrq_report_warning(report, text);
        }
        working += text == NULL;
    }
    reach_report(roots->reach, report);
    if (working == 0) {
        mrq_report_broken(report, "none of the watched folders can be watched");
    }
}

/* ---- links --------------------------------------------------------------------------------- */

struct root *roots_first(const struct roots *roots) {
    return TAILQ_FIRST(&roots->list);
}

bool roots_follow_links(const struct roots *roots) {
    return roots->links != NULL;
}

struct links *roots_links(const struct roots *roots) {
    return roots->links;
}

struct reach *roots_reach(const struct roots *roots) {
    return roots->reach;
}

struct root *roots_of(const struct roots *roots, const char *path) {
    return outer_of(roots, NULL, path);
}

/** A link that leads above a watched folder would have its files reported twice. */
static bool holds_a_root(const struct roots *roots, const char *path) {
    const struct root *root;
    TAILQ_FOREACH(root, &roots->list, entry) {
        if (paths_is_within(root->path, path)) {
            return true;
        }
    }
    return false;
}

static struct root *append(struct roots *roots, const char *given) {
    struct root *root = mem_new(struct root);
    root->given = mem_dup(given);
    root->silent = !reach_leads(roots->reach, given);
    root->path = root->silent ? paths_absolute(given) : paths_resolve(given);
    TAILQ_INSERT_TAIL(&roots->list, root, entry);
    return root;
}

static void tell_not_followed(struct roots *roots, const char *path, bool above) {
    if (!roots->told) {
        roots->told = true;
        mrq_warning(roots->host, above ? "a link leads to a folder that holds a watched one, "
                                         "and is not followed: name that folder in paths"
                                       : "links lead to more than 4096 folders: the others "
                                         "are not followed; name a folder above them in paths");
        mrq_info(roots->host, "the last message is of %s", path);
    }
}

/** The root of path that links have led to before; else a new one. */
static struct root *take_linked(struct roots *roots, const char *path) {
    struct root *root;
    TAILQ_FOREACH(root, &roots->left, entry) {
        if (strcmp(root->path, path) == 0) {
            TAILQ_REMOVE(&roots->left, root, entry);
            TAILQ_INSERT_TAIL(&roots->list, root, entry);
            return root;
        }
    }
    root = append(roots, path);
    root->linked = true;
    roots->linked++;
    return root;
}

struct root *roots_add(struct roots *roots, const char *path, enum mrq_lane lane) {
    struct root *root = roots_of(roots, path);
    if (root) {
        return root;
    }
    bool above = holds_a_root(roots, path);
    if (above || roots->linked >= ROOTS_LINKED) {
        tell_not_followed(roots, path, above);
        return NULL;
    }
    root = take_linked(roots, path);
    start(roots, root, lane);
    return root;
}

void roots_release(struct roots *roots, struct root *root) {
    if (--root->links > 0) {
        return;
    }
    if (root->folder) {
        roots->owner.leave(roots->owner.self, root);
    }
    root->state = ROOT_WAITING;
    root->told = false;
    TAILQ_REMOVE(&roots->list, root, entry);
    TAILQ_INSERT_TAIL(&roots->left, root, entry);
    mrq_info(roots->host, "%s is watched no more: no link leads to it", root->path);
}

/* ---- life ---------------------------------------------------------------------------------- */

struct roots *roots_create(struct mrq_host *host, const struct roots_owner *owner,
                           const struct mrq_settings *settings) {
    struct roots *roots = mem_new(struct roots);
    roots->host = host;
    roots->owner = *owner;
    TAILQ_INIT(&roots->list);
    roots->reach = reach_create(host);
    roots->gate = gate_create(host, handle_opened, roots);
    TAILQ_INIT(&roots->left);
    if (mrq_setting_number(settings, "follow_links") != 0) {
        roots->links = links_create(host, roots);
    }
    size_t count = mrq_setting_count(settings, "paths");
    for (size_t i = 0; i < count; i++) {
        append(roots, mrq_setting_item(settings, "paths", i));
    }
    if (count == 0) {
        mrq_error(host, "paths names no folder: give one at least");
        roots_destroy(roots);
        return NULL;
    }
    drop_nested(roots);
    return roots;
}

static void free_all(struct root_list *list) {
    for (struct root *root; (root = TAILQ_FIRST(list)) != NULL;) {
        TAILQ_REMOVE(list, root, entry);
        root_free(root);
    }
}

void roots_destroy(struct roots *roots) {
    if (!roots) {
        return;
    }
    links_destroy(roots->links);
    free_all(&roots->list);
    free_all(&roots->left);
    gate_destroy(roots->gate);
    reach_destroy(roots->reach);
    free(roots);
}
