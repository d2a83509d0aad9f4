/* SPDX-License-Identifier: Apache-2.0 */
/* Picks the wanted elements out of a stream of elements. */
#include "collect.h"
#include "base/memory.h"
#include "element_text.h"

#include <math.h>
#include <string.h>

static const uint32_t shared_groups = DICOM_TAG(0x5200, 0x9229);
static const uint32_t frame_groups = DICOM_TAG(0x5200, 0x9230);
static const double same = 5e-7;          /* of a number: 1999.99975 and 2000.00003 ms are one */
static const uint32_t bare = 0xffff00ffU; /* a private tag without its block */

/* clang-format off: a table */
static const struct tag_source helpers[HELPER_COUNT] = {
    [HELPER_CHARSET] = {.tag = DICOM_TAG(0x0008, 0x0005), .scope = SCOPE_TOP, .vr = "CS"},
    [HELPER_SOP_CLASS] = {.tag = DICOM_TAG(0x0008, 0x0016), .scope = SCOPE_TOP, .vr = "UI"},
    [HELPER_ROWS] = {.tag = DICOM_TAG(0x0028, 0x0010), .scope = SCOPE_TOP, .vr = "US"},
    [HELPER_CSA_IMAGE] = {.tag = DICOM_TAG(0x0029, 0x10),
                          .creator = CREATOR_CSA,
                          .scope = SCOPE_BOTH,
                          .vr = "OB"},
    [HELPER_CSA_SERIES] = {.tag = DICOM_TAG(0x0029, 0x20),
                           .creator = CREATOR_CSA,
                           .scope = SCOPE_BOTH,
                           .vr = "OB"},
    [HELPER_PROTOCOL] = {.tag = DICOM_TAG(0x0021, 0x19),
                         .creator = CREATOR_SDS,
                         .scope = SCOPE_BOTH,
                         .vr = "OB"},
    [HELPER_FRAMES] = {.tag = DICOM_TAG(0x0065, 0x51),
                       .creator = CREATOR_UIH,
                       .scope = SCOPE_TOP,
                       .vr = "SQ"},
    [HELPER_FREQUENCY_STEPS] = {.tag = DICOM_TAG(0x0018, 0x9058),
                                .scope = SCOPE_GROUPS,
                                .vr = "US"},
    [HELPER_PHASE_STEPS] = {.tag = DICOM_TAG(0x0018, 0x9231), .scope = SCOPE_GROUPS, .vr = "US"},
    [HELPER_DIRECTION] = {.tag = DICOM_TAG(0x0018, 0x1312), .scope = SCOPE_BOTH, .vr = "CS"},
};
/* clang-format on */

/* the numbers of a FORM_DISTINCT source */
struct distinct {
    double values[COLLECT_DISTINCT]; /* ascending */
    size_t count;
    uint8_t last[16]; /* the bytes of the last one: nearly all frames have the same */
    size_t last_length;
};

/* a source, and what was found for it; values come first, entry by entry, then the helpers */
struct slot {
    const struct tag_source *source;
    struct collected found;
    enum collect_level level;  /* where it was found; LEVEL_OTHER: nowhere, or empty */
    struct distinct *distinct; /* NULL but for FORM_DISTINCT */
    struct collected *each;    /* COLLECT_EACH of them; NULL but for Siemens' headers */
    size_t each_count;
};

/* a slot in the order of tags */
struct sorted {
    uint32_t tag, slot;
};

enum { OPEN_TOP, OPEN_GROUP, OPEN_FRAME, OPEN_COUNT };

