// SPDX-License-Identifier: Apache-2.0
// Copies of real DICOM files that are new to whoever sees them.
#include "copy.h"
#include "base/log.h"
#include "base/text.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstdio>
#include <ctime>
#include <initializer_list>
#include <string>

namespace {

// the first of the elements that has a value; "" where none has
OFString first_text(DcmDataset &data, std::initializer_list<DcmTagKey> keys) {
    OFString text;
    for (const DcmTagKey &key : keys) {
        if (data.findAndGetOFString(key, text).good() && !text.empty()) {
            return text;
        }
    }
    return "";
}

// "20241016" and "165016.7325" as seconds since 1970, whatever the zone
double moment_of(const OFString &date, const OFString &time) {
    struct tm day = {};
    double seconds = 0;
    if (sscanf(date.c_str(), "%4d%2d%2d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3) {
        return 0;
    }
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    if (sscanf(time.c_str(), "%2d%2d%lf", &day.tm_hour, &day.tm_min, &seconds) != 3) {
        seconds = 0;
    }
    return static_cast<double>(timegm(&day)) + seconds;
}

// a UID below 2.25 (DICOM PS3.5 B.2) that is the same for the same old one and salt
std::string new_uid(const OFString &old, uint64_t salt) {
    uint64_t high =
        text_hash(text_hash(TEXT_HASH_SEED, &salt, sizeof(salt)), old.c_str(), old.length()) | 1;
    uint64_t low = text_hash(high, old.c_str(), old.length());
    return "2.25." + std::to_string(high) + std::to_string(low % 1000000000000000ULL);
}

void renew(DcmDataset &data, uint64_t salt) {
    for (const DcmTagKey &key : {DCM_StudyInstanceUID, DCM_SeriesInstanceUID, DCM_SOPInstanceUID,
                                 DCM_FrameOfReferenceUID}) {
        OFString old = first_text(data, {key});
        if (!old.empty()) {
            data.putAndInsertString(key, new_uid(old, salt).c_str());
        }
    }
}

} // namespace

bool copy_look(const char *path, struct copy_moment *moment) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DcmFileFormat file;
    OFCondition status = file.loadFileUntilTag(path, EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                                               ERM_fileOnly, DCM_PixelData);
    DcmDataset &data = *file.getDataset();
    if (status.bad() || first_text(data, {DCM_SOPInstanceUID}).empty()) {
        return false;
    }
    OFString date = first_text(data, {DCM_AcquisitionDate, DCM_ContentDate, DCM_StudyDate});
    OFString time = first_text(data, {DCM_AcquisitionTime, DCM_ContentTime, DCM_StudyTime});
    OFString both = first_text(data, {DCM_AcquisitionDateTime}); // of enhanced files
    if (both.length() > 8) {
        date = both.substr(0, 8);
        time = both.substr(8);
    }
    Sint32 series = 0, instance = 0;
    data.findAndGetSint32(DCM_SeriesNumber, series);
    data.findAndGetSint32(DCM_InstanceNumber, instance);
    *moment = {moment_of(date, time), series, instance};
    return true;
}

enum copy_outcome copy_write(const char *from, const char *to, uint64_t salt) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DcmFileFormat file;
    OFCondition status = file.loadFile(from);
    if (status.bad()) {
        log_warning("%s is passed over, since it is damaged or cut short: %s", from, status.text());
        return COPY_UNREADABLE;
    }
    renew(*file.getDataset(), salt);
    file.getMetaInfo()->clear(); // made anew, with the new instance
    status = file.saveFile(to, file.getDataset()->getOriginalXfer());
    if (status.bad()) {
        log_error("cannot write %s: %s", to, status.text());
        return COPY_FAILED;
    }
    return COPY_DONE;
}
