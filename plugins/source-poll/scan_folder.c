/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the scan: folders, and what a reading of one tells. */
#include "base/times.h"
#include "scan_parts.h"
#include "watch/entries.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/** Why a folder is read. */
struct reading {
    bool changed;   /* its times or its number are others than before */
    bool full;      /* its files are looked at too, whatever they are */
    bool forgiving; /* … and their numbers may be others */
};

bool scan_is_fresh(const struct known_folder *folder) {
    return folder->reads > 0 ? folder->epoch == folder->tree->epoch : folder->fresh;
}

bool scan_is_full(struct scan *scan, const struct known_tree *tree) {
    if (scan->table.files.count < scan->options.max_files) {
        return false;
    }
    scan_tell_fault(scan, tree, FAULT_FILES, scan->path);
    return true;
}

/* ---- scan->path ---------------------------------------------------------------------------- */

/** Adds name to scan->path and returns its length before; 0: there is no room. */
static size_t enter(struct scan *scan, const char *name) {
    size_t before = scan->length, bytes = strlen(name);
    size_t slash = scan->path[1] != '\0'; /* not behind "/" */
    if (before + slash + bytes >= sizeof(scan->path)) {
        return 0;
    }
    scan->path[before] = '/';
    memcpy(scan->path + before + (slash ? 1 : 0), name, bytes + 1);
    scan->length = before + slash + bytes;
    return before;
}

static void leave(struct scan *scan, size_t before) {
    scan->path[before] = '\0';
    scan->length = before;
}

/* ---- entries ------------------------------------------------------------------------------- */

static void meet_folder(struct scan *scan, struct known_folder *folder, const char *name) {
    struct known_folder *below = table_find_folder(&scan->table, folder, name);
    if (below) {
        below->read = folder->read;
        return;
    }
    if (scan->table.folders.count >= scan->options.max_folders) {
        scan_tell_fault(scan, folder->tree, FAULT_FOLDERS, scan->path);
        return;
    }
    below = table_add_folder(&scan->table, folder, name);
    below->read = folder->read;
    below->fresh = scan_is_fresh(folder);
}

static void meet_file(struct scan *scan, struct known_folder *folder, const char *name,
                      const struct stat *about) {
    if (S_ISDIR(about->st_mode)) {
        meet_folder(scan, folder, name);
    } else if (S_ISLNK(about->st_mode)) {
        scan_link(scan, folder, name, about->st_ino);
    } else if (S_ISREG(about->st_mode) && !scan_is_full(scan, folder->tree)) {
        struct known_file *file = table_add_file(&scan->table, folder, name);
        file->read = folder->read;
        file->listed_inode = about->st_ino;
        scan_arrived(scan, file, about);
    }
}

static void meet_known(struct scan *scan, struct known_file *file, const struct dirent64 *entry,
                       const struct reading *reading) {
    bool another = file->listed_inode != entry->d_ino;
    if (file->target && another) {
        return; /* it is forgotten with this reading, and met by the next */
    }
    file->read = file->folder->read;
    scan->budget -= reading->full && scan->budget > 0;
    if (!file->target && (another || reading->full)) {
        file->listed_inode = entry->d_ino;
        if (!scan_file(scan, file, scan->path, reading->forgiving)) {
            file->read--; /* gone since it was listed */
        }
    }
}

/** The entry's path is scan->path. */
static void meet(struct scan *scan, struct known_folder *folder, const struct dirent64 *entry,
                 const struct reading *reading) {
    struct scan_look look;
    struct known_file *file = table_find_file(&scan->table, folder, entry->d_name);
    if (entry->d_type == DT_DIR) {
        meet_folder(scan, folder, entry->d_name);
    } else if (file) {
        meet_known(scan, file, entry, reading);
    } else if (entry->d_type == DT_REG || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
        if (scan_look(scan, scan->path, false, &look)) {
            look.about.st_ino = entry->d_ino; /* as it will be listed again */
            meet_file(scan, folder, entry->d_name, &look.about);
        }
    }
}

/* ---- reading ------------------------------------------------------------------------------- */

static void read_entry(struct scan *scan, struct known_folder *folder, const struct dirent64 *entry,
                       const struct reading *reading) {
    size_t before = enter(scan, entry->d_name);
    if (before == 0) {
        scan_tell_fault(scan, folder->tree, FAULT_DEPTH, scan->path);
        return;
    }
    meet(scan, folder, entry, reading);
    leave(scan, before);
    scan_breathe(scan);
}

