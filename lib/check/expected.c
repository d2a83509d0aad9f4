/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a header says of the images still to come: never fewer than there are, since a run that is
 * cut off would be called complete. Only runs of many volumes are told, since there the scanner
 * writes what was planned into every file. Not told: diffusion (neither directions nor averages say
 * how many files there are), several contrasts (each may be a series of its own), phase beside
 * magnitude in one series, volumes of one time point, split volumes (MFSPLIT), enhanced objects
 * (files hold as many frames as the site has chosen). What only a later file shows (a second echo,
 * a phase image) makes its own answer 0, and series tracking then no longer trusts the first one.
 */
#include "check/expected.h"
#include "base/text.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { MOST = 1000000 }; /* images; no series has as many */

/* a whole number from 1 to MOST; else 0 */
static long long whole(const struct lookup *lookup, const char *name) {
    const char *text = lookup_text(lookup, name);
    double number = 0;
    if (!text || !text_to_number(text, &number) || !(number >= 1 && number <= MOST)) {
        return 0;
    }
    return floor(number) == number ? (long long)number : 0;
}

static bool is_absent_or_one(const struct lookup *lookup, const char *name) {
    return !lookup_present(lookup, name) || whole(lookup, name) == 1;
}

/* Philips writes 0 of what an acquisition does not have */
static bool is_at_most_one(const struct lookup *lookup, const char *name) {
    const char *text = lookup_present(lookup, name);
    double number;
    return !text || (text_to_number(text, &number) && number <= 1);
}

static bool has(const struct lookup *lookup, const char *name, const char *part) {
    const char *text = lookup_text(lookup, name);
    return text && strcasestr(text, part);
}

/* Scanners write the numbers of their source into what is derived from it, and into the one
 * reference volume of a multi-band run. */
static bool is_acquired(const struct lookup *lookup) {
    return has(lookup, "ImageType", "ORIGINAL") && !has(lookup, "ImageType", "MOCO") &&
           !has(lookup, "SequenceName", "SBRef") && !has(lookup, "Comments", "single-band");
}

/* a mosaic is a volume in one file */
static bool is_mosaic(const struct lookup *lookup) {
    return has(lookup, "ImageType", "MOSAIC");
}

/* by its file's name, whatever the folders of a site are called: "%CustomerSeq%/cmrr_mbep2d_bold"
 */
static bool is_bold(const struct lookup *lookup) {
    const char *file = lookup_text(lookup, "SequenceFile");
    const char *slash = file ? strrchr(file, '/') : NULL;
    return file && strcasestr(slash ? slash : file, "bold");
}

/* the protocol counts the measurements after the first */
static long long siemens(const struct lookup *lookup) {
    bool plain = is_mosaic(lookup) && is_bold(lookup) && is_absent_or_one(lookup, "Contrasts") &&
                 is_absent_or_one(lookup, "Averages");
    long long repetitions = plain ? whole(lookup, "Repetitions") : 0;
    return repetitions ? repetitions + 1 : 0;
}

/* Phase, real and imaginary images (PS3.3 C.8.3.1.1.1, and vendors' own words) may share a series
 * with the magnitude's. */
static bool is_magnitude(const struct lookup *lookup) {
    static const char *const others[] = {"'P'", "'R'", "'I'", "PHASE", "REAL", "IMAGINARY"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (has(lookup, "ImageType", others[i])) {
            return false;
        }
    }
    return true;
}

/* "images in acquisition" are those of one time point there, as many as there are locations */
static long long ge(const struct lookup *lookup) {
    long long images = whole(lookup, "ImagesInAcquisition");
    long long positions = whole(lookup, "NumberOfTemporalPositions");
    bool plain = has(lookup, "ImageType", "EPI") && images == whole(lookup, "Locations") &&
                 is_magnitude(lookup);
    return plain && positions > 1 ? images * positions : 0;
}

/* A series holds what is imaged of each slice at a time: label and control, all of its echoes. */
static long long philips(const struct lookup *lookup) {
    long long dynamics = whole(lookup, "Dynamics"), labels = whole(lookup, "LabelTypes");
    bool plain = whole(lookup, "Echoes") == 1 && whole(lookup, "HeartPhases") == 1 &&
                 is_at_most_one(lookup, "BValues") && is_at_most_one(lookup, "BDirections") &&
                 is_at_most_one(lookup, "FlowDirections") && is_magnitude(lookup) &&
                 dynamics == whole(lookup, "NumberOfTemporalPositions");
    return plain && dynamics > 1 ? whole(lookup, "Slices") * dynamics * (labels ? labels : 1) : 0;
}

static const struct {
    const char *manufacturer;
    long long (*images)(const struct lookup *lookup);
} vendors[] = {
    {"siemens", siemens},
    {"ge medical", ge},
    {"philips", philips},
};

static long long vendor_images(const struct lookup *lookup) {
    for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++) {
        if (has(lookup, "Manufacturer", vendors[i].manufacturer)) {
            return vendors[i].images(lookup);
        }
    }
    return 0;
}

long long expected_images(const struct lookup *lookup) {
    if (lookup_present(lookup, "NumberOfFrames") || !is_acquired(lookup) ||
        has(lookup, "ImageType", "MFSPLIT") || !is_at_most_one(lookup, "EchoNumbers")) {
        return 0;
    }
    bool told = is_mosaic(lookup) && is_absent_or_one(lookup, "Contrasts");
    long long positions = told ? whole(lookup, "NumberOfTemporalPositions") : 0;
    long long images = positions ? positions : vendor_images(lookup);
    return images > 1 && images <= MOST ? images : 0;
}

long long expected_period_ms(const struct lookup *lookup) {
    const char *text = lookup_text(lookup, "TR");
    double ms = 0;
    bool volumes = is_mosaic(lookup) && is_acquired(lookup) && text && text_to_number(text, &ms);
    return volumes && ms >= 1 && ms <= MOST ? (long long)ms : 0;
}
