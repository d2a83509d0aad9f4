/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file by the walk and by DCMTK alone, and sees that both say the same. */
#pragma once

#include "dicom/dicom.h"
#include "make_dicom.h"

/** A pair of readers; tags as in dicom_reader_create(). */
void both_open(const char *tags, size_t header_bytes);
void both_close(void);

/** Reads; fails the test where the two ways differ. */
enum dicom_outcome both_read(const struct made *made);
enum dicom_outcome both_read_fd(int fd);

/** A value of the last file, NULL where it is absent, and the message. */
const char *both_value(const char *name);
const char *both_message(void);

/** dicom_has_values() and dicom_has_part() of the last file. */
bool both_has_values(void);
bool both_has_part(void);
