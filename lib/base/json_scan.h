/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text checked and cut into its members without a tree: what a worker sends goes on to clients
 * as it stands, so it must be found good first, and quickly.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/**
 * Objects and lists within each other. What a checker says comes in an answer, and that in /state
 * and in a line of the state file: each may be as much deeper as it has around it, so that whatever
 * is taken in can be read again.
 */
enum {
    JSON_DEPTH_DATA = 64,                    /* free JSON of a checker */
    JSON_DEPTH_ANSWER = JSON_DEPTH_DATA + 8, /* of a worker */
    JSON_DEPTH = JSON_DEPTH_ANSWER + 8,      /* of all that we write; jansson reads 2048 */
};

enum { JSON_SCAN_NUMBER = 48 }; /* bytes of a number: a double needs 24 */

/** A value within a text; text is NULL where there is none. */
struct json_slice {
    const char *text;
    size_t length;
    size_t members; /* of an object or a list */
};

/**
 * Cuts an object into its members: values[i] becomes the value of names[i], of which there are
 * count (of several with one name the last). False, and every value void, if text, length bytes, is
 * not one object of RFC 8259 no deeper than depth: valid UTF-8, no NUL and no half of a
 * surrogate pair even if escaped, numbers that fit a double or 64 bits. names need no escapes.
 */
bool json_scan_object(const char *text, size_t length, unsigned depth, const char *const *names,
                      struct json_slice *values, size_t count);

/** Whether text, length bytes, is one value of any kind, good and no deeper than depth. */
bool json_scan_value(const char *text, size_t length, unsigned depth);

/** Takes the first element off list, which was found good as a value: false where none is left. */
bool json_scan_element(struct json_slice *list, struct json_slice *element);
