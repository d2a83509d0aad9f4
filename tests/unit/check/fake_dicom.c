/* SPDX-License-Identifier: Apache-2.0 */
/* A header reader for tests: a file holds lines of name, "n" (numeric) or "t", and value. */
#include "base/memory.h"
#include "dicom/dicom.h"
#include "dicom/taglist_table.h"

#include <stdio.h>
#include <unistd.h>

enum { FILE_BYTES = 64 * 1024 };

static const char *const names[] = {"Station",
                                    "SeriesInstanceUID",
                                    "StudyInstanceUID",
                                    "SeriesNumber",
                                    "SequenceName",
                                    "Project",
                                    "TR",
                                    "TE",
                                    "FA",
                                    "TA",
                                    "BWP",
                                    "BWPPE",
                                    "Matrix",
                                    "ImageType",
                                    "Comments",
                                    "InstanceNumber",
                                    "Do",
                                    "DeviceSerialNumber",
                                    "NumberOfTemporalPositions",
                                    "NumberOfFrames",
                                    "Manufacturer",
                                    "SequenceFile",
                                    "Repetitions",
                                    "Contrasts",
                                    "Averages",
                                    "ImagesInAcquisition",
                                    "Locations",
                                    "Slices",
                                    "Dynamics",
                                    "Echoes",
                                    "HeartPhases",
                                    "SubID",
                                    "SOPInstanceUID",
                                    "LabelTypes",
                                    "BValues",
                                    "BDirections",
                                    "FlowDirections",
                                    "EchoNumbers",
                                    "PatientID"};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

struct dicom_reader {
    char text[FILE_BYTES];
    struct dicom_value values[NAMES];
    const char *message;
};

struct dicom_reader *dicom_reader_create(const char *tags, size_t header_bytes,
                                         enum dicom_way way) {
    (void)header_bytes, (void)way;
    struct dicom_reader *reader = tags ? NULL : mem_new(struct dicom_reader);
    for (size_t i = 0; reader && i < NAMES; i++) {
        reader->values[i].name = names[i];
        taglist_known(names[i], &reader->values[i].content);
    }
    return reader;
}

void dicom_reader_destroy(struct dicom_reader *reader) {
    free(reader);
}

/* a first line "incomplete" or "unreadable"; what follows it was read before the cut */
enum dicom_outcome dicom_read(struct dicom_reader *reader, int fd) {
    ssize_t length = pread(fd, reader->text, sizeof(reader->text) - 1, 0);
    reader->text[length > 0 ? length : 0] = '\0';
    for (size_t i = 0; i < NAMES; i++) {
        reader->values[i].text = NULL;
    }
    reader->message = "the file ends after 12 bytes";
    enum dicom_outcome outcome = strncmp(reader->text, "incomplete\n", 11) == 0   ? DICOM_INCOMPLETE
                                 : strncmp(reader->text, "unreadable\n", 11) == 0 ? DICOM_UNREADABLE
                                                                                  : DICOM_COMPLETE;
    char *rest = NULL;
    for (char *line = strtok_r(reader->text + (outcome ? 11 : 0), "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest)) {
        char *kind = strchr(line, '\t');
        *kind++ = '\0';
        struct dicom_value *value = (struct dicom_value *)dicom_value(reader, line);
        if (!value || value->text) { /* the first of a name holds */
            continue;
        }
        value->numeric = *kind == 'n';
        value->text = kind[1] == '\t' ? kind + 2 : NULL;
    }
    return outcome;
}

bool dicom_has_part(const struct dicom_reader *reader) {
    (void)reader;
    return true;
}

bool dicom_has_values(const struct dicom_reader *reader) {
    (void)reader; /* asked of incomplete files only, and these end in their headers */
    return false;
}

const char *dicom_reader_message(const struct dicom_reader *reader) {
    return reader->message;
}

size_t dicom_value_count(const struct dicom_reader *reader) {
    (void)reader;
    return NAMES;
}

const struct dicom_value *dicom_value_at(const struct dicom_reader *reader, size_t index) {
    return &reader->values[index];
}

const struct dicom_value *dicom_value(const struct dicom_reader *reader, const char *name) {
    for (size_t i = 0; i < NAMES; i++) {
        if (strcmp(reader->values[i].name, name) == 0) {
            return &reader->values[i];
        }
    }
    return NULL;
}

size_t dicom_numbers(const char *text, double *values, size_t room) {
    return room && sscanf(text, "%lf", values) == 1 ? 1 : 0;
}
