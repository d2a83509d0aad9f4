/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in list of header values: the reference's 24, then those that are ours. */
#include "taglist_table.h"

#include <string.h>

/* clang-format off: a table, one line per place */
#define PLACE(group, element, type, where)                                                         \
    .place = TAG_ELEMENT, .tag = DICOM_TAG(group, element), .vr = type, .scope = where
#define TOP(group, element, vr)                                                                    \
    { PLACE(group, element, vr, SCOPE_TOP), .values = 1 }
#define LIST(group, element, vr, count)                                                            \
    { PLACE(group, element, vr, SCOPE_TOP), .values = count }
#define BOTH(group, element, vr)                                                                   \
    { PLACE(group, element, vr, SCOPE_BOTH), .values = 1 }
#define MANY(group, element, vr, count)                                                            \
    { PLACE(group, element, vr, SCOPE_BOTH), .values = count }
#define FORMED(group, element, vr, scope, how)                                                     \
    { PLACE(group, element, vr, scope), .values = 1, .form = how }
#define PRIVATE(group, element, vr, who)                                                           \
    { PLACE(group, element, vr, SCOPE_TOP), .creator = who, .values = 1 }
#define XA(group, element, vr, who, how)                                                           \
    { PLACE(group, element, vr, SCOPE_BOTH), .creator = who, .values = 1, .form = how }
#define CSA(name)                                                                                  \
    { .place = TAG_CSA, .key = name }
#define PROTOCOL(name)                                                                             \
    { .place = TAG_PROTOCOL, .key = name }
#define MADE(how)                                                                                  \
    { .place = how }

