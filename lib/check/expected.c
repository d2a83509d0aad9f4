/* SPDX-License-Identifier: Apache-2.0 */
/* What a header says of the images still to come. */
#include "check/expected.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

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

/* scanners also write counts into derived series, where they are those of their source */
static bool is_type(const struct lookup *lookup, const char *part) {
    const char *type = lookup_text(lookup, "ImageType");
    return type && strstr(type, part) && strstr(type, "ORIGINAL");
}

/* only mosaics hold one volume per file, so that the number of time points is that of files */
long long expected_images(const struct lookup *lookup) {
    long long count = is_type(lookup, "MOSAIC") ? whole(lookup, "NumberOfTemporalPositions") : 0;
    return count > 1 ? count : 0;
}

long long expected_period_ms(const struct lookup *lookup) {
    const char *text = lookup_text(lookup, "TR");
    double ms = 0;
    bool volumes = is_type(lookup, "MOSAIC") && text && text_to_number(text, &ms);
    return volumes && ms >= 1 && ms <= MOST ? (long long)ms : 0;
}
