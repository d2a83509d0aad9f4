/* SPDX-License-Identifier: Apache-2.0 */
/* What an element says of a person. */
#pragma once

#include <stdint.h>

/** What a value may say of a person. */
enum dicom_content {
    DICOM_PLAIN =
        0,       /* nothing: machines, dates, numbers, and what a study and a series are called */
    DICOM_TYPED, /* somebody typed it, maybe for this subject: it may hold name or ID */
    DICOM_PERSONAL, /* it names a person, or is free text */
};

/**
 * By tag and VR (dicom_vr(): the file's, else the standard's). Personal are names of people, the
 * patient module but for what describes a body (PS3.3 C.7.1.1, C.7.2.2), what stands for a subject
 * elsewhere (PS3.15 E.1), and free text.
 */
enum dicom_content element_content(uint32_t tag, uint16_t vr);
