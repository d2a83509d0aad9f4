/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the header of one DICOM file: DCMTK behind a C interface. */
#pragma once

#include "element_content.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * One header value. Several values of one element are a list as Python writes it: numbers
 * "[94, 0, 0, 88]", texts "['ORIGINAL', 'PRIMARY', 'M']", names of people "[A, B]". A text of more
 * than 4096 bytes is cut. dicom_json.h makes JSON of it. Valid until the reader reads again. */
struct dicom_value {
    const char *name; /* "TR"; see taglist.h */
    const char *text; /* as the database keeps it (reference.md 3), valid UTF-8; NULL: absent */
    bool numeric;     /* DICOM gives it as a number (DS, IS, FD, US …) */
    enum dicom_content content;
};

enum dicom_outcome {
    DICOM_COMPLETE,   /* values are there, and so is all of the file */
    DICOM_INCOMPLETE, /* a DICOM file that ends too early: it may still be written */
    DICOM_UNREADABLE, /* no DICOM file, or a damaged one */
};

/** Which way a header is read. */
enum dicom_way {
    DICOM_FAST,  /* our walk reads plain files; DCMTK all that are not exactly as they should be */
    DICOM_WHOLE, /* DCMTK reads all: what the fast way is tested against */
};

struct dicom_reader;

/**
 * A reader for many files, one after the other.
 * tags: path of a file that extends the list of values, in the reference's form, or NULL.
 * header_bytes: the most that is kept of a file before its pixels; 0: DICOM_HEADER_BYTES. What no
 * value is made of is stepped over, however long it is, and looked through only where its end is
 * not told: work grows with the number of elements, and so of frames, memory does not. Says why and
 * returns NULL when the tag file is bad. Destroy takes NULL.
 */
struct dicom_reader *dicom_reader_create(const char *tags, size_t header_bytes, enum dicom_way way);
void dicom_reader_destroy(struct dicom_reader *reader);

#define DICOM_HEADER_BYTES ((size_t)16 << 20)

/**
 * Reads the header of the regular file open at fd, from its beginning. On DICOM_COMPLETE the values
 * are there; else dicom_reader_message() says what is wrong, without a path ("the file ends after
 * 4096 bytes, in (0029,1010)").
 */
enum dicom_outcome dicom_read(struct dicom_reader *reader, int fd);
const char *dicom_reader_message(const struct dicom_reader *reader);

/**
 * True if the values of the last file are there: on DICOM_COMPLETE, and on DICOM_INCOMPLETE where
 * the header is whole and only pixel data are missing.
 */
bool dicom_has_values(const struct dicom_reader *reader);

/**
 * True if at least a part of the last file's header could be read, whatever the outcome: the values
 * are those that stand before the place where it ended or was damaged. Each of them is whole (never
 * half a text) and what the whole file would have said in that place; all others are absent, so
 * that an absent one says nothing. Values of the CSA headers are there only with the whole header,
 * and those collected over frames are of the frames that were read.
 */
bool dicom_has_part(const struct dicom_reader *reader);

/** The values of the last file, in the order of the tag list: the reference's 24 come first. */
size_t dicom_value_count(const struct dicom_reader *reader);
const struct dicom_value *dicom_value_at(const struct dicom_reader *reader, size_t index);

/** One value by name; NULL where the list has no such name. */
const struct dicom_value *dicom_value(const struct dicom_reader *reader, const char *name);

/**
 * The value as the reference's database keeps it: its text, or where it is absent "null", of Shims
 * ten times with commas.
 */
const char *dicom_database_text(const struct dicom_value *value);

/** How many values at the head of the list are the reference's. */
#define DICOM_REFERENCE_VALUES 24

/** The numbers in a value's text ("[94, 0, 0, 88]", "4.8,38.76", "3000"): how many, 0: no numbers.
 */
size_t dicom_numbers(const char *text, double *values, size_t room);
