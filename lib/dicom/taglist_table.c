/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in list of header values: the reference's 24, then those that are ours. */
#include "taglist_table.h"

/* clang-format off: a table, one line per place */
#define TOP(group, element, vr)                                                                    \
    { TAG_ELEMENT, DICOM_TAG(group, element), CREATOR_NONE, SCOPE_TOP, vr, FORM_PLAIN, NULL }
#define BOTH(group, element, vr)                                                                   \
    { TAG_ELEMENT, DICOM_TAG(group, element), CREATOR_NONE, SCOPE_BOTH, vr, FORM_PLAIN, NULL }
#define FORMED(group, element, vr, scope, form)                                                    \
    { TAG_ELEMENT, DICOM_TAG(group, element), CREATOR_NONE, scope, vr, form, NULL }
#define PRIVATE(group, element, vr, creator, scope)                                                \
    { TAG_ELEMENT, DICOM_TAG(group, element), creator, scope, vr, FORM_PLAIN, NULL }
#define CSA(key)                                                                                   \
    { TAG_CSA, 0, CREATOR_NONE, SCOPE_TOP, NULL, FORM_PLAIN, key }
#define PROTOCOL(key)                                                                              \
    { TAG_PROTOCOL, 0, CREATOR_NONE, SCOPE_TOP, NULL, FORM_PLAIN, key }
#define MADE(place)                                                                                \
    { place, 0, CREATOR_NONE, SCOPE_TOP, NULL, FORM_PLAIN, NULL }

const struct tag_entry taglist_table[] = {
    {"Phase",
     "polarity of the phase encoding, 0 or 1",
     true,
     {CSA("PhaseEncodingDirectionPositive"),
      PRIVATE(0x0021, 0x1c, "IS", CREATOR_SDI, SCOPE_GROUPS)}},
    {"iPAT",
     "parallel imaging mode, such as p2",
     false,
     {CSA("ImaPATModeText"), PRIVATE(0x0021, 0x09, "LO", CREATOR_SDS, SCOPE_GROUPS)}},
    {"AcqTime",
     "Acquisition Time, such as 145446.685000",
     false,
     {TOP(0x0008, 0x0032, "TM"), FORMED(0x0008, 0x002a, "DT", SCOPE_TOP, FORM_TIME)}},
    {"AcqDate",
     "Acquisition Date, such as 20241004",
     false,
     {TOP(0x0008, 0x0022, "DA"), FORMED(0x0008, 0x002a, "DT", SCOPE_TOP, FORM_DATE)}},
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
    {"TR", "Repetition Time in ms", true, {BOTH(0x0018, 0x0080, "DS")}},
    {"TE",
     "Echo Time in ms; of a multi-frame file all of them",
     true,
     {TOP(0x0018, 0x0081, "DS"), FORMED(0x0018, 0x9082, "FD", SCOPE_GROUPS, FORM_DISTINCT)}},
    {"Matrix",
     "Acquisition Matrix: frequency rows, columns, phase rows, columns",
     true,
     {TOP(0x0018, 0x1310, "US"), MADE(TAG_MATRIX)}},
    {"PixelResol", "Pixel Spacing in mm", true, {BOTH(0x0028, 0x0030, "DS")}},
    {"BWP", "Pixel Bandwidth in Hz per pixel", true, {BOTH(0x0018, 0x0095, "DS")}},
    {"BWPPE",
     "bandwidth per pixel in phase encoding direction, in Hz",
     true,
     {PRIVATE(0x0019, 0x28, "FD", CREATOR_MR, SCOPE_TOP),
      PRIVATE(0x0021, 0x53, "FD", CREATOR_SDI, SCOPE_GROUPS)}},
    {"FA", "Flip Angle in degrees", true, {BOTH(0x0018, 0x1314, "DS")}},
    {"TA",
     "acquisition time as text, such as TA 06.00",
     false,
     {PRIVATE(0x0051, 0x0a, "LO", CREATOR_MR, SCOPE_TOP)}},
    {"FoV",
     "field of view as text, such as FoV 1248*1248",
     false,
     {PRIVATE(0x0051, 0x0c, "LO", CREATOR_MR, SCOPE_TOP),
      PRIVATE(0x0021, 0x5e, "LO", CREATOR_SDS, SCOPE_GROUPS)}},
    {"Shims",
     "shim mode, offsets, currents and frequency, in the order of the protocol text",
     false,
     {MADE(TAG_SHIMS)}},
    {"SequenceFile", "file of the pulse sequence", false, {PROTOCOL("tSequenceFileName")}},

    {"StudyInstanceUID", "Study Instance UID", false, {TOP(0x0020, 0x000d, "UI")}},
    {"SeriesInstanceUID", "Series Instance UID", false, {TOP(0x0020, 0x000e, "UI")}},
    {"InstanceNumber", "Instance Number", true, {TOP(0x0020, 0x0013, "IS")}},
    {"AcquisitionNumber", "Acquisition Number", true, {TOP(0x0020, 0x0012, "IS")}},
    {"EchoNumbers", "Echo Number(s)", true, {TOP(0x0018, 0x0086, "IS")}},
    {"ImageType", "Image Type", false, {TOP(0x0008, 0x0008, "CS")}},
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
     {BOTH(0x0020, 0x0037, "DS")}},
    {"CoilString",
     "coil elements in use",
     false,
     {PRIVATE(0x0051, 0x0f, "LO", CREATOR_MR, SCOPE_TOP),
      PRIVATE(0x0021, 0x4f, "LO", CREATOR_SDI, SCOPE_GROUPS)}},
    {"MagneticFieldStrength", "Magnetic Field Strength in T", true, {TOP(0x0018, 0x0087, "DS")}},
    {"ImagingFrequency",
     "Imaging Frequency, or Transmitter Frequency, in MHz",
     true,
     {TOP(0x0018, 0x0084, "DS"), FORMED(0x0018, 0x9098, "FD", SCOPE_GROUPS, FORM_PLAIN)}},
    {"NumberOfFrames", "Number of Frames", true, {TOP(0x0028, 0x0008, "IS")}},
    {"NumberOfTemporalPositions",
     "Number of Temporal Positions",
     true,
     {TOP(0x0020, 0x0105, "IS")}},
};
/* clang-format on */

const size_t taglist_table_count = sizeof(taglist_table) / sizeof(taglist_table[0]);