static bool read_entries(struct scan *scan, struct known_folder *folder,
                         const struct reading *reading) {
    struct entries entries;
    const struct dirent64 *entry;
    enum entries_step step = ENTRIES_FAILED;
    entries_init(&entries, SCAN_BUFFER);
    if (entries_open(&entries, AT_FDCWD, scan->path)) {
        while ((step = entries_next(&entries, &entry)) < ENTRIES_END) {
            if (step == ENTRIES_ONE) {
                read_entry(scan, folder, entry, reading);
            }
        }
    }
    int error = errno;
    entries_finish(&entries);
    errno = error;
    return step == ENTRIES_END;
}

/** Forgets below, which is no longer in folder; later, where that may be on somebody's way. */
static void drop_folder(struct scan *scan, struct known_folder *folder,
                        struct known_folder *below) {
    if (scan->newest) {
        folder->unsure = true;
    } else {
        table_drop_folder(&scan->table, below);
    }
}

/** Forgets what the reading did not meet, and says whether that was something. */
static bool forget(struct scan *scan, struct known_folder *folder) {
    bool lost = false;
    for (struct known_file *file = TAILQ_FIRST(&folder->files), *next; file; file = next) {
        next = TAILQ_NEXT(file, sibling);
        if (file->read != folder->read) {
            table_drop_file(&scan->table, file);
            lost = true;
        }
    }
    for (struct known_folder *below = TAILQ_FIRST(&folder->folders), *next; below; below = next) {
        next = TAILQ_NEXT(below, sibling);
        if (below->read != folder->read) {
            drop_folder(scan, folder, below);
            lost = true;
        }
    }
    return lost;
}

/** Something is missing that the folder had. */
static bool has_lost(const struct known_folder *folder) {
    const struct known_file *file;
    const struct known_folder *below;
    TAILQ_FOREACH(file, &folder->files, sibling) {
        if (file->read != folder->read) {
            return true;
        }
    }
    TAILQ_FOREACH(below, &folder->folders, sibling) {
        if (below->read != folder->read) {
            return true;
        }
    }
    return false;
}

/** What is in the folder has changed: its times must show it, if not now, then at once. */
static void check_times(struct scan *scan, const struct known_folder *folder,
                        const struct reading *reading) {
    struct scan_look look;
    if (reading->changed || !scan->options.trust_folder_times ||
        folder->read_ms < folder->seen_ms + SCAN_RACY_MS ||
        !scan_look(scan, scan->path, true, &look)) {
        return;
    }
    struct known_form form = scan_form(folder->tree, &look.about);
    form.inode = look.about.st_ino;
    if (scan_same(&form, &folder->form)) {
        scan_tell_fault(scan, folder->tree, FAULT_LIES, scan->path);
    }
}

static void fail(struct scan *scan, struct known_folder *folder, int error) {
    folder->unsure = true;
    if (!folder->told && !scan_is_absence(error)) {
        folder->told = true;
        errno = error;
        scan_tell_fault(scan, folder->tree, FAULT_READ, scan->path);
    }
}

static void read_folder(struct scan *scan, struct known_folder *folder,
                        const struct reading *reading) {
    int64_t begun_ms = scan_now(scan);
    size_t first = scan->arrival_count;
    folder->read = ++scan->reading;
    folder->unsure = false;
    folder->busy = true;
    bool done = read_entries(scan, folder, reading);
    int error = errno;
    bool arrived = scan->arrival_count > first;
    folder->busy = false;
    scan_arrivals(scan, first);
    if (!done) {
        fail(scan, folder, error);
        return;
    }
    if (has_lost(folder) && !scan_root_stands(scan, folder->tree)) {
        folder->unsure = true; /* what was read is not to be believed */
        return;
    }
    if (forget(scan, folder) || arrived) {
        check_times(scan, folder, reading);
    }
    if (folder->told) {
        folder->told = false;
        errno = 0;
        scan_tell_fault(scan, folder->tree, FAULT_READ, scan->path);
    }
    folder->read_ms = begun_ms;
    folder->full_ms = reading->full ? begun_ms : folder->full_ms;
    folder->epoch = folder->tree->epoch;
    folder->reads++;
    table_note(&scan->table, folder);
}

/* ---- one folder ---------------------------------------------------------------------------- */

/**
 * Until the first scan has met it nothing but its times tell that a folder has come meanwhile. One
 * that comes later may have been elsewhere below the root: then what is in it is known.
 */
static void first_sight(struct scan *scan, struct known_folder *folder, const struct stat *about) {
    if (!folder->tree->scanned && !scan->options.again && folder->parent &&
        times_was_moved(about, &folder->tree->followed)) {
        folder->fresh = true;
    }
    if (folder->fresh && table_has_number(&scan->table, about->st_ino)) {
        folder->fresh = false;
    }
    if (folder->fresh) {
        const struct record head = {.kind = RECORD_FOLDER,
                                    .root_bytes = (uint32_t)strlen(folder->tree->path)};
        scan->world.tell(scan->world.self, &head, scan->path);
    }
}

