/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the scan: files, from their first sight to their report. */
#include "base/memory.h"
#include "base/times.h"
#include "scan_parts.h"
#include <errno.h>
#include <string.h>

struct known_form scan_form(const struct known_tree *tree, const struct stat *about) {
    return (struct known_form){.modified = about->st_mtim,
                               .changed = about->st_ctim,
                               .size = (uint64_t)about->st_size,
                               .inode = tree->inodes ? about->st_ino : 0};
}

bool scan_same(const struct known_form *one, const struct known_form *other) {
    return one->size == other->size && one->inode == other->inode &&
           one->modified.tv_sec == other->modified.tv_sec &&
           one->modified.tv_nsec == other->modified.tv_nsec &&
           one->changed.tv_sec == other->changed.tv_sec &&
           one->changed.tv_nsec == other->changed.tv_nsec;
}

/* ---- one file ------------------------------------------------------------------------------ */

/** Where file is: path, or where the link of that path leads. False: nowhere, see errno. */
static bool place(const struct known_file *file, const char *path, char real[PATH_MAX]) {
    if (file->flags & FILE_LINK) {
        return realpath(path, real) != NULL;
    }
    strcpy(real, path);
    return true;
}

static bool look_at(struct scan *scan, struct known_file *file, const char *real,
                    struct scan_look *look) {
    bool settles = file->list == LIST_LIVE || file->list == LIST_BACKLOG;
    if (!scan_look(scan, real, settles, look)) {
        return false;
    }
    errno = ENOENT; /* another thing has taken the name */
    return S_ISREG(look->about.st_mode);
}

/** Takes the form that was seen; false: it is the same. */
static bool take_form(struct scan *scan, struct known_file *file, const struct stat *about,
                      bool forgiving) {
    struct known_form form = scan_form(file->folder->tree, about);
    if (forgiving) { /* after a mount anew the numbers may be others */
        file->form.inode = form.inode;
    }
    if (scan_same(&form, &file->form)) {
        return false;
    }
    file->form = form;
    file->flags = (uint8_t)((file->flags & ~FILE_BACKLOG) | FILE_NEW);
    table_settle(&scan->table, file, scan_now(scan));
    return true;
}

bool scan_file(struct scan *scan, struct known_file *file, const char *path, bool forgiving) {
    char real[PATH_MAX];
    struct scan_look look;
    if (!place(file, path, real) || !look_at(scan, file, real, &look)) {
        return !scan_is_absence(errno);
    }
    take_form(scan, file, &look.about, forgiving);
    return true;
}

/* ---- reports ------------------------------------------------------------------------------- */

static size_t folder_bytes(const char *path) {
    size_t length = (size_t)(strrchr(path, '/') - path);
    return length ? length : 1;
}

static void report(struct scan *scan, const struct known_file *file, const char *real,
                   const struct stat *about) {
    const char *root = file->folder->tree->path;
    bool older = times_is_older(&about->st_ctim, &file->folder->tree->followed);
    bool moved = (file->flags & FILE_NEW) && (older || (file->flags & FILE_LINK));
    const struct record head = {
        .kind = RECORD_FILE,
        .flags = (uint16_t)((file->flags & FILE_BACKLOG ? RECORD_BACKLOG : 0) |
                            (moved ? RECORD_MOVED : 0)),
        .root_bytes = (uint32_t)(file->flags & FILE_LINK ? folder_bytes(real) : strlen(root)),
        .about = *about,
    };
    scan->world.tell(scan->world.self, &head, real);
}

/** It was old when the scan began: nobody is going to change it. */
static bool is_old(const struct known_file *file, const struct stat *about) {
    return (file->flags & FILE_BACKLOG) &&
           about->st_ctim.tv_sec < file->folder->tree->followed.tv_sec - SCAN_RECENT_MS / 1000;
}

/** A file is due: it is reported if its form is the same still. */
static void settle(struct scan *scan, struct known_file *file) {
    char path[PATH_MAX], real[PATH_MAX];
    struct scan_look look;
    if (!table_path(file->folder, file->name, path, sizeof(path))) {
        table_put(&scan->table, file, LIST_NONE);
    } else if (!place(file, path, real) || !look_at(scan, file, real, &look)) {
        if (scan_is_absence(errno) && scan_root_stands(scan, file->folder->tree)) {
            table_drop_file(&scan->table, file);
        } else { /* it cannot be seen now */
            table_settle(&scan->table, file, scan_now(scan));
        }
    } else if (!take_form(scan, file, &look.about, false)) {
        report(scan, file, real, &look.about);
        table_put(&scan->table, file, is_old(file, &look.about) ? LIST_NONE : LIST_RECENT);
    }
}

