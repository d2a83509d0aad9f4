// SPDX-License-Identifier: Apache-2.0
// What DCMTK's dictionaries know.
extern "C" {
#include "dcmtk.h"
}

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <cctype>
#include <cstring>

extern "C" {

const char *dcmtk_vr(uint32_t tag, uint8_t *values) {
    DcmTag element(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag));
    const DcmDictEntry *entry = dcmDataDict.rdlock().findEntry(element, nullptr);
    bool one = entry && entry->getVMMin() == entry->getVMMax() && entry->getVMMin() <= UINT8_MAX;
    *values = static_cast<uint8_t>(one ? entry->getVMMin() : 0);
    const char *name = entry ? DcmVR(entry->getEVR()).getVRName() : "UN";
    dcmDataDict.rdunlock();
    return strlen(name) == 2 && isupper(name[0]) ? name : "UN"; // "xs": US or SS
}

bool dcmtk_is_image(const char *uid) {
    return dcmIsImageStorageSOPClassUID(uid);
}

} // extern "C"
