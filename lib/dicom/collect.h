/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picks the wanted elements out of a stream of elements, whoever reads them: our walk or DCMTK.
 * Both show the elements of a data set in their order in the file; private creators are resolved
 * here.
 */
#pragma once

#include "taglist.h"

enum {
    COLLECT_MATCHES = 8,   /* sources that want the same element: AcqDate and AcqTime do */
    COLLECT_BLOCKS = 32,   /* private blocks that are ours; more is not believable */
    COLLECT_DISTINCT = 64, /* different numbers of the frames of one file that are kept */
    COLLECT_EACH = 4,      /* Siemens headers of one kind in one file; scanners write one */
};

/** Elements that no value shows but that values are made of. */
enum collect_helper {
    HELPER_CHARSET,
    HELPER_SOP_CLASS,
    HELPER_ROWS,
    HELPER_CSA_IMAGE,
    HELPER_CSA_SERIES,
    HELPER_PROTOCOL, /* XA */
    HELPER_FRAMES,   /* United Imaging's sequence of slices: what makes its creator known */
    HELPER_FREQUENCY_STEPS,
    HELPER_PHASE_STEPS,
    HELPER_DIRECTION,
    HELPER_COUNT
};

/** Where a wanted element's value stands: offset in the bytes of who read it. */
struct collected {
    bool there;
    uint16_t vr;
    uint32_t length;
    size_t offset;
};

/** Which data set an element belongs to; a value of a later kind replaces one of an earlier. */
enum collect_level {
    LEVEL_OTHER,   /* of no interest */
    LEVEL_GROUPS,  /* an item of the shared or per-frame functional groups: groups inside */
    LEVEL_FRAME,   /* an item of United Imaging's sequence of slices */
    LEVEL_TOP,     /* the file's own */
    LEVEL_PRIVATE, /* an item of one functional group that a vendor has added */
    LEVEL_GROUP,   /* an item of one functional group of the standard */
};

/** The place in one data set or item. */
struct collect_scope {
    enum collect_level level;
    size_t next;        /* in the sorted list of public elements */
    uint16_t group;     /* of the last private element */
    size_t first, last; /* its elements in the sorted list of private ones */
    size_t block_count; /* private blocks */
    struct {
        uint16_t group;
        uint8_t block;
        enum tag_creator creator;
    } blocks[COLLECT_BLOCKS];
};

struct collector;

struct collector *collector_create(const struct taglist *list);
void collector_destroy(struct collector *collector);

/** Forgets the last file. */
void collect_begin(struct collector *collector);

void collect_enter(struct collect_scope *scope, enum collect_level level);

/** The level of the items of a sequence that stands in scope. */
enum collect_level collect_below(const struct collect_scope *scope, uint32_t sequence);

/** True if the element is wanted: then collect_keep() must be told its value. */
bool collect_wants(struct collector *collector, struct collect_scope *scope, uint32_t tag);

/**
 * Keeps the value of the element that collect_wants() wanted. bytes are little-endian. True if they
 * must stay where they are: their offset has been noted.
 */
bool collect_keep(struct collector *collector, struct collect_scope *scope,
                  const struct collected *value, const uint8_t *bytes);

/**
 * What was found for a source of an entry; NULL where the file has it not. An empty value is only
 * found where there is no other.
 */
const struct collected *collected_source(const struct collector *collector, size_t entry,
                                         size_t source);
const struct collected *collected_helper(const struct collector *collector,
                                         enum collect_helper helper);

/** All that was found of HELPER_CSA_IMAGE, HELPER_CSA_SERIES or HELPER_PROTOCOL; how many. */
size_t collected_each(const struct collector *collector, enum collect_helper helper,
                      const struct collected **each);

/** The different values of a FORM_DISTINCT source, ascending; how many. */
size_t collected_distinct(const struct collector *collector, size_t entry, size_t source,
                          const double **values);