static int64_t due_ms(const struct scan *scan, enum file_list list) {
    const struct known_file *file = TAILQ_FIRST(&scan->table.lists[list]);
    return file ? file->since_ms + scan->options.settle_ms : INT64_MAX;
}

int64_t scan_settled_ms(const struct scan *scan) {
    int64_t live_ms = due_ms(scan, LIST_LIVE), backlog_ms = due_ms(scan, LIST_BACKLOG);
    return backlog_ms < live_ms && !scan->world.held(scan->world.self) ? backlog_ms : live_ms;
}

void scan_settled(struct scan *scan) {
    while (scan_now(scan) >= due_ms(scan, LIST_LIVE)) {
        settle(scan, TAILQ_FIRST(&scan->table.lists[LIST_LIVE]));
    }
    for (unsigned i = 0; i < SCAN_BREATH_ENTRIES && scan_now(scan) >= scan_settled_ms(scan); i++) {
        bool live = scan_now(scan) >= due_ms(scan, LIST_LIVE);
        settle(scan, TAILQ_FIRST(&scan->table.lists[live ? LIST_LIVE : LIST_BACKLOG]));
    }
}

/** Looks at a file that has been reported; false: it is gone. */
static bool look_again(struct scan *scan, struct known_file *file) {
    char path[PATH_MAX];
    if (scan_now(scan) >= file->since_ms + SCAN_RECENT_MS ||
        !table_path(file->folder, file->name, path, sizeof(path))) {
        table_put(&scan->table, file, LIST_NONE);
        return true;
    }
    return scan_file(scan, file, path, false) || !scan_root_stands(scan, file->folder->tree);
}

void scan_recent(struct scan *scan) {
    for (size_t left = scan->table.counts[LIST_RECENT]; left > 0; left--) {
        struct known_file *file = TAILQ_FIRST(&scan->table.lists[LIST_RECENT]);
        if (!file) {
            return; /* meanwhile some have changed or gone */
        }
        table_put(&scan->table, file, LIST_RECENT);
        if (!look_again(scan, file)) {
            table_drop_file(&scan->table, file);
        }
        scan_breathe(scan);
    }
}

/* ---- first sight --------------------------------------------------------------------------- */

void scan_arrived(struct scan *scan, struct known_file *file, const struct stat *about) {
    if (scan->arrival_count == scan->arrival_room) {
        scan->arrival_room = scan->arrival_room ? 2 * scan->arrival_room : 64;
        scan->arrivals = mem_resize(scan->arrivals, scan->arrival_room, sizeof(*scan->arrivals));
    }
    scan->arrivals[scan->arrival_count++] = (struct arrival){file, about->st_mtim};
    const struct known_folder *folder = file->folder;
    bool known = folder->tree->scanned || scan->options.again ||
                 !times_is_older(&about->st_ctim, &folder->tree->followed);
    file->form = scan_form(folder->tree, about);
    file->flags |= (uint8_t)(scan_is_fresh(folder) ? FILE_NEW : known ? 0 : FILE_BACKLOG);
}

static int by_time(const void *one, const void *other) {
    const struct arrival *first = one, *second = other;
    if (times_is_older(&first->modified, &second->modified)) {
        return -1;
    }
    return times_is_older(&second->modified, &first->modified) ||
                   strcmp(first->file->name, second->file->name) > 0
               ? 1
               : -1;
}

void scan_arrivals(struct scan *scan, size_t first) {
    size_t count = scan->arrival_count - first;
    if (count > 1) {
        qsort(scan->arrivals + first, count, sizeof(*scan->arrivals), by_time);
    }
    int64_t now_ms = scan_now(scan); /* later than they were looked at: they settle longer */
    for (size_t i = first; i < scan->arrival_count; i++) {
        table_settle(&scan->table, scan->arrivals[i].file, now_ms);
    }
    scan->arrival_count = first;
}
