/* SPDX-License-Identifier: Apache-2.0 */
/* One file through the checkers: header values in, check result out. For worker and command line.
 */
#pragma once

#include "status.h"
#include "together.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum check_outcome {
    CHECK_DONE,       /* the answer has a result */
    CHECK_INCOMPLETE, /* the file ends too early: message says where */
    CHECK_UNREADABLE, /* no DICOM file, or damaged: message says why */
};

enum {
    CHECK_STATION_BYTES = 64, /* StationName is an SH: 16 characters of at most 4 bytes */
    CHECK_CHECKERS_MOST = 32, /* as many as `failed` has bits */
    CHECK_SPLIT_STEP = 1000,  /* numbers that a split series (MFSPLIT) has for its volumes */
};

/** What became of one file. json belongs to the check and lives until its next file. */
struct check_answer {
    enum check_outcome outcome;
    enum check_status status;
    bool redacted;   /* the subject was taken out of all that is here */
    bool split;      /* ImageType MFSPLIT: each volume may have a series number of its own */
    uint32_t failed; /* bit i: the checker at place i of the settings failed, its verdict is lost */
    char station[CHECK_STATION_BYTES + 1]; /* "": its header, cut off, does not tell */
    uint64_t series_key; /* of the whole identity of the series; 0: its header does not tell */
    uint64_t
        study; /* hash of what tells the runs of a split series apart: it is no part of the key */
    uint64_t instance; /* hash of SOPInstanceUID; 0: there is none */
    uint64_t digest;   /* of what was found and what is watched, never of notes */
    /** With the setting of that name what was said, else NULL. */
    const struct together *together;
    /** CHECK_DONE: {"result", "series", "watch", "instance"}, see below; NULL with "text". */
    const char *json;
    size_t json_length;
    char message[512];
};
/*
 * json.result   the check result of design.md 5
 * json.series   {"uid", "study", "number", "name", "project", "expected", "image_type", "period"}:
 *               strings, numbers, null; expected: files due; period: ms between them
 * json.watch    [{"name", "value", "watching": "constant"|"collected", "group", "checker"}]
 * json.instance InstanceNumber of this file, or null
 */

struct check;

/**
 * Loads the checkers of settings: {"header_bytes", "tags", "database", "station", "redact",
 * "cut_pixels" (true: a file that ends within its pixels is checked, and message says so),
 * "together" (true: files of whole series come, see together.h), "text" (true: no JSON is made),
 * "checkers": [{"name", "file", "disabled", "settings": {…}}]}, all optional.
 * Says why and returns NULL when a checker cannot be loaded or opened. Destroy takes NULL.
 */
struct check *check_create(const json_t *settings);
void check_destroy(struct check *check);

/**
 * Checks the regular file open at fd. path is what is said of it. Runs each checker in order;
 * before(self, name) is called before each one, with NULL when the last is done, so that a worker
 * can tell which checker killed it. before may be NULL.
 */
void check_file(struct check *check, const char *path, int fd, struct check_answer *answer,
                void (*before)(void *self, const char *checker), void *self);

/** A header value of the last file as text; NULL where it is absent. */
const char *check_value(const struct check *check, const char *name);