struct collector {
    struct slot *slots;
    size_t count, helpers;
    struct sorted *open[OPEN_COUNT]; /* public elements by tag, for each kind of data set */
    size_t open_count[OPEN_COUNT];
    struct sorted *hidden; /* private ones with a creator, by tag */
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

static const enum tag_scope scopes[OPEN_COUNT] = {SCOPE_TOP, SCOPE_GROUPS, SCOPE_FRAMES};

static int open_of(enum collect_level level) {
    return level == LEVEL_TOP ? OPEN_TOP : level == LEVEL_FRAME ? OPEN_FRAME : OPEN_GROUP;
}

static void index_slot(struct collector *collector, size_t slot) {
    const struct tag_source *source = collector->slots[slot].source;
    struct sorted sorted = {source->tag, (uint32_t)slot};
    if (source->creator) {
        collector->hidden[collector->hidden_count++] = sorted;
        return;
    }
    for (int i = 0; i < OPEN_COUNT; i++) {
        if (source->scope & scopes[i]) {
            collector->open[i][collector->open_count[i]++] = sorted;
        }
    }
}

static void make_slot(struct collector *collector, size_t index, const struct tag_source *source) {
    struct slot *slot = &collector->slots[index];
    bool value = index < collector->helpers;
    size_t helper = index - collector->helpers;
    slot->source = source;
    if (value && source->place != TAG_ELEMENT) {
        return;
    }
    if (source->form == FORM_DISTINCT) {
        slot->distinct = mem_new(struct distinct);
    }
    if (!value &&
        (helper == HELPER_CSA_IMAGE || helper == HELPER_CSA_SERIES || helper == HELPER_PROTOCOL)) {
        slot->each = mem_zeroed(COLLECT_EACH, sizeof(*slot->each));
    }
    index_slot(collector, index);
}

struct collector *collector_create(const struct taglist *list) {
    struct collector *collector = mem_new(struct collector);
    collector->helpers = list->count * TAG_SOURCES;
    collector->count = collector->helpers + HELPER_COUNT;
    collector->slots = mem_zeroed(collector->count, sizeof(*collector->slots));
    for (int i = 0; i < OPEN_COUNT; i++) {
        collector->open[i] = mem_zeroed(collector->count, sizeof(struct sorted));
    }
    collector->hidden = mem_zeroed(collector->count, sizeof(struct sorted));
    for (size_t i = 0; i < collector->count; i++) {
        make_slot(collector, i,
                  i < collector->helpers ? &list->entries[i / TAG_SOURCES].sources[i % TAG_SOURCES]
                                         : &helpers[i - collector->helpers]);
    }
    for (int i = 0; i < OPEN_COUNT; i++) {
        qsort(collector->open[i], collector->open_count[i], sizeof(struct sorted), by_tag);
    }
    qsort(collector->hidden, collector->hidden_count, sizeof(struct sorted), by_tag);
    return collector;
}

void collector_destroy(struct collector *collector) {
    if (!collector) {
        return;
    }
    for (size_t i = 0; i < collector->count; i++) {
        free(collector->slots[i].distinct);
        free(collector->slots[i].each);
    }
    free(collector->slots);
    for (int i = 0; i < OPEN_COUNT; i++) {
        free(collector->open[i]);
    }
    free(collector->hidden);
    free(collector);
}

void collect_begin(struct collector *collector) {
    for (size_t i = 0; i < collector->count; i++) {
        collector->slots[i].found.there = false;
        collector->slots[i].level = LEVEL_OTHER;
        collector->slots[i].each_count = 0;
    }
    collector->matched_count = 0;
}

void collect_enter(struct collect_scope *scope, enum collect_level level) {
    scope->level = level;
    scope->next = 0;
    scope->group = 0;
    scope->first = scope->last = scope->block_count = 0;
}

/* who has reserved the block of a private element; CREATOR_NONE: nobody we know */
static enum tag_creator creator_of(const struct collect_scope *scope, uint32_t tag) {
    for (size_t i = 0; i < scope->block_count; i++) {
        if ((tag >> 8 & 0xff) == scope->blocks[i].block && tag >> 16 == scope->blocks[i].group) {
            return scope->blocks[i].creator;
        }
    }
    return CREATOR_NONE;
}

enum collect_level collect_below(const struct collect_scope *scope, uint32_t sequence) {
    const struct tag_source *frames = &helpers[HELPER_FRAMES];
    if (scope->level == LEVEL_TOP) {
        if (sequence == shared_groups || sequence == frame_groups) {
            return LEVEL_GROUPS;
        }
        bool slices =
            (sequence & bare) == frames->tag && creator_of(scope, sequence) == frames->creator;
        return slices ? LEVEL_FRAME : LEVEL_OTHER;
    }
    if (scope->level == LEVEL_GROUPS) {
        return sequence & 0x10000 ? LEVEL_PRIVATE : LEVEL_GROUP;
    }
    return LEVEL_OTHER;
}

static void match(struct collector *collector, size_t slot) {
    if (collector->matched_count < COLLECT_MATCHES) {
        collector->matched[collector->matched_count++] = slot;
    }
}

static void match_public(struct collector *collector, struct collect_scope *scope, uint32_t tag) {
    int which = open_of(scope->level);
    const struct sorted *open = collector->open[which];
    size_t count = collector->open_count[which];
    if (scope->next > 0 && open[scope->next - 1].tag >= tag) {
        scope->next = 0; /* out of order */
    }
    while (scope->next < count && open[scope->next].tag < tag) {
        scope->next++;
    }
    for (size_t i = scope->next; i < count && open[i].tag == tag; i++) {
        match(collector, open[i].slot);
    }
}

/* which elements of the group are wanted at all? */
static void enter_group(const struct collector *collector, struct collect_scope *scope,
                        uint16_t group) {
    size_t at = 0, count = collector->hidden_count;
    for (; at < count && collector->hidden[at].tag >> 16 < group; at++) {
    }
    scope->first = at;
    for (; at < count && collector->hidden[at].tag >> 16 == group; at++) {
    }
    scope->last = at;
    scope->group = group;
}

static void match_private(struct collector *collector, struct collect_scope *scope, uint32_t tag) {
    uint16_t group = (uint16_t)(tag >> 16), element = (uint16_t)tag;
    if (scope->group != group) {
        enter_group(collector, scope, group);
    }
    if (scope->first == scope->last) {
        return;
    }
    collector->creator = element >= 0x10 && element <= 0xff;
    enum tag_creator creator = creator_of(scope, tag);
    for (size_t i = scope->first; creator && i < scope->last; i++) {
        const struct sorted *hidden = &collector->hidden[i];
        const struct tag_source *source = collector->slots[hidden->slot].source;
        if (hidden->tag == (tag & bare) && source->creator == creator &&
            source->scope & scopes[open_of(scope->level)]) {
            match(collector, hidden->slot);
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
    if (tag & 0x10000 && scope->level != LEVEL_FRAME) {
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
            scope->blocks[scope->block_count].group = (uint16_t)(tag >> 16);
            scope->blocks[scope->block_count].block = (uint8_t)tag;
            scope->blocks[scope->block_count++].creator = creator;
        }
    }
}

/* an element that is there and says nothing; eight zeros are a number, eight spaces are no text */
static bool is_empty(const struct tag_source *source, const struct collected *value,
                     const uint8_t *bytes) {
    size_t i = 0;
    while (i < value->length && (bytes[i] == ' ' || bytes[i] == '\0' || bytes[i] == '\\')) {
        i++;
    }
    return i == value->length && (i == 0 || element_is_text(element_vr(source->vr, value->vr)));
}

/* the number of this frame joins the others, in order */
static void note_distinct(const struct slot *slot, const struct collected *value,
                          const uint8_t *bytes) {
    struct distinct *distinct = slot->distinct;
    bool kept = value->length <= sizeof(distinct->last);
    if (kept && value->length == distinct->last_length &&
        memcmp(bytes, distinct->last, value->length) == 0) {
        return;
    }
    distinct->last_length = kept ? value->length : 0;
    memcpy(distinct->last, bytes, distinct->last_length);
    double number;
    size_t at = 0;
    if (distinct->count == COLLECT_DISTINCT ||
        !element_number(element_vr(slot->source->vr, value->vr), bytes, value->length, &number)) {
        return;
    }
    for (; at < distinct->count && distinct->values[at] <= number + fabs(number) * same; at++) {
        if (distinct->values[at] >= number - fabs(number) * same) {
            return;
        }
    }
    memmove(distinct->values + at + 1, distinct->values + at,
            (distinct->count - at) * sizeof(double));
    distinct->values[at] = number;
    distinct->count++;
}

/* true if nothing can be learnt from a value of this level any more */
static bool is_settled(const struct slot *slot, enum collect_level level) {
    bool more = slot->each || (slot->distinct && level > LEVEL_TOP && slot->level == level);
    return slot->found.there && slot->level >= level && !more;
}

/* true if the value's offset has been noted */
static bool keep(struct slot *slot, enum collect_level level, const struct collected *value,
                 const uint8_t *bytes) {
    if (is_settled(slot, level)) {
        return false;
    }
    bool noted = false;
    bool empty = is_empty(slot->source, value, bytes);
    if (!slot->found.there || (!empty && level > slot->level)) {
        slot->found = *value;
        slot->found.there = noted = true;
        slot->level = empty ? LEVEL_OTHER : level;
        if (slot->distinct) {
            slot->distinct->count = slot->distinct->last_length = 0;
        }
    }
    if (slot->distinct && !empty && slot->level == level && level > LEVEL_TOP) {
        note_distinct(slot, value, bytes);
    }
    if (slot->each && !empty && slot->each_count < COLLECT_EACH) {
        slot->each[slot->each_count++] = *value;
        noted = true;
    }
    return noted;
}

bool collect_keep(struct collector *collector, struct collect_scope *scope,
                  const struct collected *value, const uint8_t *bytes) {
    if (collector->creator) {
        note_creator(scope, collector->tag, bytes, value->length);
    }
    bool noted = false;
    for (size_t i = 0; i < collector->matched_count; i++) {
        struct slot *slot = &collector->slots[collector->matched[i]];
        noted = keep(slot, scope->level, value, bytes) || noted;
    }
    return noted;
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

size_t collected_each(const struct collector *collector, enum collect_helper helper,
                      const struct collected **each) {
    const struct slot *slot = &collector->slots[collector->helpers + helper];
    *each = slot->each;
    return slot->each_count;
}

size_t collected_distinct(const struct collector *collector, size_t entry, size_t source,
                          const double **values) {
    const struct slot *slot = &collector->slots[entry * TAG_SOURCES + source];
    *values = slot->distinct->values;
    return slot->found.there ? slot->distinct->count : 0;
}
