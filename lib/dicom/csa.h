/* SPDX-License-Identifier: Apache-2.0 */
/* The CSA headers of Siemens scanners, (0029,xx10) and (0029,xx20), in both their forms. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One value that says something. The text is the header's own bytes: no NUL behind. */
struct csa_text {
    const char *text;
    size_t length;
};

/** One named element. */
struct csa_element {
    const char *name;
    size_t name_length;
    char vr[3];    /* "DS", "IS", "LO" … */
    size_t at;     /* where its values begin */
    int32_t items; /* values, and empty places for more */
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

/** The first values of element, which csa_next() gave, up to room; how many. */
size_t csa_texts(const struct csa *csa, const struct csa_element *element, struct csa_text *texts,
                 size_t room);
