/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text checked and cut into its members without a tree: what a worker sends goes on to clients
 * as it stands, so it must be found good first, and quickly.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum {
    JSON_SCAN_DEPTH = 2048, /* objects and lists within each other: jansson goes as deep */
    JSON_SCAN_NUMBER = 48,  /* bytes of a number: a double needs 24 */
};

/** A value within a text; text is NULL where there is none. */
struct json_slice {
    const char *text;
    size_t length;
    size_t members; /* of an object or a list */
};

/**
 * Cuts an object into its members: values[i] becomes the value of names[i], of which there are
 * count (of several with one name the last). False, and every value void, if text, length bytes, is
 * not one object of RFC 8259 within the bounds above: valid UTF-8, no NUL and no half of a
 * surrogate pair even if escaped, numbers that fit a double or 64 bits. names need no escapes.
 */
bool json_scan_object(const char *text, size_t length, const char *const *names,
                      struct json_slice *values, size_t count);

/** Takes the first element off list, which was found good as a value: false where none is left. */
bool json_scan_element(struct json_slice *list, struct json_slice *element);