/** Takes the form that was seen, and says whether the folder is to be read. */
static bool is_due(struct scan *scan, struct known_folder *folder, const struct stat *about,
                   struct reading *reading) {
    int64_t now_ms = scan_now(scan);
    struct known_form form = scan_form(folder->tree, about);
    bool another = folder->epoch != folder->tree->epoch;
    form.inode = about->st_ino;
    reading->changed = folder->reads == 0 || another || !scan_same(&form, &folder->form);
    if (reading->changed) {
        folder->form = form;
        folder->seen_ms = now_ms;
        table_number(&scan->table, folder);
    }
    bool old = now_ms >= folder->full_ms + SCAN_FULL_MS && scan->budget > 0;
    reading->forgiving = folder->reads > 0 && another;
    reading->full = folder->reads == 0 || another || old;
    return reading->changed || old || folder->unsure || !scan->options.trust_folder_times ||
           folder->read_ms < folder->seen_ms + SCAN_RACY_MS;
}

/** Folders without others below are the many: once they are quiet, the mount's cache may answer. */
static bool is_quiet(const struct scan *scan, const struct known_folder *folder) {
    return folder->reads > 0 && TAILQ_EMPTY(&folder->folders) && folder->parent &&
           scan_now(scan) >= folder->seen_ms + SCAN_RECENT_MS;
}

/** Goes into those below folder, from the one that is below on. */
static void scan_below(struct scan *scan, struct known_folder *folder, struct known_folder *below,
                       unsigned depth) {
    for (struct known_folder *next; below; below = next) {
        next = TAILQ_NEXT(below, sibling);
        size_t before = enter(scan, below->name);
        if (before == 0 || depth >= scan->options.max_depth) {
            scan_tell_fault(scan, folder->tree, FAULT_DEPTH, scan->path);
        } else if (!scan_folder(scan, below, depth + 1) && !scan->cut &&
                   scan_root_stands(scan, folder->tree)) {
            folder->unsure = true; /* what has its name now is met by a reading */
            drop_folder(scan, folder, below);
        }
        if (before) {
            leave(scan, before);
        }
        if (scan->cut) {
            return;
        }
    }
}

bool scan_folder(struct scan *scan, struct known_folder *folder, unsigned depth) {
    struct scan_look look;
    struct reading reading;
    scan_breathe(scan);
    if (!scan_look(scan, scan->path, !is_quiet(scan, folder), &look)) {
        return !scan_is_absence(errno);
    }
    if (!S_ISDIR(look.about.st_mode)) {
        return false;
    }
    if (folder->reads == 0) {
        first_sight(scan, folder, &look.about);
    }
    if (is_due(scan, folder, &look.about, &reading)) {
        read_folder(scan, folder, &reading);
    }
    if (!scan->cut) {
        scan_below(scan, folder, TAILQ_FIRST(&folder->folders), depth);
    }
    return true;
}

/* ---- the newest ---------------------------------------------------------------------------- */

static unsigned depth_of(const struct known_folder *folder) {
    unsigned depth = 0;
    for (; folder->parent; folder = folder->parent) {
        depth++;
    }
    return depth;
}

/** Looks at folder, which has been read before, and at what has come below it since. */
static void look_again(struct scan *scan, struct known_folder *folder) {
    struct scan_look look;
    struct reading reading;
    struct known_folder *last = TAILQ_LAST(&folder->folders, known_folders);
    if (folder->busy || folder->reads == 0 ||
        !table_path(folder, NULL, scan->path, sizeof(scan->path))) {
        return;
    }
    scan->length = strlen(scan->path);
    if (!scan_look(scan, scan->path, true, &look) || look.about.st_ino != folder->form.inode) {
        return; /* another one: that is for a round to see */
    }
    if (is_due(scan, folder, &look.about, &reading)) {
        read_folder(scan, folder, &reading);
        scan_below(scan, folder, last ? TAILQ_NEXT(last, sibling) : TAILQ_FIRST(&folder->folders),
                   depth_of(folder));
    }
}

void scan_newest(struct scan *scan) {
    char path[PATH_MAX];
    size_t length = scan->length, count = 0;
    bool cut = scan->cut;
    struct known_folder *folder, *folders[TABLE_NEWEST + 1];
    folders[count++] = TAILQ_FIRST(&scan->table.trees)->top;
    TAILQ_FOREACH(folder, &scan->table.newest, newer) { /* which changes meanwhile */
        folders[count++] = folder;
    }
    memcpy(path, scan->path, length + 1);
    scan->newest = true;
    for (size_t i = 0; i < count; i++) {
        scan->cut = false;
        look_again(scan, folders[i]);
    }
    scan->newest = false;
    scan->cut = cut;
    scan->length = length;
    memcpy(scan->path, path, length + 1);
}
