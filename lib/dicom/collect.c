/* SPDX-License-Identifier: Apache-2.0 */
/* Picks the wanted elements out of a stream of elements. */
#include "collect.h"
#include "base/memory.h"

#include <string.h>

static const uint32_t shared_groups = DICOM_TAG(0x5200, 0x9229);
static const uint32_t frame_groups = DICOM_TAG(0x5200, 0x9230);

static const struct tag_source helpers[HELPER_COUNT] = {
    [HELPER_CHARSET] = {.tag = DICOM_TAG(0x0008, 0x0005), .scope = SCOPE_TOP},
    [HELPER_SOP_CLASS] = {.tag = DICOM_TAG(0x0008, 0x0016), .scope = SCOPE_TOP},
    [HELPER_ROWS] = {.tag = DICOM_TAG(0x0028, 0x0010), .scope = SCOPE_TOP},
    [HELPER_CSA_IMAGE] = {.tag = DICOM_TAG(0x0029, 0x10),
                          .creator = CREATOR_CSA,
                          .scope = SCOPE_TOP},
    [HELPER_CSA_SERIES] = {.tag = DICOM_TAG(0x0029, 0x20),
                           .creator = CREATOR_CSA,
                           .scope = SCOPE_TOP},
    [HELPER_PROTOCOL] = {.tag = DICOM_TAG(0x0021, 0x19),
                         .creator = CREATOR_SDS,
                         .scope = SCOPE_GROUPS},
    [HELPER_FREQUENCY_STEPS] = {.tag = DICOM_TAG(0x0018, 0x9058), .scope = SCOPE_GROUPS},
    [HELPER_PHASE_STEPS] = {.tag = DICOM_TAG(0x0018, 0x9231), .scope = SCOPE_GROUPS},
    [HELPER_DIRECTION] = {.tag = DICOM_TAG(0x0018, 0x1312), .scope = SCOPE_BOTH},
};

/* a source, and what was found for it; values come first, entry by entry, then the helpers */
struct slot {
    const struct tag_source *source;
    struct collected found;
    double *distinct; /* FORM_DISTINCT: COLLECT_DISTINCT of them */
    size_t distinct_count;
};

/* a slot in the order of tags */
struct sorted {
    uint32_t tag;
    uint32_t slot;
};

struct collector {
    struct slot *slots;
    size_t count, helpers;
    struct sorted *open[2]; /* public elements of LEVEL_TOP and of LEVEL_GROUP, by tag */
    size_t open_count[2];
    struct sorted *hidden; /* private ones with a creator */
    size_t hidden_count;
    size_t matched[COLLECT_MATCHES], matched_count;
    bool creator; /* the wanted element is a private creator */
    uint32_t tag; /* of the wanted element */
};

static int by_tag(const void *a, const void *b) {
    const struct sorted *left = a, *right = b;
    if (left->tag != right->tag) {
        return left->tag < right->tag ? -1 : 1;
    }
    return left->slot < right->slot ? -1 : 1;
}

static void index_slot(struct collector *collector, size_t slot) {
    const struct tag_source *source = collector->slots[slot].source;
    struct sorted sorted = {source->tag, (uint32_t)slot};
    if (source->creator) {
        collector->hidden[collector->hidden_count++] = sorted;
        return;
    }
    if (source->scope & SCOPE_TOP) {
        collector->open[0][collector->open_count[0]++] = sorted;
    }
    if (source->scope & SCOPE_GROUPS) {
        collector->open[1][collector->open_count[1]++] = sorted;
    }
}

struct collector *collector_create(const struct taglist *list) {
    struct collector *collector = mem_new(struct collector);
    collector->helpers = list->count * TAG_SOURCES;
    collector->count = collector->helpers + HELPER_COUNT;
    collector->slots = mem_zeroed(collector->count, sizeof(*collector->slots));
    collector->open[0] = mem_zeroed(collector->count, sizeof(struct sorted));
    collector->open[1] = mem_zeroed(collector->count, sizeof(struct sorted));
    collector->hidden = mem_zeroed(collector->count, sizeof(struct sorted));
    for (size_t i = 0; i < collector->count; i++) {
        struct slot *slot = &collector->slots[i];
        slot->source = i < collector->helpers
                           ? &list->entries[i / TAG_SOURCES].sources[i % TAG_SOURCES]
                           : &helpers[i - collector->helpers];
        if (i < collector->helpers && slot->source->place != TAG_ELEMENT) {
            continue;
        }
        if (slot->source->form == FORM_DISTINCT) {
            slot->distinct = mem_zeroed(COLLECT_DISTINCT, sizeof(double));
        }
        index_slot(collector, i);
    }
    for (int i = 0; i < 2; i++) {
        qsort(collector->open[i], collector->open_count[i], sizeof(struct sorted), by_tag);
    }
    return collector;
}

void collector_destroy(struct collector *collector) {
    if (!collector) {
        return;
    }
    for (size_t i = 0; i < collector->count; i++) {
        free(collector->slots[i].distinct);
    }
    free(collector->slots);
    free(collector->open[0]);
    free(collector->open[1]);
    free(collector->hidden);
    free(collector);
}

void collect_begin(struct collector *collector) {
    for (size_t i = 0; i < collector->count; i++) {
        collector->slots[i].found.there = false;
        collector->slots[i].distinct_count = 0;
    }
    collector->matched_count = 0;
}

void collect_enter(struct collect_scope *scope, enum collect_level level) {
    scope->level = level;
    scope->next = 0;
    scope->group = 0;
    scope->block_count = 0;
}

