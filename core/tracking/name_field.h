/* SPDX-License-Identifier: Apache-2.0 */
/* What a file's name tells of its series: <protocol>_<series number>_<image number>.dcm. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct name_field {
    uint64_t beginning; /* a hash of all that stands before the image number; 0: another form */
    uint64_t number;    /* what stands where the series number is */
};

struct name_field name_field_of(const char *name);