const struct tag_entry taglist_table[] = {
    {"Phase",
     "polarity of the phase encoding, 0 or 1",
     true,
     {CSA("PhaseEncodingDirectionPositive"), XA(0x0021, 0x1c, "IS", CREATOR_SDI, FORM_PLAIN)}},
    {"iPAT",
     "parallel imaging mode, such as p2",
     false,
     {CSA("ImaPATModeText"), XA(0x0021, 0x09, "LO", CREATOR_SDS, FORM_PLAIN)}},
    {"AcqTime",
     "Acquisition Time, such as 145446.685000",
     false,
     {FORMED(0x0008, 0x0032, "TM", SCOPE_TIMES, FORM_PLAIN),
      FORMED(0x0008, 0x002a, "DT", SCOPE_TIMES, FORM_TIME)}},
    {"AcqDate",
     "Acquisition Date, such as 20241004",
     false,
     {FORMED(0x0008, 0x0022, "DA", SCOPE_TIMES, FORM_PLAIN),
      FORMED(0x0008, 0x002a, "DT", SCOPE_TIMES, FORM_DATE)}},
    {"SeriesNumber", "Series Number", true, {TOP(0x0020, 0x0011, "IS")}},
    {"SubID", "Patient's Name", false, {TOP(0x0010, 0x0010, "PN")}},
    {"Comments", "Image Comments", false, {TOP(0x0020, 0x4000, "LT")}},
    {"Operator", "Operators' Name", false, {TOP(0x0008, 0x1070, "PN")}},
    {"Station", "Station Name: the scanner", false, {TOP(0x0008, 0x1010, "SH")}},
    {"Project", "Study Description", false, {TOP(0x0008, 0x1030, "LO")}},
    {"SequenceName", "Series Description", false, {TOP(0x0008, 0x103e, "LO")}},
    {"SequenceType",
     "Sequence Name, or Pulse Sequence Name",
     false,
     {TOP(0x0018, 0x0024, "SH"), TOP(0x0018, 0x9005, "SH")}},
    {"PED_major",
     "In-plane Phase Encoding Direction, ROW or COL",
     false,
     {FORMED(0x0018, 0x1312, "CS", SCOPE_BOTH, FORM_DIRECTION)}},
    {"TR",
     "Repetition Time in ms; of a multi-frame file all of them",
     true,
     {FORMED(0x0018, 0x0080, "DS", SCOPE_BOTH, FORM_DISTINCT)}},
    {"TE",
     "Echo Time in ms; of a multi-frame file all of them",
     true,
     {FORMED(0x0018, 0x9082, "FD", SCOPE_GROUPS, FORM_DISTINCT),
      FORMED(0x0018, 0x0081, "DS", SCOPE_BOTH, FORM_DISTINCT)}},
    {"Matrix",
     "Acquisition Matrix: frequency rows, columns, phase rows, columns",
     true,
     {MADE(TAG_MATRIX), LIST(0x0018, 0x1310, "US", 4)}},
    {"PixelResol", "Pixel Spacing in mm", true, {MANY(0x0028, 0x0030, "DS", 2)}},
    {"BWP", "Pixel Bandwidth in Hz per pixel", true, {BOTH(0x0018, 0x0095, "DS")}},
    {"BWPPE",
     "bandwidth per pixel in phase encoding direction, in Hz",
     true,
     {PRIVATE(0x0019, 0x28, "FD", CREATOR_MR), XA(0x0021, 0x53, "FD", CREATOR_SDI, FORM_PLAIN)}},
    {"FA",
     "Flip Angle in degrees; of a multi-frame file all of them",
     true,
     {FORMED(0x0018, 0x1314, "DS", SCOPE_BOTH, FORM_DISTINCT)}},
    {"TA",
     "acquisition time as text, such as TA 06.00",
     false,
     {PRIVATE(0x0051, 0x0a, "LO", CREATOR_MR)}},
    {"FoV",
     "field of view as text, such as FoV 1248*1248",
     false,
     {PRIVATE(0x0051, 0x0c, "LO", CREATOR_MR), XA(0x0021, 0x5e, "LO", CREATOR_SDS, FORM_PLAIN)}},
    {"Shims",
     "shim mode, offsets, currents and frequency, in the order of the protocol text",
     false,
     {MADE(TAG_SHIMS)}},
    {"SequenceFile", "file of the pulse sequence", false, {PROTOCOL("tSequenceFileName")}},

    {"StudyInstanceUID", "Study Instance UID", false, {TOP(0x0020, 0x000d, "UI")}},
    {"SeriesInstanceUID", "Series Instance UID", false, {TOP(0x0020, 0x000e, "UI")}},
    {"InstanceNumber", "Instance Number", true, {TOP(0x0020, 0x0013, "IS")}},
    {"AcquisitionNumber", "Acquisition Number", true, {TOP(0x0020, 0x0012, "IS")}},
    {"EchoNumbers",
     "Echo Number(s); Siemens XA: of the ICE dimensions",
     true,
     {LIST(0x0018, 0x0086, "IS", 0), XA(0x0021, 0x06, "LO", CREATOR_SDI, FORM_ECHO)}},
    {"ImageType", "Image Type", false, {LIST(0x0008, 0x0008, "CS", 0)}},
    {"ProtocolName", "Protocol Name", false, {TOP(0x0018, 0x1030, "LO")}},
    {"ContentTime", "Content Time", false, {TOP(0x0008, 0x0033, "TM")}},
    {"Manufacturer", "Manufacturer", false, {TOP(0x0008, 0x0070, "LO")}},
    {"Model", "Manufacturer's Model Name", false, {TOP(0x0008, 0x1090, "LO")}},
    {"SoftwareVersions", "Software Version(s)", false, {TOP(0x0018, 0x1020, "LO")}},
    {"DeviceSerialNumber", "Device Serial Number", false, {TOP(0x0018, 0x1000, "LO")}},
    {"PatientID", "Patient ID", false, {TOP(0x0010, 0x0020, "LO")}},
    {"PatientPosition", "Patient Position", false, {TOP(0x0018, 0x5100, "CS")}},
    {"SOPClassUID", "SOP Class UID", false, {TOP(0x0008, 0x0016, "UI")}},
    {"SOPInstanceUID", "SOP Instance UID", false, {TOP(0x0008, 0x0018, "UI")}},
    {"Modality", "Modality", false, {TOP(0x0008, 0x0060, "CS")}},
    {"ImageOrientationPatient",
     "Image Orientation (Patient); of the first frame",
     true,
     {MANY(0x0020, 0x0037, "DS", 6)}},
    {"CoilString",
     "coil elements in use",
     false,
     {PRIVATE(0x0051, 0x0f, "LO", CREATOR_MR), XA(0x0021, 0x4f, "LO", CREATOR_SDI, FORM_PLAIN)}},
    {"MagneticFieldStrength", "Magnetic Field Strength in T", true, {TOP(0x0018, 0x0087, "DS")}},
    {"ImagingFrequency",
     "Imaging Frequency, or Transmitter Frequency, in MHz",
     true,
     {FORMED(0x0018, 0x9098, "FD", SCOPE_GROUPS, FORM_PLAIN), TOP(0x0018, 0x0084, "DS")}},
    {"NumberOfFrames", "Number of Frames", true, {TOP(0x0028, 0x0008, "IS")}},
    {"NumberOfTemporalPositions",
     "Number of Temporal Positions",
     true,
     {TOP(0x0020, 0x0105, "IS")}},
    {"ImagesInAcquisition", "Images in Acquisition", true, {TOP(0x0020, 0x1002, "IS")}},
    {"Averages", "Number of Averages", true, {BOTH(0x0018, 0x0083, "DS")}},
    {"Repetitions",
     "Siemens: measurements of the protocol after the first",
     true,
     {PROTOCOL("lRepetitions")}},
    {"Contrasts", "Siemens: contrasts (echoes) of the protocol", true, {PROTOCOL("lContrasts")}},
    {"Locations",
     "GE: locations in the acquisition",
     true,
     {PRIVATE(0x0021, 0x4f, "SS", CREATOR_GE)}},
    {"Slices", "Philips: number of slices", true, {PRIVATE(0x2001, 0x18, "SL", CREATOR_PHILIPS)}},
    {"Dynamics",
     "Philips: number of dynamic scans",
     true,
     {PRIVATE(0x2001, 0x81, "IS", CREATOR_PHILIPS)}},
    {"Echoes", "Philips: number of echoes", true, {PRIVATE(0x2001, 0x14, "SL", CREATOR_PHILIPS)}},
    {"HeartPhases",
     "Philips: number of heart phases",
     true,
     {PRIVATE(0x2001, 0x17, "SL", CREATOR_PHILIPS)}},
    {"FlowDirections",
     "Philips: number of directions of phase contrast",
     true,
     {PRIVATE(0x2001, 0x16, "SS", CREATOR_PHILIPS)}},
    {"BValues",
     "Philips: number of b-values",
     true,
     {PRIVATE(0x2005, 0x14, "SL", CREATOR_PHILIPS5)}},
    {"BDirections",
     "Philips: number of directions of diffusion",
     true,
     {PRIVATE(0x2005, 0x15, "SL", CREATOR_PHILIPS5)}},
    {"LabelTypes",
     "Philips: number of label types, label and control: 2",
     true,
     {PRIVATE(0x2005, 0x28, "SL", CREATOR_PHILIPS5)}},
};
/* clang-format on */

const size_t taglist_table_count = sizeof(taglist_table) / sizeof(taglist_table[0]);

static const struct {
    const char *name;
    enum dicom_content content;
} contents[] = {
    {"SubID", DICOM_PERSONAL},    {"PatientID", DICOM_PERSONAL}, {"Operator", DICOM_PERSONAL},
    {"Comments", DICOM_PERSONAL}, {"ProtocolName", DICOM_TYPED},
};

bool taglist_known(const char *name, enum dicom_content *content) {
    *content = DICOM_PLAIN;
    for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
        if (strcmp(contents[i].name, name) == 0) {
            *content = contents[i].content;
        }
    }
    for (size_t i = 0; i < taglist_table_count; i++) {
        if (strcmp(taglist_table[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}
