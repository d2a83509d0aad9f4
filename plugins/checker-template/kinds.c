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

#define STORAGE "1.2.840.10008.5.1.4.1.1."

/* what else comes from a scanner or a workplace beside it; a name with a point: all below it */
static const struct {
    const char *uid, *words;
} other_classes[] = {
    {STORAGE "2", "CT Image"},
    {STORAGE "4.2", "MR Spectroscopy"},
    {STORAGE "7", "Secondary Capture Image"},
    {STORAGE "7.", "Secondary Capture Image"},
    {STORAGE "9.", "Waveform"},
    {STORAGE "11.", "Presentation State"},
    {STORAGE "30", "Parametric Map"},
    {STORAGE "66", "Raw Data"},
    {STORAGE "66.1", "Spatial Registration"},
    {STORAGE "66.3", "Deformable Spatial Registration"},
    {STORAGE "66.4", "Segmentation"},
    {STORAGE "66.5", "Surface Segmentation"},
    {STORAGE "66.6", "Tractography Results"},
    {STORAGE "67", "Real World Value Mapping"},
    {STORAGE "88.59", "Key Object Selection"},
    {STORAGE "88.", "Structured Report"},
    {STORAGE "104.1", "Encapsulated PDF"},
    {STORAGE "104.", "Encapsulated Document"},
    {STORAGE "128", "PET Image"},
    {STORAGE "130", "Enhanced PET Image"},
    {STORAGE "481.", "Radiotherapy"},
};

static bool is_class(const char *uid, const char *name) {
    size_t length = strlen(name);
    return name[length - 1] == '.' ? strncmp(uid, name, length) == 0 : strcmp(uid, name) == 0;
}

static void name_class(const char *uid, char reason[REASON_BYTES]) {
    static const char standard[] = "1.2.840.10008."; /* PS3.6: what does not begin so is private */
    for (size_t i = 0; i < sizeof(other_classes) / sizeof(other_classes[0]); i++) {
        if (is_class(uid, other_classes[i].uid)) {
            snprintf(reason, REASON_BYTES, "no MR image (%s)", other_classes[i].words);
            return;
        }
    }
    bool known = strncmp(uid, standard, sizeof(standard) - 1) == 0;
    snprintf(reason, REASON_BYTES, "no MR image (%sSOP class %.64s)", known ? "" : "a vendor's ",
             uid);
}

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
        name_class(uid, reason);
        return true;
    }
    const char *part = is_present(type) ? excluded_part(type, excluded, count) : NULL;
    if (part) {
        snprintf(reason, REASON_BYTES, "derived image (%.64s)", part);
    }
    return part != NULL;
}
