/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Picks the wanted elements out of a stream of elements, whoever reads them: our walk or DCMTK.
 * Both show every element of a data set in ascending order; private creators are resolved here.
 */
#pragma once

#include "taglist.h"

enum {
    COLLECT_MATCHES = 8,   /* sources that want the same element: AcqDate and AcqTime do */
    COLLECT_BLOCKS = 8,    /* private blocks of one group that are ours; more is not believable */
    COLLECT_DISTINCT = 64, /* echo times of one file that are kept */
};

/** Elements that no value shows but that values are made of. */
enum collect_helper {
    HELPER_CHARSET,
    HELPER_SOP_CLASS,
    HELPER_ROWS,
    HELPER_CSA_IMAGE,
    HELPER_CSA_SERIES,
    HELPER_PROTOCOL, /* XA */
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

/** Which data set an element belongs to. */
enum collect_level {
    LEVEL_TOP,    /* the file's own */
    LEVEL_GROUPS, /* an item of the shared or per-frame functional groups: groups inside */
    LEVEL_GROUP,  /* an item of one functional group */
    LEVEL_OTHER,  /* of no interest */
};

/** The place in one data set or item. */
struct collect_scope {
    enum collect_level level;
    size_t next; /* in the sorted list of public elements */
    uint16_t group;
    size_t block_count; /* private blocks of group */
    struct {
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

/** The level of the items of a sequence that stands in a data set of level. */
enum collect_level collect_below(enum collect_level level, uint32_t sequence);

/**
 * True if the element is wanted: then collect_keep() must be told its value. Elements of one scope
 * come in ascending order.
 */
bool collect_wants(struct collector *collector, struct collect_scope *scope, uint32_t tag);

/** Keeps the value of the element that collect_wants() wanted. bytes are little-endian. */
void collect_keep(struct collector *collector, struct collect_scope *scope,
                  const struct collected *value, const uint8_t *bytes);

/** What was found for a source of an entry; NULL where the file has it not. */
const struct collected *collected_source(const struct collector *collector, size_t entry,
                                         size_t source);
const struct collected *collected_helper(const struct collector *collector,
                                         enum collect_helper helper);

/** The different values of a FORM_DISTINCT source, ascending; how many. */
size_t collected_distinct(const struct collector *collector, size_t entry, size_t source,
                          const double **values);
