/* SPDX-License-Identifier: Apache-2.0 */
/* One pass of retention through a watched folder. */
#include "retention_sweep.h"

#include "base/log.h"
#include "base/text.h"

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

struct sweep {
    const struct sweep_job *job;
    char path[PATH_MAX]; /* of the folder that is looked at */
    size_t length;       /* of path */
    unsigned depth, looked;
    bool over; /* nobody listens */
};

/* What became of a folder's entries. */
struct tally {
    size_t removed, left;
};

static void say(struct sweep *sweep, const struct sweep_note *note) {
    if (write(sweep->job->notes, note, sizeof(*note)) != (ssize_t)sizeof(*note)) {
        sweep->over = true;
    }
}

static uint64_t hash_of(const struct sweep *sweep) {
    return text_hash(TEXT_HASH_SEED, sweep->path, sweep->length);
}

/* ---- files ------------------------------------------------------------------------------- */

/* Whether this is the very file that a checker has seen, and old enough. One that somebody has
 * given a second name is kept: it is wanted for something, and removing one name would free
 * nothing. */
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
    return known && known->identity == note->identity && known->proof_ns &&
           known->proof_ns < job->before_ns && status->st_nlink == 1;
}

static void sweep_file(struct sweep *sweep, int folder, const char *name, const struct stat *status,
                       struct tally *tally) {
    const struct sweep_job *job = sweep->job;
    struct sweep_note note;
    if (!S_ISREG(status->st_mode) || !may_go(sweep, status, name, &note)) {
        tally->left++;
        return;
    }
    if (!job->dry_run && unlinkat(folder, name, 0) < 0) {
        tally->left += errno != ENOENT;
        note.kind = SWEEP_DENIED;
        note.error = errno;
    } else {
        tally->removed++;
        log_info("%s: %s %s (retention)", job->root, names_said(job->names, name),
                 job->dry_run ? "would be removed" : "is removed");
    }
    say(sweep, &note);
}

/* ---- folders ----------------------------------------------------------------------------- */

static struct tally sweep_folder(struct sweep *sweep, int folder);

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

static void remove_folder(struct sweep *sweep, int parent, const char *name, uint64_t hash,
                          struct tally *tally) {
    struct sweep_note note = {.kind = SWEEP_FOLDER, .folder = hash};
    if (sweep->job->dry_run || unlinkat(parent, name, AT_REMOVEDIR) == 0) {
        tally->removed++;
        say(sweep, &note);
        return;
    }
    tally->left++;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOENT &&
        errno != EBUSY /* something is mounted on it */) {
        note.kind = SWEEP_DENIED;
        note.error = errno;
        say(sweep, &note);
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

/* One name, opened in its parent without following links: so nothing leads out of the root. */
static void sweep_below(struct sweep *sweep, int parent, const char *name, struct tally *tally) {
    size_t length = sweep->length;
    struct tally below = {.left = 1};
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
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
        remove_folder(sweep, parent, name, hash, tally);
    } else {
        tally->left++;
    }
}

static void look_at(struct sweep *sweep, int folder, const char *name, struct tally *tally) {
    struct stat status;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return;
    }
    if (++sweep->looked % ALIVE_ENTRIES == 0) {
        say(sweep, &(struct sweep_note){.kind = SWEEP_ALIVE});
    }
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        tally->left += errno != ENOENT;
    } else if (S_ISDIR(status.st_mode)) {
        sweep_below(sweep, folder, name, tally);
    } else {
        sweep_file(sweep, folder, name, &status, tally);
    }
}

/* folder is closed. What cannot be read counts as left. */
static struct tally sweep_folder(struct sweep *sweep, int folder) {
    struct tally tally = {0};
    DIR *stream = fdopendir(folder);
    if (!stream) {
        close(folder);
        return (struct tally){.left = 1};
    }
    const struct dirent *entry;
    while (!sweep->over && (entry = readdir(stream))) {
        look_at(sweep, dirfd(stream), entry->d_name, &tally);
    }
    closedir(stream);
    return tally;
}

void retention_sweep(const struct sweep_job *job) {
    struct sweep sweep = {.job = job, .length = strlen(job->root)};
    struct sweep_note done = {.kind = SWEEP_DONE};
    int root = open(job->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    if (root < 0 || sweep.length >= sizeof(sweep.path)) {
        done.error = errno;
    } else {
        memcpy(sweep.path, job->root, sweep.length + 1);
        sweep_folder(&sweep, root);
    }
    say(&sweep, &done);
}
