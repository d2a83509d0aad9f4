/* SPDX-License-Identifier: Apache-2.0 */
/* One pass of retention through a watched folder. */
#include "retention_sweep.h"

#include "base/companion.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "retention_aside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    DEPTH_MOST = 1000, /* each level keeps a folder open; sources look no deeper */
    ALIVE_ENTRIES = 64 /* are looked at between two signs of life */
};

static const int folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;

struct sweep {
    const struct sweep_job *job;
    char path[PATH_MAX]; /* of the folder that is looked at */
    size_t length;       /* of path */
    unsigned depth, looked;
    bool over; /* nobody listens */
};

/* A folder that is gone through, and what becomes of its entries. */
struct level {
    struct aside aside;
    size_t removed, left;
    bool moved; /* it is not where it was: nothing of it is looked at any more */
};

static void say(struct sweep *sweep, const struct sweep_note *note) {
    int kept = errno;
    if (write(sweep->job->notes, note, sizeof(*note)) != (ssize_t)sizeof(*note)) {
        sweep->over = true;
    }
    errno = kept;
}

static uint64_t hash_of(const struct sweep *sweep) {
    return text_hash(TEXT_HASH_SEED, sweep->path, sweep->length);
}

static void say_of(struct sweep *sweep, enum sweep_kind kind, int error) {
    say(sweep, &(const struct sweep_note){.kind = kind, .error = error});
}

/* ---- files ------------------------------------------------------------------------------- */

/* Whether this is the very file that a checker has seen, and old enough by its own word: a worker
 * that has read a hostile file may say what it likes. One that somebody has given a second name is
 * kept: it is wanted for something, and removing one name would free nothing. */
static bool may_go(const struct sweep *sweep, const struct stat *status, const char *name,
                   struct sweep_note *note) {
    const struct sweep_job *job = sweep->job;
    uint64_t folder = hash_of(sweep);
    const struct seen_place place = {job->root_hash, folder, folders_key_in(folder, name)};
    const struct seen_file *known = seen_find(job->seen, &place);
    const struct file_identity identity = protocol_identity(status);
    *note = (struct sweep_note){.kind = SWEEP_FILE,
                                .folder = folder,
                                .key = place.key,
                                .identity = protocol_identity_hash(&identity),
                                .bytes = identity.size};
    return known && known->identity == note->identity && known->series > SEEN_REFUSED &&
           known->proof_ns && identity.changed_ns < job->before_ns && status->st_nlink == 1;
}

static void take_outcome(struct sweep *sweep, struct level *level, enum aside_outcome outcome) {
    level->left += outcome != ASIDE_GONE;
    switch (outcome) {
    case ASIDE_MOVED:
        level->moved = true;
        break;
    case ASIDE_DENIED:
        say_of(sweep, SWEEP_DENIED, errno);
        break;
    case ASIDE_UNABLE:
        say_of(sweep, SWEEP_UNABLE, errno);
        sweep->over = true;
        break;
    default:
        break;
    }
}

static void sweep_file(struct sweep *sweep, struct level *level, const char *name,
                       const struct stat *status) {
    const struct sweep_job *job = sweep->job;
    struct sweep_note note;
    if (!S_ISREG(status->st_mode) || !may_go(sweep, status, name, &note)) {
        level->left++;
        return;
    }
    enum aside_outcome outcome =
        job->dry_run ? ASIDE_REMOVED : aside_remove(&level->aside, name, status);
    if (outcome != ASIDE_REMOVED) {
        take_outcome(sweep, level, outcome);
        return;
    }
    level->removed++;
    log_info("%s: %s %s (retention)", job->root, names_said(job->names, name),
             job->dry_run ? "would be removed" : "is removed");
    say(sweep, &note);
}

/* ---- folders ----------------------------------------------------------------------------- */

static struct level sweep_folder(struct sweep *sweep, int folder);

/* Takes the name away again by setting length back; false: too long for anybody. */
static bool enter(struct sweep *sweep, const char *name) {
    size_t length = strlen(name);
    if (sweep->length + 1 + length >= sizeof(sweep->path) || sweep->depth >= DEPTH_MOST) {
        return false;
    }
    sweep->path[sweep->length] = '/';
    memcpy(sweep->path + sweep->length + 1, name, length + 1);
    sweep->length += 1 + length;
    sweep->depth++;
    return true;
}