enum collect_level collect_below(enum collect_level level, uint32_t sequence) {
    if (level == LEVEL_TOP && (sequence == shared_groups || sequence == frame_groups)) {
        return LEVEL_GROUPS;
    }
    return level == LEVEL_GROUPS ? LEVEL_GROUP : LEVEL_OTHER;
}

static void match(struct collector *collector, size_t slot) {
    if (collector->matched_count < COLLECT_MATCHES) {
        collector->matched[collector->matched_count++] = slot;
    }
}

static void match_public(struct collector *collector, struct collect_scope *scope, uint32_t tag) {
    int which = scope->level == LEVEL_GROUP;
    const struct sorted *open = collector->open[which];
    size_t count = collector->open_count[which];
    while (scope->next < count && open[scope->next].tag < tag) {
        scope->next++;
    }
    for (size_t i = scope->next; i < count && open[i].tag == tag; i++) {
        match(collector, open[i].slot);
    }
}

/* block and creator known: which private source is it? */
static void match_hidden(struct collector *collector, const struct collect_scope *scope,
                         enum tag_creator creator, uint32_t tag) {
    enum tag_scope wanted = scope->level == LEVEL_GROUP ? SCOPE_GROUPS : SCOPE_TOP;
    uint32_t bare = tag & 0xffff00ffU;
    for (size_t i = 0; i < collector->hidden_count; i++) {
        const struct tag_source *source = collector->slots[collector->hidden[i].slot].source;
        if (source->tag == bare && source->creator == creator && (source->scope & wanted)) {
            match(collector, collector->hidden[i].slot);
        }
    }
}

static bool group_is_hidden(const struct collector *collector, uint16_t group) {
    for (size_t i = 0; i < collector->hidden_count; i++) {
        if (collector->hidden[i].tag >> 16 == group) {
            return true;
        }
    }
    return false;
}

static void match_private(struct collector *collector, struct collect_scope *scope, uint32_t tag) {
    uint16_t group = (uint16_t)(tag >> 16), element = (uint16_t)tag;
    if (scope->group != group) {
        scope->group = group;
        scope->block_count = 0;
    }
    if (element >= 0x10 && element <= 0xff) {
        collector->creator = group_is_hidden(collector, group);
    }
    for (size_t i = 0; i < scope->block_count; i++) {
        if (element >> 8 == scope->blocks[i].block) {
            match_hidden(collector, scope, scope->blocks[i].creator, tag);
        }
    }
}

bool collect_wants(struct collector *collector, struct collect_scope *scope, uint32_t tag) {
    if (scope->level == LEVEL_OTHER || scope->level == LEVEL_GROUPS) {
        return false;
    }
    collector->matched_count = 0;
    collector->creator = false;
    collector->tag = tag;
    match_public(collector, scope, tag);
    if (tag & 0x10000) {
        match_private(collector, scope, tag);
    }
    return collector->matched_count > 0 || collector->creator;
}

/* the text of a private creator, without its padding, is it one of ours? */
static void note_creator(struct collect_scope *scope, uint32_t tag, const uint8_t *bytes,
                         size_t length) {
    while (length > 0 && (bytes[length - 1] == ' ' || bytes[length - 1] == '\0')) {
        length--;
    }
    for (enum tag_creator creator = CREATOR_NONE + 1; creator < CREATOR_COUNT; creator++) {
        const char *text = tag_creator_text(creator);
        if (strlen(text) == length && memcmp(text, bytes, length) == 0 &&
            scope->block_count < COLLECT_BLOCKS) {
            scope->blocks[scope->block_count].block = (uint8_t)tag;
            scope->blocks[scope->block_count++].creator = creator;
        }
    }
}

/* a double of this frame joins the others, in order */
static void note_distinct(struct slot *slot, double value) {
    size_t at = 0;
    while (at < slot->distinct_count && slot->distinct[at] < value) {
        at++;
    }
    bool known = at < slot->distinct_count && slot->distinct[at] <= value;
    if (known || slot->distinct_count == COLLECT_DISTINCT || value != value) {
        return;
    }
    memmove(slot->distinct + at + 1, slot->distinct + at,
            (slot->distinct_count - at) * sizeof(double));
    slot->distinct[at] = value;
    slot->distinct_count++;
}

void collect_keep(struct collector *collector, struct collect_scope *scope,
                  const struct collected *value, const uint8_t *bytes) {
    if (collector->creator) {
        note_creator(scope, collector->tag, bytes, value->length);
    }
    for (size_t i = 0; i < collector->matched_count; i++) {
        struct slot *slot = &collector->slots[collector->matched[i]];
        if (slot->distinct && value->length == sizeof(double)) {
            double number;
            memcpy(&number, bytes, sizeof(number));
            note_distinct(slot, number);
        }
        if (!slot->found.there) {
            slot->found = *value;
            slot->found.there = true;
        }
    }
}

static const struct collected *found(const struct slot *slot) {
    return slot->found.there ? &slot->found : NULL;
}

const struct collected *collected_source(const struct collector *collector, size_t entry,
                                         size_t source) {
    return found(&collector->slots[entry * TAG_SOURCES + source]);
}

const struct collected *collected_helper(const struct collector *collector,
                                         enum collect_helper helper) {
    return found(&collector->slots[collector->helpers + helper]);
}

size_t collected_distinct(const struct collector *collector, size_t entry, size_t source,
                          const double **values) {
    const struct slot *slot = &collector->slots[entry * TAG_SOURCES + source];
    *values = slot->distinct;
    return slot->distinct_count;
}
