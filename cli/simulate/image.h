/* SPDX-License-Identifier: Apache-2.0 */
/* What one simulated DICOM file says, and how it gets onto the disk. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { IMAGE_UID_BYTES = 65 }; /* DICOM PS3.5 9.1: 64 characters */

/** What holds for a scanner, whatever it scans. */
struct scanner {
    const char *station, *serial, *model, *software;
    int shim[8];       /* lOffsetX, Y, Z and alShimCurrent[0..4] */
    long frequency_hz; /* of the protons, in its field */
};

/** One file. Texts are borrowed; NULL leaves the element out. Times of the repetition in ms. */
struct image {
    const struct scanner *scanner;
    const char *study_uid, *series_uid;
    char uid[IMAGE_UID_BYTES];
    const char *study_date, *study_time; /* YYYYMMDD, HHMMSS */
    char acquisition_time[16];           /* HHMMSS.ffffff */
    const char *patient_id, *patient_name, *operator_name;
    const char *project, *name, *image_type, *sequence_type, *sequence_file, *comments;
    const char *phase_axis;               /* COL, ROW */
    const char *parallel;                 /* iPAT: p2 */
    const char *duration, *field_of_view; /* TA and FoV: archives have them, streams do not */
    const double *orientation;            /* six direction cosines */
    double tr_ms, te_ms, flip_degrees, bandwidth, bandwidth_phase, pixel_mm;
    int phase_positive, matrix, echo, series_number, instance, acquisition, images;
    long frequency_offset_hz; /* a shim that has moved */
    bool report;              /* a structured report instead of an image */
};

/** Writes the file as a scanner does: made, written, closed. Says why and returns false. */
bool image_write(const struct image *image, const char *path);

#ifdef __cplusplus
}
#endif
