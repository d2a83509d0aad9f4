/* SPDX-License-Identifier: Apache-2.0 */
/* Finding sessions and their series below the folders of an archive. */
#pragma once

#include "summary.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCAN_STAMP_BYTES = 16 };

/** Whether a folder is believed to hold one series. */
enum series_mode {
    SERIES_ONE = 's',  /* as the reference's archives: some files tell whether it does */
    SERIES_MANY = 'm', /* the headers of all files tell series apart */
};

/** Patterns of names that are taken, in any case; none: all are, their content decides. */
struct scan_names {
    const char **patterns;
    size_t count;
};

/** One session: its folders are read one by one and stored together. */
struct session {
    char *folder;
    char *project;                /* name of the folder that holds it */
    char stamp[SCAN_STAMP_BYTES]; /* "20241016 165016", of its name; "" for a plain folder */
    struct series_folder {
        char *path;
        enum series_mode mode;
    } * folders; /* that hold files */
    size_t folder_count;
};

struct sessions {
    struct session *each;
    size_t count;
};

/**
 * Adds the sessions at or below folder: those named YYYY.MM.DD-HH.MM.SS, whose series are the
 * folders two levels down; where there are none, folder itself. Folders with files at any other
 * depth may hold several series. Returns false, having said why, when folder cannot be read.
 */
bool scan_folder(struct sessions *sessions, const char *folder, const struct scan_names *wanted,
                 struct summary *summary);

/** Puts sessions into the order of their names' times. */
void scan_sort(struct sessions *sessions);

void scan_finish(struct sessions *sessions);

/**
 * True for the name of a file that is to be read: a wanted one, and neither an index (DICOMDIR) nor
 * something that a system keeps for itself.
 */
bool scan_takes(const struct scan_names *wanted, const char *name);
