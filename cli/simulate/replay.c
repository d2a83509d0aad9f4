/* SPDX-License-Identifier: Apache-2.0 */
/* Real files streamed again, in the order and at the pace in which they were acquired. */
#include "base/log.h"
#include "base/memory.h"
#include "copy.h"
#include "folders.h"
#include "pace.h"
#include "simulation.h"

#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* people pause between sessions and days; nobody wants to wait for that */
static const double longest_pause_ms = 10000;

struct source {
    char *path;
    struct copy_moment moment;
    bool damaged; /* and said so */
};

struct replay {
    const struct simulation *simulation;
    struct source *files;
    size_t count, written;
    struct pace pace;
    double due_ms;
};

/* images of one moment are those of a volume, or of series that interleave */
static int by_time(const void *a, const void *b) {
    const struct copy_moment *one = &((const struct source *)a)->moment;
    const struct copy_moment *two = &((const struct source *)b)->moment;
    if (one->seconds != two->seconds) {
        return one->seconds < two->seconds ? -1 : 1;
    }
    if (one->instance != two->instance) {
        return one->instance < two->instance ? -1 : 1;
    }
    return (one->series > two->series) - (one->series < two->series);
}

static void take_file(struct replay *replay, const char *path) {
    struct source file = {0};
    if (!copy_look(path, &file.moment)) {
        log_info("%s is passed over: no DICOM file", path);
        return;
    }
    file.path = mem_dup(path);
    replay->files = mem_resize(replay->files, replay->count + 1, sizeof(file));
    replay->files[replay->count++] = file;
}

static bool find_files(struct replay *replay) {
    AUTOFREE char *start = mem_dup(replay->simulation->from);
    char *folders[] = {start, NULL};
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!walk) {
        log_error("cannot read the folder %s: %m", start);
        return false;
    }
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_F) {
            take_file(replay, entry->fts_path);
        } else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS) {
            log_warning("%s is passed over: %s", entry->fts_path, strerror(entry->fts_errno));
        }
    }
    fts_close(walk);
    if (!replay->count) {
        log_error("no DICOM file below %s: name a folder that has some", start);
        return false;
    }
    qsort(replay->files, replay->count, sizeof(replay->files[0]), by_time);
    return true;
}

static double pause_before(const struct replay *replay, size_t index) {
    const struct source *file = &replay->files[index];
    double pause = index ? (file->moment.seconds - file[-1].moment.seconds) * 1000 : 0;
    return pause < longest_pause_ms ? pause : longest_pause_ms;
}

static bool write_copy(struct replay *replay, size_t index, const char *folder, uint64_t salt) {
    struct source *file = &replay->files[index];
    if (file->damaged) {
        return true;
    }
    AUTOFREE char *to = mem_printf("%s/001_%06d_%06zu.dcm", folder, file->moment.series, index + 1);
    enum copy_outcome outcome = copy_write(file->path, to, salt);
    file->damaged = outcome == COPY_UNREADABLE;
    replay->written += outcome == COPY_DONE;
    return outcome != COPY_FAILED;
}

/* streams all files once; *stopped: the simulation is to end */
static bool run_round(struct replay *replay, const char *folder, uint64_t salt, bool *stopped) {
    bool fine = folders_make(folder);
    for (size_t i = 0; fine && !*stopped && i < replay->count; i++) {
        replay->due_ms += pause_before(replay, i);
        *stopped = !pace_wait(&replay->pace, replay->due_ms);
        fine = *stopped || write_copy(replay, i, folder, salt);
    }
    return fine;
}

static bool run_rounds(struct replay *replay) {
    const struct simulation *simulation = replay->simulation;
    char *past[KEPT_SESSIONS] = {NULL};
    bool fine = true, stopped = false;
    pace_begin(&replay->pace, simulation->speed);
    for (unsigned round = 0; fine && !stopped && !(simulation->once && round); round++) {
        uint64_t salt = simulation->random + round;
        char **folder = &past[round % KEPT_SESSIONS];
        if (*folder && !simulation->keep) {
            folders_remove(*folder);
        }
        free(*folder);
        *folder = mem_printf("%s/replay-%016" PRIx64, simulation->folder, salt);
        fine = run_round(replay, *folder, salt, &stopped);
        replay->due_ms += BETWEEN_SESSIONS_MS;
    }
    for (size_t i = 0; i < KEPT_SESSIONS; i++) {
        free(past[i]);
    }
    return fine;
}

bool replay_run(const struct simulation *simulation) {
    struct replay replay = {.simulation = simulation};
    bool fine = find_files(&replay) && run_rounds(&replay);
    for (size_t i = 0; i < replay.count; i++) {
        free(replay.files[i].path);
    }
    free(replay.files);
    if (fine) {
        printf("%zu files written to %s\n", replay.written, simulation->folder);
    }
    return fine;
}
