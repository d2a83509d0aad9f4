/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of series tracking share: tracking.c and all that are called tracking_…. */
#pragma once

#include "base/log.h"
#include "pacing.h"
#include "phases.h"
#include "station.h"
#include "tracking.h"
#include "tracking_folders.h"

#include <jansson.h>

struct tracking {
    struct tracking_settings settings;
    struct stations stations;
    struct tracking_folders *folders;
    struct pacing *updates, *errors;
    struct keeper *keeper;
    TAILQ_HEAD(unsaved_list, series) unsaved;
    json_t *removed; /* keys of the state file to be taken out */
    json_t *early;   /* records of images whose series has not come back yet */
    tracking_publish publish;
    void *self;
    uint64_t seq;
    const struct mrq_text *state; /* NULL: out of date */
    struct log_fault full;        /* the history has no room */
    struct text_budget *state_texts;
    size_t state_bytes; /* how long /state was last */
    struct phases_clock clock;
    struct event *phases_timer;
    int64_t armed_ms; /* when it fires (monotonic); 0: not at all */
};

/* ---- tracking_events.c ---- */

/** Publishes `new` or `changed` of a series: news is its content. */
void tracking_publish_series(struct tracking *tracking, const char *type, struct series *series,
                             const struct series_news *news);

/** Publishes any other event of a series, or of none (NULL): content is taken over. */
void tracking_publish_content(struct tracking *tracking, const char *type, struct series *series,
                              json_t *content);

/** Publishes the update of the series, or the error of the folder, that pace is part of. */
void tracking_publish_update(void *tracking, struct pace *pace);
void tracking_publish_error(void *tracking, struct pace *pace);

/** /state has changed. */
void tracking_stale(struct tracking *tracking);

/* ---- tracking_torn.c ---- */

/** A hash of the file's path. */
uint64_t tracking_file_hash(const struct tracking_folder *folder, const char *name);

/** The series that a torn file is charged to, or NULL. */
struct series *tracking_torn_series(const struct tracking_torn *torn);

/** A file cannot be read: the series that something ties it to, or NULL. */
struct series *tracking_tie(struct tracking *tracking, const struct tracking_folder *folder,
                            const struct tracking_file *file, const struct protocol_answer *answer);

/** It is charged to series; NULL: to none. */
void tracking_charge(struct tracking *tracking, struct tracking_folder *folder,
                     const struct tracking_file *file, const struct protocol_answer *answer,
                     struct series *series);

/** A file of the series could be read, name is that of its path: it is torn no more. */
void tracking_mend(struct tracking *tracking, struct tracking_folder *folder, const char *name,
                   struct series *series);

/** A series has begun in the folder: files that were torn before may be of it. */
void tracking_adopt(struct tracking *tracking, struct tracking_folder *folder,
                    struct series *series);

/* ---- tracking_course.c ---- */

/** A series goes into a phase; its update that waits is told before. */
void tracking_set_phase(struct tracking *tracking, struct series *series, enum series_phase phase);

/** Images are due and do not come (now: monotonic ms); they do again after silent_ms (-1: not
 * known); it has ended, reason as in the message. */
void tracking_stall(struct tracking *tracking, struct series *series, int64_t now);
void tracking_resume(struct tracking *tracking, struct series *series, int64_t silent_ms);
void tracking_end(struct tracking *tracking, struct series *series, const char *reason);

/** A station falls silent; its session ends in silence. */
void tracking_fall_silent(struct tracking *tracking, struct station *station, int64_t now);
void tracking_end_session(struct tracking *tracking, struct station *station);

/** A file of the station has come (station_use): it is not silent. */
void tracking_end_silence(struct tracking *tracking, struct station *station);

/* ---- tracking_phases.c ---- */

void tracking_phases_init(struct tracking *tracking, struct event_base *base);

/** Thresholds are others now, or series have come back: what is due is looked at again. */
void tracking_phases_soon(struct tracking *tracking);

/** Takes every step of the station and its series that is due. */
void tracking_phases_check(struct tracking *tracking, struct station *station);

/** A new series has been added to its station; its message is still to come. */
void tracking_phases_begun(struct tracking *tracking, struct series *series);

/** A file of the series has come and is counted, or came before; its message is still to come. */
void tracking_phases_file(struct tracking *tracking, const struct tracking_file *file,
                          struct series *series);

/** The same, when the file is the last of its station's as well (station_use). */
void tracking_phases_heard(struct tracking *tracking, const struct tracking_file *file,
                           struct station *station);

/** A file has come to where the series was last seen, and cannot be read. */
void tracking_phases_unread(struct tracking *tracking, const struct tracking_file *file,
                            struct series *series);

/** The message of a file has been published, or waits: the series may be complete. */
void tracking_phases_counted(struct tracking *tracking, struct series *series);

/* ---- tracking_trim.c ---- */

/** Lets go of series that are too many at station, or too much together with all others. */
void tracking_trim(struct tracking *tracking, struct station *station);

/* ---- tracking_acknowledge.c ---- */

/** The series has changed once more: what was answered before did not mean that. */
void tracking_outdate_answer(struct series *series);

/* ---- tracking_redact.c ---- */

/** Takes the subject out of what is kept of every series: of before redact was asked for. */
void tracking_redact(struct tracking *tracking);

/**
 * The same for the answer of a worker that was begun before that: the text that takes its place,
 * to be freed, and *length; NULL: it may be taken as it is.
 */
char *tracking_redact_answer(const struct tracking *tracking, const struct protocol_answer *answer,
                             const char *json, size_t *length);

/* ---- tracking_test.c ---- */

/** Announces a test file; false: it is none. */
bool tracking_test(struct tracking *tracking, const struct tracking_file *file,
                   const struct protocol_answer *answer);

/* ---- tracking_saved.c ---- */

/** The series is not as the state file has it. */
void tracking_unsaved(struct tracking *tracking, struct series *series,
                      enum series_unsaved unsaved);

/** Forgets a series, here and in the state file. */
void tracking_forget(struct tracking *tracking, struct series *series);

/** For keeper_add_owner(). */
void tracking_collect(void *tracking);
