/* SPDX-License-Identifier: Apache-2.0 */
/* One session of a simulated scanner: the files that its protocol makes, step by step. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct session;

enum session_layout {
    SESSION_STREAM,  /* one folder per session, 001_<series>_<image>.dcm; faults included */
    SESSION_ARCHIVE, /* Project/date/Subject/Sequence.n/MR.<uid>, first images only, no faults */
};

/**
 * A session of scanner 0 … SCANNERS-1 below folder, begun at start (seconds since 1970). random is
 * where its UIDs and its subject come from, and moves on. Destroy takes NULL.
 */
struct session *session_create(unsigned scanner, const char *folder, enum session_layout layout,
                               int64_t start, uint64_t *random);
void session_destroy(struct session *session);

/**
 * The first run of more than volumes stops after so many: it goes on after pause_ms, or if that is
 * below 0, another series follows.
 */
void session_stop(struct session *session, unsigned long volumes, double pause_ms);

/** The folder that a stream's files go to. */
const char *session_folder(const struct session *session);

/**
 * Writes what is due next: one image, or all that come at the same moment (echoes, raw and
 * corrected). now: seconds since 1970, for the acquisition time. *pause_ms becomes the time until
 * the next step; negative when the session is over. False: could not write.
 */
bool session_step(struct session *session, double now, double *pause_ms);

/** Files written so far. */
unsigned session_files(const struct session *session);
