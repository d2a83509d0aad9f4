/* SPDX-License-Identifier: Apache-2.0 */
/* What an object owes by its SOP class. */
#include "owed.h"
#include "dcmtk.h"
#include "taglist.h"

#include <string.h>

/* the large elements of a data set, and what stands in place of one */
static const struct {
    uint32_t tag;
    enum owed_part part;
} parts[] = {
    {DICOM_TAG(0x0028, 0x7fe0), OWED_URL},      {DICOM_TAG(0x0042, 0x0011), OWED_DOCUMENT},
    {DICOM_TAG(0x5400, 0x0100), OWED_WAVEFORM}, {DICOM_TAG(0x5600, 0x0020), OWED_SPECTRA},
    {DICOM_TAG(0x7fe0, 0x0008), OWED_FLOAT},    {DICOM_TAG(0x7fe0, 0x0009), OWED_DOUBLE},
    {DICOM_TAG(0x7fe0, 0x0010), OWED_PIXELS},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

#define STORAGE "1.2.840.10008.5.1.4.1.1."

/* classes that owe something else than pixel data; a name that ends with a point: all below it */
static const struct {
    const char *uid;
    unsigned any; /* of these parts */
    const char *words;
} debtors[] = {
    {STORAGE "4.2", OWED_SPECTRA, "spectroscopy data"},
    {STORAGE "30", OWED_FLOAT | OWED_DOUBLE, "pixel data"},
    {STORAGE "66.4", OWED_URL, "pixel data"},
    {STORAGE "9.", OWED_WAVEFORM, "waveforms"},
    {STORAGE "104.", OWED_DOCUMENT, "document"},
};

unsigned owed_part(uint32_t tag) {
    size_t i = 0;
    while (i < PARTS && parts[i].tag != tag) {
        i++;
    }
    return i < PARTS ? parts[i].part : 0;
}

bool owed_is_bulk(uint32_t tag) {
    return owed_part(tag) & (OWED_PIXELS | OWED_FLOAT | OWED_DOUBLE | OWED_SPECTRA);
}

static bool is_class(const char *uid, const char *name) {
    size_t length = strlen(name);
    return name[length - 1] == '.' ? strncmp(uid, name, length) == 0 : strcmp(uid, name) == 0;
}

const char *owed_lack(const char *uid, bool rows, unsigned seen) {
    for (size_t i = 0; uid && i < sizeof(debtors) / sizeof(debtors[0]); i++) {
        if (is_class(uid, debtors[i].uid)) {
            return seen & debtors[i].any ? NULL : debtors[i].words;
        }
    }
    bool image = uid ? dcmtk_is_image(uid) : rows;
    return image && !(seen & OWED_URL) ? "pixel data" : NULL;
}
