// SPDX-License-Identifier: Apache-2.0
// Simulated DICOM files, written by DCMTK.
#include "image.h"
#include "base/log.h"
#include "base/text.h"
#include "csa_write.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

const int side = 128; // pixels each way: believable, and 32 KiB a file

void put(DcmItem &item, const DcmTagKey &key, const char *value) {
    if (value) {
        item.putAndInsertString(key, value);
    }
}

// a decimal string has 16 characters at most (DICOM PS3.5 6.2)
std::string decimal(double value) {
    char text[32];
    text_number(value, text, sizeof(text));
    if (strlen(text) > 16) {
        snprintf(text, sizeof(text), "%.9g", value);
    }
    return text;
}

void put_numbers(DcmItem &item, const DcmTagKey &key, const std::vector<double> &values) {
    std::string list;
    for (double value : values) {
        list += (list.empty() ? "" : "\\") + decimal(value);
    }
    item.putAndInsertString(key, list.c_str());
}

void put_private(DcmItem &item, Uint16 group, Uint16 number, DcmEVR vr, const char *creator,
                 const void *bytes, size_t length) {
    item.putAndInsertString(DcmTag(group, 0x0010, EVR_LO), creator);
    DcmTag tag(group, static_cast<Uint16>(0x1000 | number), DcmVR(vr));
    tag.setPrivateCreator(creator);
    if (vr == EVR_LO) {
        item.putAndInsertString(tag, static_cast<const char *>(bytes));
    } else if (vr == EVR_OB) {
        std::vector<Uint8> even(static_cast<const Uint8 *>(bytes),
                                static_cast<const Uint8 *>(bytes) + length);
        even.resize((length + 1) & ~static_cast<size_t>(1));
        item.putAndInsertUint8Array(tag, even.data(), even.size());
    } else {
        item.putAndInsertFloat64(tag, *static_cast<const Float64 *>(bytes));
    }
}

// the parts of a file that a report has too
void put_general(DcmItem &item, const struct image *image) {
    const struct scanner *scanner = image->scanner;
    put(item, DCM_SpecificCharacterSet, "ISO_IR 100");
    put(item, DCM_ImageType, image->image_type);
    put(item, DCM_SOPClassUID, image->report ? UID_EnhancedSRStorage : UID_MRImageStorage);
    put(item, DCM_SOPInstanceUID, image->uid);
    put(item, DCM_StudyDate, image->study_date);
    put(item, DCM_AcquisitionDate, image->study_date);
    put(item, DCM_ContentDate, image->study_date);
    put(item, DCM_SeriesDate, image->study_date);
    put(item, DCM_StudyTime, image->study_time);
    put(item, DCM_SeriesTime, image->acquisition_time);
    put(item, DCM_AcquisitionTime, image->acquisition_time);
    put(item, DCM_ContentTime, image->acquisition_time);
    put(item, DCM_Modality, image->report ? "SR" : "MR");
    put(item, DCM_AccessionNumber, "");
    put(item, DCM_Manufacturer, "SIEMENS");
    put(item, DCM_InstitutionName, "Simulation");
    put(item, DCM_ReferringPhysicianName, "");
    put(item, DCM_StationName, scanner->station);
    put(item, DCM_StudyDescription, image->project);
    put(item, DCM_SeriesDescription, image->name);
    put(item, DCM_OperatorsName, image->operator_name);
    put(item, DCM_ManufacturerModelName, scanner->model);
    put(item, DCM_PatientName, image->patient_name);
    put(item, DCM_PatientID, image->patient_id);
    put(item, DCM_PatientBirthDate, "");
    put(item, DCM_PatientSex, "O");
    put(item, DCM_DeviceSerialNumber, scanner->serial);
    put(item, DCM_SoftwareVersions, scanner->software);
    put(item, DCM_ProtocolName, image->name);
    put(item, DCM_StudyInstanceUID, image->study_uid);
    put(item, DCM_SeriesInstanceUID, image->series_uid);
    put(item, DCM_StudyID, "1");
    put_numbers(item, DCM_SeriesNumber, {double(image->series_number)});
    put_numbers(item, DCM_InstanceNumber, {double(image->instance)});
    put_numbers(item, DCM_AcquisitionNumber, {double(image->acquisition)});
    put(item, DCM_ImageComments, image->comments);
}

