/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of real DICOM files that are new to whoever sees them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** When a real file was acquired, and its place among those of the same moment. */
struct copy_moment {
    double seconds; /* since 1970, in the scanner's zone; 0 where the file does not say */
    int series, instance;
};

enum copy_outcome {
    COPY_DONE,
    COPY_UNREADABLE, /* said why: this file is of no use, others may be */
    COPY_FAILED,     /* said why: the copy cannot be written */
};

/** Looks at the header of a file; false: it is no DICOM file with an instance in it. */
bool copy_look(const char *path, struct copy_moment *moment);

/**
 * Writes a copy with new UIDs: those of study, series, instance and frame of reference are made of
 * the old ones and salt, so that files that belonged together still do.
 */
enum copy_outcome copy_write(const char *from, const char *to, uint64_t salt);

#ifdef __cplusplus
}
#endif
