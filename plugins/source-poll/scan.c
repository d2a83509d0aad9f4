/* SPDX-License-Identifier: Apache-2.0 */
/* The scan of one watched folder, again and again: its rounds. */
#include "scan.h"
#include "base/memory.h"
#include "scan_parts.h"
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

/* ---- what is told -------------------------------------------------------------------------- */

static void tell_state(struct scan *scan) {
    const struct record head = {
        .kind = RECORD_STATE,
        .state = (uint16_t)scan->state,
        .error = scan->error,
        .counts = {.folders = scan->table.folders.count,
                   .files = scan->table.files.count,
                   .settling = scan->table.counts[LIST_LIVE] + scan->table.counts[LIST_BACKLOG],
                   .rounds = scan->rounds,
                   .round_ms = scan->round_ms},
    };
    scan->next_alive_ms = scan_now(scan) + scan->options.alive_ms;
    scan->world.tell(scan->world.self, &head, "");
}

void scan_tell_fault(struct scan *scan, const struct known_tree *tree, enum scan_fault fault,
                     const char *path) {
    if (scan->told[fault] && fault != FAULT_READ) {
        return;
    }
    scan->told[fault] = true;
    const struct record head = {.kind = RECORD_FAULT,
                                .fault = (uint16_t)fault,
                                .error = errno,
                                .root_bytes = (uint32_t)strlen(tree->path)};
    scan->world.tell(scan->world.self, &head, path);
}

static void enter_state(struct scan *scan, enum scan_state state, int error) {
    if (scan->state != state || scan->error != error) {
        scan->state = state;
        scan->error = error;
        tell_state(scan);
    }
}

void scan_breathe(struct scan *scan) {
    if (++scan->breath % SCAN_BREATH_ENTRIES != 0) {
        return;
    }
    scan_settled(scan);
    if (scan_now(scan) >= scan->next_alive_ms) {
        tell_state(scan);
    }
    if (!scan->newest && scan_now(scan) >= scan->next_newest_ms) {
        scan_newest(scan);
        scan->next_newest_ms = scan_now(scan) + scan->options.interval_ms;
    }
}

/* ---- roots --------------------------------------------------------------------------------- */

bool scan_root_stands(struct scan *scan, const struct known_tree *tree) {
    struct scan_look look;
    if (!scan_look(scan, tree->path, true, &look) || look.about.st_dev != tree->device ||
        look.about.st_ino != tree->top->form.inode) {
        scan->cut = true;
    }
    return !scan->cut;
}

static bool is_first(const struct scan *scan, const struct known_tree *tree) {
    return tree == TAILQ_FIRST(&scan->table.trees);
}

static void miss(struct scan *scan, const struct known_tree *tree, enum scan_state state,
                 int error) {
    if (is_first(scan, tree)) {
        enter_state(scan, state, error);
    }
}

/* where FUSE makes the numbers up, one file may have another each time it is looked at */
static bool has_inodes(const char *path) {
    struct statfs about;
    return statfs(path, &about) < 0 || (uint32_t)about.f_type != FUSE_SUPER_MAGIC;
}

/** The folder that is there now is the root of tree. */
static void adopt(struct scan *scan, struct known_tree *tree, const struct scan_look *look) {
    bool another =
        tree->device != look->about.st_dev || tree->top->form.inode != look->about.st_ino;
    if (!tree->known || another) {
        tree->epoch += tree->known;
        tree->known = true;
        tree->device = look->about.st_dev;
        tree->top->form.inode = look->about.st_ino;
        tree->inodes = has_inodes(tree->path);
    }
    tree->mount = look->mount;
    if (is_first(scan, tree)) {
        enter_state(scan, tree->scanned ? SCAN_POLLED : SCAN_STARTING, 0);
    }
}

static bool find_root(struct scan *scan, struct known_tree *tree) {
    struct scan_look look;
    enum scan_state missing = tree->known ? SCAN_GONE : SCAN_WAITING;
    if (!scan_look(scan, tree->path, true, &look)) {
        miss(scan, tree, missing, errno);
        return false;
    }
    if (!S_ISDIR(look.about.st_mode)) {
        miss(scan, tree, missing, ENOTDIR);
        return false;
    }
    if (tree->known && tree->mount && !look.mount) { /* the bare folder below the mount */
        miss(scan, tree, SCAN_UNMOUNTED, 0);
        return false;
    }
    adopt(scan, tree, &look);
    return true;
}

/* ---- rounds -------------------------------------------------------------------------------- */

static void scan_tree(struct scan *scan, struct known_tree *tree) {
    scan->cut = false;
    if (!find_root(scan, tree)) {
        return;
    }
    scan->length = strlen(tree->path);
    memcpy(scan->path, tree->path, scan->length + 1);
    bool there = scan_folder(scan, tree->top, 0);
    tree->scanned = tree->scanned || (there && !scan->cut);
    if (tree->scanned && is_first(scan, tree) && there && !scan->cut) {
        enter_state(scan, SCAN_POLLED, 0);
    }
}

static void drop_unlinked(struct scan *scan) {
    struct known_tree *tree;
    while ((tree = table_unlinked(&scan->table)) != NULL) {
        scan->world.tell(scan->world.self, &(struct record){.kind = RECORD_LEFT}, tree->path);
        table_drop_tree(&scan->table, tree);
    }
}

static void run_round(struct scan *scan) {
    int64_t begun_ms = scan_now(scan);
    scan->budget = SCAN_BUDGET;
    scan->next_newest_ms = begun_ms + scan->options.interval_ms;
    struct known_tree *tree;
    drop_unlinked(scan);
    scan_silent(scan);
    TAILQ_FOREACH(tree, &scan->table.trees, entry) {
        scan_tree(scan, tree);
    }
    if (!scan_is_missing(scan)) {
        scan->cut = false;
        scan_recent(scan);
        scan->rounds++;
        scan->round_ms = (uint32_t)(scan_now(scan) - begun_ms);
    }
    tell_state(scan);
}

bool scan_is_missing(const struct scan *scan) {
    return scan->state != SCAN_POLLED && scan->state != SCAN_STARTING;
}

static int64_t due_ms(const struct scan *scan) {
    int64_t due = scan->next_round_ms, settled = scan_settled_ms(scan);
    due = settled < due ? settled : due;
    return scan->next_alive_ms < due ? scan->next_alive_ms : due;
}

unsigned scan_work(struct scan *scan) {
    if (scan_now(scan) >= scan->next_round_ms) {
        run_round(scan);
        scan->next_round_ms = scan_now(scan) + scan->options.interval_ms;
    }
    scan_settled(scan);
    if (scan_now(scan) >= scan->next_alive_ms) {
        tell_state(scan);
    }
    int64_t left_ms = due_ms(scan) - scan_now(scan);
    return left_ms > 0 ? (unsigned)left_ms : 0;
}

/* ---- life ---------------------------------------------------------------------------------- */

struct scan *scan_create(const struct scan_world *world, const struct scan_options *options,
                         const char *path) {
    struct scan *scan = mem_new(struct scan);
    scan->world = *world;
    scan->options = *options;
    table_init(&scan->table);
    table_add_tree(&scan->table, path)->followed = options->followed;
    scan->state = SCAN_STARTING;
    scan->next_round_ms = scan->next_alive_ms = scan_now(scan);
    return scan;
}

void scan_destroy(struct scan *scan) {
    if (scan) {
        table_finish(&scan->table);
        free(scan->arrivals);
        path_list_finish(&scan->silent);
        free(scan);
    }
}
