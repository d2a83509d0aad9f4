/* SPDX-License-Identifier: Apache-2.0 */
/* Real files streamed again, in the order and at the pace in which they were acquired. */
#include "replay.h"
#include "base/log.h"
#include "base/memory.h"
#include "image.h"

#include <errno.h>
#include <fts.h>

/* people pause between sessions and days; nobody wants to wait for that */
static const double longest_pause_s = 10;

struct moment {
    char *path;
    double seconds;
    int series, instance;
};

struct replay {
    struct moment *files;
    unsigned count;
};

static int by_time(const void *a, const void *b) {
    const struct moment *one = a, *two = b;
    if (one->seconds != two->seconds) {
        return one->seconds < two->seconds ? -1 : 1;
    }
    return one->series != two->series ? one->series - two->series : one->instance - two->instance;
}

static void take_file(struct replay *replay, const char *path) {
    struct moment file = {0};
    if (!image_moment(path, &file.seconds, &file.series, &file.instance)) {
        log_info("%s is passed over: no DICOM file", path);
        return;
    }
    file.path = mem_dup(path);
    replay->files = mem_resize(replay->files, replay->count + 1, sizeof(file));
    replay->files[replay->count++] = file;
}

struct replay *replay_create(const char *folder) {
    AUTOFREE char *start = mem_dup(folder);
    char *folders[] = {start, NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk) {
        log_error("cannot read the folder %s: %m", folder);
        return NULL;
    }
    struct replay *replay = mem_new(struct replay);
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_F) {
            take_file(replay, entry->fts_path);
        }
    }
    fts_close(walk);
    if (!replay->count) {
        log_error("no DICOM file below %s: name a folder that has some", folder);
        replay_destroy(replay);
        return NULL;
    }
    qsort(replay->files, replay->count, sizeof(replay->files[0]), by_time);
    return replay;
}

void replay_destroy(struct replay *replay) {
    for (unsigned i = 0; replay && i < replay->count; i++) {
        free(replay->files[i].path);
    }
    free(replay ? replay->files : NULL);
    free(replay);
}

unsigned replay_count(const struct replay *replay) {
    return replay->count;
}

const char *replay_file(const struct replay *replay, unsigned index, double *pause_ms) {
    const struct moment *file = &replay->files[index];
    double pause = index ? file->seconds - replay->files[index - 1].seconds : 0;
    *pause_ms = (pause < longest_pause_s ? pause : longest_pause_s) * 1000;
    return file->path;
}
