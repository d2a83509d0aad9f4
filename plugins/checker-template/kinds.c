/* SPDX-License-Identifier: Apache-2.0 */
/* Which files are none to be compared. */
#include "kinds.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* PS3.4 B.5: MR images, classic, enhanced, in colour, and classic ones converted to enhanced */
static const char *const image_classes[] = {
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.4.3",
    "1.2.840.10008.5.1.4.1.1.4.4",
};

static bool is_present(const char *text) {
    return text && *text && strcmp(text, "null") != 0;
}

static bool is_image_class(const char *uid) {
    for (size_t i = 0; i < sizeof(image_classes) / sizeof(image_classes[0]); i++) {
        if (strcmp(uid, image_classes[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* the next part of "['DERIVED', 'PRIMARY', 'CSA MPR']" or DERIVED\PRIMARY, or NULL */
static const char *next_part(const char **text, size_t *length) {
    static const char between[] = "[]'\",\\";
    const char *part = *text + strspn(*text, between);
    while (*part == ' ') {
        part += 1 + strspn(part + 1, between);
    }
    *length = strcspn(part, between);
    *text = part + *length;
    while (*length && part[*length - 1] == ' ') {
        (*length)--;
    }
    return *length ? part : NULL;
}

static const char *excluded_part(const char *type, char *const *excluded, size_t count) {
    size_t length;
    for (const char *part; (part = next_part(&type, &length));) {
        for (size_t i = 0; i < count; i++) {
            if (strlen(excluded[i]) == length && strncasecmp(excluded[i], part, length) == 0) {
                return excluded[i];
            }
        }
    }
    return NULL;
}

bool kinds_not_compared(const struct mrq_file *file, char *const *excluded, size_t count,
                        char reason[REASON_BYTES]) {
    const char *modality = mrq_value(file, "Modality");
    const char *uid = mrq_value(file, "SOPClassUID");
    const char *type = mrq_value(file, "ImageType");
    if (is_present(modality) && strcasecmp(modality, "MR") != 0) {
        snprintf(reason, REASON_BYTES, "no MR image (Modality %.64s)", modality);
        return true;
    }
    if (is_present(uid) && !is_image_class(uid)) {
        snprintf(reason, REASON_BYTES, "no MR image (SOP class %.64s)", uid);
        return true;
    }
    const char *part = is_present(type) ? excluded_part(type, excluded, count) : NULL;
    if (part) {
        snprintf(reason, REASON_BYTES, "derived image (%.64s)", part);
    }
    return part != NULL;
}