/* name in above is the folder that was swept, and above is where it was. */
static bool is_still(const struct level *above, const char *name, const struct stat *swept) {
    struct stat now;
    return fstatat(above->aside.folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_ino == swept->st_ino && now.st_dev == swept->st_dev &&
           aside_in_place(&above->aside);
}

static void remove_folder(struct sweep *sweep, struct level *above, const char *name,
                          const struct stat *swept, uint64_t hash) {
    const struct sweep_note note = {.kind = SWEEP_FOLDER, .folder = hash};
    if (sweep->job->dry_run ||
        (is_still(above, name, swept) && unlinkat(above->aside.folder, name, AT_REMOVEDIR) == 0)) {
        above->removed++;
        say(sweep, &note);
        return;
    }
    above->left++;
    if (errno == EACCES || errno == EPERM || errno == EROFS) {
        say_of(sweep, SWEEP_DENIED, errno);
    }
}

/* The folder that was entered is watched by itself: what is removed there is told for itself. */
static bool is_root(const struct sweep *sweep) {
    const struct root *root = sweep->job->roots;
    while (root && !(root->policy.configured && root->length == sweep->length &&
                     memcmp(root->path, sweep->path, root->length) == 0)) {
        root = TAILQ_NEXT(root, entry);
    }
    return root;
}

/* One name, opened in the folder above without following links: so nothing leads out of the root.
 */
static void sweep_below(struct sweep *sweep, struct level *above, const char *name,
                        const struct stat *status) {
    size_t length = sweep->length;
    struct level below = {.left = 1};
    int folder = openat(above->aside.folder, name, folder_flags);
    bool entered = folder >= 0 && enter(sweep, name);
    uint64_t hash = hash_of(sweep);
    if (entered && !is_root(sweep)) {
        below = sweep_folder(sweep, folder);
    } else if (folder >= 0) {
        close(folder);
    }
    if (entered) {
        sweep->length = length;
        sweep->path[length] = '\0';
        sweep->depth--;
    }
    if (below.removed > 0 && below.left == 0 && !sweep->over) {
        remove_folder(sweep, above, name, status, hash);
    } else {
        above->left++;
    }
}

static bool is_passed_over(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ASIDE_NAME) == 0;
}

static void look_at(struct sweep *sweep, struct level *level, const char *name) {
    struct stat status;
    if (is_passed_over(name)) {
        return;
    }
    if (++sweep->looked % ALIVE_ENTRIES == 0) {
        say_of(sweep, SWEEP_ALIVE, 0);
    }
    if (companion_name(name)) {
        level->left++;
    } else if (fstatat(level->aside.folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        level->left += errno != ENOENT;
    } else if (S_ISDIR(status.st_mode)) {
        sweep_below(sweep, level, name, &status);
    } else {
        sweep_file(sweep, level, name, &status);
    }
}

/* sweep->path relative to the watched folder, as it is while the folder is gone through */
static const char *below_root(const struct sweep *sweep) {
    const char *below = sweep->path + strlen(sweep->job->root);
    return below + (*below == '/');
}

static void sweep_entries(struct sweep *sweep, struct level *level, DIR *stream) {
    AUTOFREE char *below = mem_dup(below_root(sweep));
    level->aside =
        (struct aside){.root = sweep->job->root, .below = below, .folder = dirfd(stream), .fd = -1};
    level->left += !aside_begin(&level->aside);
    const struct dirent *entry;
    while (!sweep->over && !level->moved && (entry = readdir(stream))) {
        look_at(sweep, level, entry->d_name);
    }
    for (unsigned stuck = level->aside.stuck; stuck > 0; stuck--) {
        say_of(sweep, SWEEP_STUCK, EEXIST);
    }
    aside_end(&level->aside);
}

/* folder is closed. What cannot be read counts as left. */
static struct level sweep_folder(struct sweep *sweep, int folder) {
    struct level level = {0};
    DIR *stream = fdopendir(folder);
    if (!stream) {
        close(folder);
        return (struct level){.left = 1};
    }
    sweep_entries(sweep, &level, stream);
    closedir(stream);
    level.left += level.moved;
    return level;
}

void retention_sweep(const struct sweep_job *job) {
    struct sweep sweep = {.job = job, .length = strlen(job->root)};
    int root = open(job->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    if (root < 0 || sweep.length >= sizeof(sweep.path)) {
        say_of(&sweep, SWEEP_DONE, errno);
        return;
    }
    memcpy(sweep.path, job->root, sweep.length + 1);
    sweep_folder(&sweep, root);
    say_of(&sweep, SWEEP_DONE, 0);
}