void put_acquisition(DcmItem &item, const struct image *image) {
    put(item, DCM_SequenceName, image->sequence_type);
    put(item, DCM_ScanningSequence, "EP");
    put(item, DCM_SequenceVariant, "SK");
    put(item, DCM_ScanOptions, "");
    put(item, DCM_MRAcquisitionType, "2D");
    put(item, DCM_EchoTrainLength, "1");
    put(item, DCM_NumberOfAverages, "1");
    put(item, DCM_ImagedNucleus, "1H");
    put(item, DCM_PatientPosition, "HFS");
    put(item, DCM_InPlanePhaseEncodingDirection, image->phase_axis);
    put_numbers(item, DCM_RepetitionTime, {image->tr_ms});
    put_numbers(item, DCM_EchoTime, {image->te_ms});
    put_numbers(item, DCM_EchoNumbers, {double(image->echo)});
    put_numbers(item, DCM_FlipAngle, {image->flip_degrees});
    put_numbers(item, DCM_PixelBandwidth, {image->bandwidth});
    put_numbers(item, DCM_MagneticFieldStrength, {3});
    put_numbers(item, DCM_ImagingFrequency,
                {static_cast<double>(image->scanner->frequency_hz) / 1e6});
    put_numbers(item, DCM_SliceThickness, {image->pixel_mm});
    if (image->images) {
        put_numbers(item, DCM_NumberOfTemporalPositions, {double(image->images)});
    }
    Uint16 steps = static_cast<Uint16>(image->matrix);
    bool column = std::string(image->phase_axis) == "COL";
    const Uint16 matrix[4] = {column ? steps : Uint16(0), column ? Uint16(0) : steps,
                              column ? Uint16(0) : steps, column ? steps : Uint16(0)};
    item.putAndInsertUint16Array(DCM_AcquisitionMatrix, matrix, 4);
    put_numbers(item, DCM_PixelSpacing, {image->pixel_mm, image->pixel_mm});
}

// where the image lies in the scanner: slices stand 3 mm apart, around the middle
void put_place(DcmItem &item, const struct image *image) {
    const double *right = image->orientation, *down = right + 3;
    double half = image->pixel_mm * side / 2;
    const double normal[3] = {right[1] * down[2] - right[2] * down[1],
                              right[2] * down[0] - right[0] * down[2],
                              right[0] * down[1] - right[1] * down[0]};
    std::vector<double> corner;
    for (int i = 0; i < 3; i++) {
        corner.push_back(normal[i] * 3 * image->instance - (right[i] + down[i]) * half);
    }
    put_numbers(item, DCM_ImagePositionPatient, corner);
    put_numbers(item, DCM_ImageOrientationPatient, {right, right + 6});
    put(item, DCM_FrameOfReferenceUID, image->study_uid);
    put(item, DCM_PositionReferenceIndicator, "");
}

void put_csa(DcmItem &item, const struct image *image) {
    size_t length;
    unsigned char *header = csa_image_header(image, &length);
    put_private(item, 0x0029, 0x10, EVR_OB, "SIEMENS CSA HEADER", header, length);
    free(header);
    header = csa_series_header(image, &length);
    put_private(item, 0x0029, 0x20, EVR_OB, "SIEMENS CSA HEADER", header, length);
    free(header);
    if (image->bandwidth_phase > 0) {
        Float64 bandwidth = image->bandwidth_phase;
        put_private(item, 0x0019, 0x28, EVR_FD, "SIEMENS MR HEADER", &bandwidth, 0);
    }
    if (image->duration) {
        put_private(item, 0x0051, 0x0a, EVR_LO, "SIEMENS MR HEADER", image->duration, 0);
        put_private(item, 0x0051, 0x0c, EVR_LO, "SIEMENS MR HEADER", image->field_of_view, 0);
    }
}

// a head: an ellipse that is brighter inside, with a ripple that differs per image
void put_pixels(DcmItem &item, const struct image *image) {
    item.putAndInsertUint16(DCM_SamplesPerPixel, 1);
    put(item, DCM_PhotometricInterpretation, "MONOCHROME2");
    item.putAndInsertUint16(DCM_Rows, side);
    item.putAndInsertUint16(DCM_Columns, side);
    item.putAndInsertUint16(DCM_BitsAllocated, 16);
    item.putAndInsertUint16(DCM_BitsStored, 12);
    item.putAndInsertUint16(DCM_HighBit, 11);
    item.putAndInsertUint16(DCM_PixelRepresentation, 0);
    std::vector<Uint16> pixels(side * side);
    for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
            int x = column - side / 2, y = row - side / 2;
            int radius = x * x * 5 / 3 + y * y;
            int value = radius < 900 ? 900 : radius < 2900 ? 600 : radius < 3200 ? 1500 : 20;
            pixels[static_cast<size_t>(row * side + column)] =
                static_cast<Uint16>(value + (row * column + image->instance * 7) % 40);
        }
    }
    item.putAndInsertUint16Array(DCM_PixelData, pixels.data(),
                                 static_cast<unsigned long>(pixels.size()));
}

void put_report(DcmItem &item) {
    item.insertEmptyElement(DCM_ReferencedPerformedProcedureStepSequence);
    item.insertEmptyElement(DCM_ConceptNameCodeSequence);
    put(item, DCM_ValueType, "CONTAINER");
    put(item, DCM_ContinuityOfContent, "SEPARATE");
    put(item, DCM_CompletionFlag, "COMPLETE");
    put(item, DCM_VerificationFlag, "UNVERIFIED");
}

} // namespace

bool image_write(const struct image *image, const char *path) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL); // what it has to say stands in its status
    DcmFileFormat file;
    DcmItem &item = *file.getDataset();
    put_general(item, image);
    if (image->report) {
        put_report(item);
    } else {
        put_acquisition(item, image);
        put_place(item, image);
        put_csa(item, image);
        put_pixels(item, image);
    }
    OFCondition status = file.saveFile(path, EXS_LittleEndianExplicit);
    if (status.bad()) {
        log_error("cannot write %s: %s", path, status.text());
    }
    return status.good();
}
