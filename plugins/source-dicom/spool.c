/* SPDX-License-Identifier: Apache-2.0 */
/* The spool as it is found by a look into it. */
#include "spool.h"
#include "base/memory.h"
#include "base/times.h"
#include "uid.h"
#include "watch/entries.h"
#include "watch/turns.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>

enum {
    LEVELS = 3,       /* studies, their series, their objects */
    ROOM = 16 * 1024, /* bytes of entries read at once */
};

struct spool {
    struct mrq_host *host;
    char *path;
    struct turns *turns;
    struct entries levels[LEVELS];
    char names[LEVELS - 1][UID_BYTES + 1]; /* of the folders that are open */
    int depth;                             /* of the folder that is read; -1: none is */
    struct timespec began;                 /* what was stored before that is backlog */
    bool wanted;                           /* a scan is to begin */
    bool held, left; /* the backlog is, and some of it was met and not handed on */
};

static void enter(struct spool *spool, int at, const char *name) {
    if (entries_open(&spool->levels[spool->depth + 1], at, name)) {
        spool->depth++;
    }
}

static void meet_folder(struct spool *spool, const char *name) {
    size_t length = strlen(name);
    if (uid_valid(name, length)) {
        memcpy(spool->names[spool->depth], name, length + 1);
        enter(spool, spool->levels[spool->depth].fd, name);
    }
}

/* it has got this name when it was complete */
static void meet_object(struct spool *spool, const char *name, const struct stat *about) {
    enum mrq_lane lane = times_is_older(&about->st_ctim, &spool->began) ? MRQ_BACKLOG : MRQ_LIVE;
    if (lane == MRQ_BACKLOG && spool->held) {
        spool->left = true;
        return;
    }
    AUTOFREE char *path =
        mem_printf("%s/%s/%s/%s", spool->path, spool->names[0], spool->names[1], name);
    const struct mrq_found found = {
        .root = spool->path, .path = path, .stat = about, .lane = lane, .settled = true};
    mrq_emit(spool->host, &found);
}

static void meet(struct spool *spool, const struct dirent64 *entry) {
    struct stat about;
    switch (entries_kind(&spool->levels[spool->depth], entry, &about)) {
    case ENTRY_FOLDER:
        if (spool->depth < LEVELS - 1) {
            meet_folder(spool, entry->d_name);
        }
        break;
    case ENTRY_OTHER:
        if (spool->depth == LEVELS - 1) {
            meet_object(spool, entry->d_name, &about);
        }
        break;
    case ENTRY_GONE:
        break;
    }
}

static bool step(void *self) {
    struct spool *spool = self;
    const struct dirent64 *entry;
    if (spool->depth < 0) {
        if (!spool->wanted) {
            return false;
        }
        spool->wanted = false;
        enter(spool, AT_FDCWD, spool->path);
        return true;
    }
    switch (entries_next(&spool->levels[spool->depth], &entry)) {
    case ENTRIES_ONE:
        meet(spool, entry);
        break;
    case ENTRIES_MORE:
        break;
    case ENTRIES_END:
    case ENTRIES_FAILED:
        entries_close(&spool->levels[spool->depth--]);
        break;
    }
    return true;
}

static void rest(void *self) {
    (void)self;
}

struct spool *spool_create(struct mrq_host *host, const char *path) {
    struct spool *spool = mem_new(struct spool);
    const struct turns_owner owner = {.self = spool, .step = step, .rest = rest};
    spool->host = host;
    spool->path = mem_dup(path);
    spool->depth = -1;
    clock_gettime(CLOCK_REALTIME_COARSE, &spool->began); /* the clock of file times */
    for (int i = 0; i < LEVELS; i++) {
        entries_init(&spool->levels[i], ROOM);
    }
    spool->turns = turns_create(host, &owner);
    if (!spool->turns) {
        spool_destroy(spool);
        return NULL;
    }
    return spool;
}

void spool_destroy(struct spool *spool) {
    if (!spool) {
        return;
    }
    turns_destroy(spool->turns);
    for (int i = 0; i < LEVELS; i++) {
        entries_finish(&spool->levels[i]);
    }
    free(spool->path);
    free(spool);
}

void spool_scan(struct spool *spool) {
    spool->wanted = true;
    turns_wake(spool->turns);
}

void spool_hold_back(struct spool *spool, bool held) {
    spool->held = held;
    if (!held && spool->left) {
        spool->left = false;
        spool_scan(spool);
    }
}

void spool_pause(struct spool *spool, bool paused) {
    turns_pause(spool->turns, paused);
}

bool spool_is_busy(const struct spool *spool) {
    return spool->depth >= 0 || spool->wanted || spool->left;
}
