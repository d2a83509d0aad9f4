/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a header says of the images still to come. Only runs of many volumes are told, since there
 * the scanner writes what was planned into every file. Not told: diffusion (neither directions nor
 * averages say how many files there are), several contrasts (each may be a series of its own),
 * volumes of one time point, enhanced objects (files hold as many frames as the site has chosen).
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

/* the protocol counts the measurements after the first */
static long long siemens(const struct lookup *lookup) {
    bool plain = is_mosaic(lookup) && has(lookup, "SequenceFile", "bold") &&
                 is_absent_or_one(lookup, "Contrasts") && is_absent_or_one(lookup, "Averages");
    long long repetitions = plain ? whole(lookup, "Repetitions") : 0;
    return repetitions ? repetitions + 1 : 0;
}

/* "images in acquisition" are those of one time point there, as many as there are locations */
static long long ge(const struct lookup *lookup) {
    long long images = whole(lookup, "ImagesInAcquisition");
    long long positions = whole(lookup, "NumberOfTemporalPositions");
    bool plain = has(lookup, "ImageType", "EPI") && images == whole(lookup, "Locations");
    return plain && positions > 1 ? images * positions : 0;
}

static long long philips(const struct lookup *lookup) {
    long long dynamics = whole(lookup, "Dynamics");
    bool plain = whole(lookup, "Echoes") == 1 && whole(lookup, "HeartPhases") == 1 &&
                 dynamics == whole(lookup, "NumberOfTemporalPositions");
    return plain && dynamics > 1 ? whole(lookup, "Slices") * dynamics : 0;
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
    if (lookup_present(lookup, "NumberOfFrames") || !is_acquired(lookup)) {
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
