/* SPDX-License-Identifier: Apache-2.0 */
/* The real DICOM files that tests may use: MRQART_DATA, or ../shared/data beside the source. */
#pragma once

#include <stddef.h>

struct data_files {
    char **paths; /* sorted */
    size_t count;
};

/** All files below dicom/; exits with 77, saying so, where there are none. */
struct data_files data_files_find(void);
void data_files_free(struct data_files *files);
