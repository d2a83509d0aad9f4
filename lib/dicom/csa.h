/* SPDX-License-Identifier: Apache-2.0 */
/* The CSA headers of Siemens scanners, (0029,xx10) and (0029,xx20), in both their forms. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One named element and its first value. The texts are the header's own bytes: no NUL behind. */
struct csa_element {
    const char *name;
    size_t name_length;
    char vr[3];       /* "DS", "IS", "LO" … */
    const char *text; /* NULL: it has no value */
    size_t length;
};

/** A place in a CSA header. */
struct csa {
    const uint8_t *bytes;
    size_t length, at;
    uint32_t left;       /* elements that follow */
    bool first;          /* the next element is the first */
    bool newer;          /* CSA2 */
    int32_t first_items; /* CSA1 counts a value's length from here */
    bool damaged;
};

/** Begins to read; false if the bytes are no CSA header. */
bool csa_begin(struct csa *csa, const uint8_t *bytes, size_t length);

/** The next element; false at the end, or with csa->damaged where the header makes no sense. */
bool csa_next(struct csa *csa, struct csa_element *element);
