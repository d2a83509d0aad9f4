/* SPDX-License-Identifier: Apache-2.0 */
/* The protocols of the simulated scanners, in data. */
#pragma once

#include "image.h"

enum {
    SCANNERS = 2,
    MOST_ECHOES = 3,
};

/** How the images of a series differ from each other. */
enum kind { PLAIN, LOCALIZER, DIFFUSION, REPORT };

/** A second series that comes interleaved with the first. */
enum twin { ALONE, CORRECTED, MOTION_CORRECTED };

/** What goes wrong in a stream. */
enum fault { FINE, WRONG_TR, CHANGES, TORN_FILE, NO_TEMPLATE };

/** One series. A step is what comes at the same moment: an image, all its echoes, its twin. */
struct plan {
    const char *name, *type, *file; /* type, file: SequenceName and tSequenceFileName */
    double tr_ms, te_ms[MOST_ECHOES], flip, bandwidth, bandwidth_phase, pixel_mm;
    int matrix, positive, steps;
    double pace_ms; /* between steps; 0: the repetition time */
    const char *parallel;
    enum kind kind;
    enum twin twin;
    enum fault fault;
};

/** A scanner, and what its sessions consist of. */
struct site {
    struct scanner scanner;
    const char *project;
    const struct plan *plans;
    unsigned count;
};

extern const struct site sites[SCANNERS];
