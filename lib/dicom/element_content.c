/* SPDX-License-Identifier: Apache-2.0 */
/* What an element says of a person. */
#include "element_content.h"
#include "taglist.h"

#include <stddef.h>

enum { PATIENT_GROUP = 0x0010, COMMENTS_ELEMENT = 0x4000 };

/* of the patient group, and no name: sex, age, size, weight */
static const uint32_t bodies[] = {
    DICOM_TAG(0x0010, 0x0040),
    DICOM_TAG(0x0010, 0x1010),
    DICOM_TAG(0x0010, 0x1020),
    DICOM_TAG(0x0010, 0x1030),
};

/* elsewhere, and as good as a name: accession and order numbers, admission, subject of a trial */
static const uint32_t identifiers[] = {
    DICOM_TAG(0x0008, 0x0050), DICOM_TAG(0x0038, 0x0010), DICOM_TAG(0x0012, 0x0040),
    DICOM_TAG(0x0012, 0x0042), DICOM_TAG(0x0040, 0x2016), DICOM_TAG(0x0040, 0x2017),
};

static const char *const free_texts[] = {"PN", "LT", "UT"};
static const char *const typed[] = {"LO", "SH", "ST", "UC", "UN"};

static bool among(const uint32_t *tags, size_t count, uint32_t tag) {
    for (size_t i = 0; i < count; i++) {
        if (tags[i] == tag) {
            return true;
        }
    }
    return false;
}

static bool has_vr(const char *const *list, size_t count, uint16_t vr) {
    for (size_t i = 0; i < count; i++) {
        if (dicom_vr(list[i]) == vr) {
            return true;
        }
    }
    return false;
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum dicom_content element_content(uint32_t tag, uint16_t vr) {
    bool patient = tag >> 16 == PATIENT_GROUP && !among(bodies, COUNT(bodies), tag);
    bool comments = (tag & 0xffff) == COMMENTS_ELEMENT && !(tag >> 16 & 1);
    if (patient || comments || among(identifiers, COUNT(identifiers), tag) ||
        has_vr(free_texts, COUNT(free_texts), vr)) {
        return DICOM_PERSONAL;
    }
    return has_vr(typed, COUNT(typed), vr) ? DICOM_TYPED : DICOM_PLAIN;
}
