/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which images of a series have come, so that a copy under another name is not counted again
 * (PS3.3 C.12.1: a SOP Instance UID names one image): 8 bytes of a hash of each, in the order in
 * which they came, so that the state file gets what is new and not all of them each time.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INSTANCES = 65536,                  /* of one series; further files count as images */
    INSTANCES_BYTES = 64 * 1024 * 1024, /* of all series; the same holds beyond */
    INSTANCES_CHUNK = 256,              /* in one record of the state file: 4 KiB */
};

/** Zero it to begin. */
struct instances {
    uint64_t *list;
    uint32_t *slots;    /* places in list, plus one; 0: free */
    size_t count, room; /* room: of slots, a power of two; half of it is of list */
    size_t saved;       /* of list, in the state file */
    size_t records;     /* that the state file has */
};

/** spent: bytes that all series have together. */
void instances_finish(struct instances *instances, size_t *spent);

bool instances_has(const struct instances *instances, uint64_t hash);

/** An image has come. False: it had come before. */
bool instances_add(struct instances *instances, uint64_t hash, size_t *spent);

/** Record chunk as text, "0123456789abcdef…", or NULL: there is none any more. */
json_t *instances_save(const struct instances *instances, size_t chunk);

/** Takes a record back in; false: it makes no sense. */
bool instances_restore(struct instances *instances, const json_t *saved, size_t *spent);
