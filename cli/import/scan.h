/* SPDX-License-Identifier: Apache-2.0 */
/* Finding sessions and their series below the folders of an archive. */
#pragma once

#include "summary.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_STAMP_BYTES = 16 };

/** One session: its series folders are read one by one and stored together. */
struct session {
    char *folder;
    char *project;                /* name of the folder that holds it */
    char stamp[SCAN_STAMP_BYTES]; /* "20241016 165016", of its name; "" for a plain folder */
    char **series;                /* folders that hold files */
    size_t series_count;
};

struct sessions {
    struct session *each;
    size_t count;
};

/**
 * Adds the sessions at or below folder: those named YYYY.MM.DD-HH.MM.SS, whose series are the
 * folders two levels down; where there are none, folder itself, whose series are all folders that
 * hold DICOM files. Returns false, having said why, when folder cannot be read.
 */
bool scan_folder(struct sessions *sessions, const char *folder, struct summary *summary);

/** Puts sessions into the order of their names' times. */
void scan_sort(struct sessions *sessions);

void scan_finish(struct sessions *sessions);

/** True for names that begin with MR. or end in .dcm or .IMA, in any case. */
bool scan_wants(const char *name);
