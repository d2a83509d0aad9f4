/* SPDX-License-Identifier: Apache-2.0 */
/* CSA headers made in memory, in both forms. */
#pragma once

#include "make_dicom.h"

struct csa_value {
    const char *name, *vr;
    const char *text; /* NULL: the element has no value */
    const char *more[2];
};

enum csa_form { CSA_OLDER, CSA_NEWER };

/** Appends a CSA header with count elements to made. */
void make_csa(struct made *made, enum csa_form form, const struct csa_value *values, size_t count);
