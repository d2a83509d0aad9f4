/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over the elements of a file in explicit VR little endian. */
#include "walk.h"
#include "encoding.h"
#include "owed.h"

#include <string.h>

enum { DEPTH = 16 }; /* sequences in sequences; enhanced objects have 6 */

static const uint32_t undefined_length = 0xffffffffU;
static const uint64_t open_end = UINT64_MAX;
static const uint32_t tag_pixels = DICOM_TAG(0x7fe0, 0x0010);
static const uint32_t tag_item = DICOM_TAG(0xfffe, 0xe000);
static const uint32_t tag_item_end = DICOM_TAG(0xfffe, 0xe00d);
static const uint32_t tag_sequence_end = DICOM_TAG(0xfffe, 0xe0dd);

/* transfer syntaxes whose header is explicit VR little endian (PS3.5 annex A); the
 * first is the only one whose pixel data are not in fragments */
static const char *const plain_syntaxes[] = {
    "1.2.840.10008.1.2.1",    "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93", "1.2.840.10008.1.2.5",
};

enum { PLAIN_COUNT = sizeof(plain_syntaxes) / sizeof(plain_syntaxes[0]) };

struct element {
    uint32_t tag, length;
    uint16_t vr;
    enum encoding encoding;
    uint64_t value; /* offset */
};

struct walker {
    struct input *input;
    struct collector *collector;
    struct header *header;
    int depth;
    bool compressed;
};

static bool stop(struct walker *walker, enum header_end end, uint32_t tag) {
    walker->header->end = end;
    walker->header->tag = tag;
    return false;
}

/* the bytes from offset from to end have to be there; those before are not needed any more */
static bool need(struct walker *walker, uint64_t from, uint64_t end, uint32_t tag) {
    if (input_need(walker->input, from, end)) {
        return true;
    }
    bool large = end <= walker->input->size;
    return stop(walker, large ? HEADER_LARGE : HEADER_SHORT, tag);
}

/* what ends at offset end is stepped over: it need not be read, but be there */
static bool pass(struct walker *walker, uint64_t end, uint32_t tag) {
    return end <= walker->input->size || stop(walker, HEADER_SHORT, tag);
}

/* reads tag, VR and length at offset at */
static bool read_element(struct walker *walker, uint64_t at, struct element *element) {
    if (!need(walker, at, at + 8, 0)) {
        return false;
    }
    const uint8_t *bytes = input_at(walker->input, at);
    element->tag = DICOM_TAG(little16(bytes), little16(bytes + 2));
    element->vr = (uint16_t)(bytes[4] << 8 | bytes[5]);
    element->encoding = encoding_of(bytes + 4);
    if (element->encoding == ENCODING_SHORT) {
        element->length = little16(bytes + 6);
        element->value = at + 8;
        return true;
    }
    if (element->encoding == ENCODING_NONE || little16(bytes + 6) != 0) {
        return stop(walker, HEADER_ODD, element->tag);
    }
    if (!need(walker, at, at + 12, element->tag)) {
        return false;
    }
    element->length = little32(input_at(walker->input, at + 8));
    element->value = at + 12;
    return true;
}

/* an item's or delimiter's tag and length at offset at */
static bool read_delimiter(struct walker *walker, uint64_t at, uint32_t *tag, uint32_t *length) {
    if (!need(walker, at, at + 8, 0)) {
        return false;
    }
    const uint8_t *bytes = input_at(walker->input, at);
    *tag = DICOM_TAG(little16(bytes), little16(bytes + 2));
    *length = little32(bytes + 4);
    return true;
}

static bool walk_sequence(struct walker *walker, const struct element *sequence,
                          enum collect_level level, uint64_t *end);

/* is it an element as it should be, in this place? */
static bool acceptable(const struct element *element, uint32_t previous) {
    uint16_t group = (uint16_t)(element->tag >> 16), number = (uint16_t)element->tag;
    bool reserved =
        (group & 1) && number > 0 && (number < 0x10 || (number > 0xff && number < 0x1000));
    bool group_length = number == 0 && (element->vr != dicom_vr("UL") || element->length != 4);
    bool odd = element->length & 1 && element->length != undefined_length;
    return group >= 8 && group < 0xfffe && element->tag > previous && !reserved && !group_length &&
           !odd;
}

static bool is_top_pixels(const struct element *element, enum collect_level level) {
    return element->tag == tag_pixels && level == LEVEL_TOP;
}

/* stops at the pixel data, having said where they are */
static bool stop_at_pixels(struct walker *walker, const struct element *element) {
    bool bytes = element->vr == dicom_vr("OB") || element->vr == dicom_vr("OW");
    bool fragments = element->length == undefined_length;
    if (!bytes || fragments != walker->compressed) {
        return stop(walker, HEADER_ODD, element->tag);
    }
    walker->header->pixels = element->value;
    walker->header->pixel_bytes = fragments ? 0 : element->length;
    walker->header->fragments = fragments;
    return stop(walker, HEADER_PIXELS, element->tag);
}

/* one element that is no sequence: read and shown to the collector if it is wanted */
static bool walk_value(struct walker *walker, struct collect_scope *scope,
                       const struct element *element) {
    bool pixels = element->tag >> 16 == tag_pixels >> 16 && walker->compressed;
    uint64_t end = element->value + element->length;
    if (element->length == undefined_length || pixels) {
        return stop(walker, HEADER_ODD, element->tag);
    }
    if (!collect_wants(walker->collector, scope, element->tag)) {
        return pass(walker, end, element->tag);
    }
#ifndef PLANTED_FAULT
    if (!need(walker, element->value, end, element->tag)) {
        return false;
    }
#endif
    struct collected value = {.vr = element->vr,
                              .length = element->length,
                              .offset = input_place(walker->input, element->value)};
    if (collect_keep(walker->collector, scope, &value, input_at(walker->input, element->value))) {
        input_keep(walker->input, end);
    }
    return true;
}

/* where the data set ends without a delimiter: at end, or at the end of the file */
static bool at_end(struct walker *walker, uint64_t at, uint64_t end, enum collect_level level) {
    return at == end || (level == LEVEL_TOP && at == walker->input->size);
}

/* an item delimiter at offset at of a data set that has one */
static bool delimited(struct walker *walker, uint64_t at) {
    uint32_t tag, length;
    return input_need(walker->input, at, at + 8) && read_delimiter(walker, at, &tag, &length) &&
           tag == tag_item_end && length == 0;
}

/* the elements from *at on; *at becomes the offset behind them; end is open_end if not known */
static bool walk_set(struct walker *walker, enum collect_level level, uint64_t end, uint64_t *at) {
    struct collect_scope scope;
    collect_enter(&scope, level);
    uint32_t previous = 0;
    while (!at_end(walker, *at, end, level)) {
        if (end == open_end && level != LEVEL_TOP && delimited(walker, *at)) {
            *at += 8;
            return true;
        }
        struct element element;
        if (!read_element(walker, *at, &element)) {
            return false;
        }
        if (!acceptable(&element, previous)) {
            return stop(walker, HEADER_ODD, element.tag);
        }
        previous = element.tag;
        if (is_top_pixels(&element, level)) {
            return stop_at_pixels(walker, &element);
        }
        if (element.tag >= OWED_FIRST && level == LEVEL_TOP) {
            walker->header->seen |= owed_part(element.tag);
        }
        uint64_t next = element.value + element.length;
        bool unknown = element.vr == dicom_vr("UN");
        enum collect_level below = LEVEL_OTHER;
        if (unknown || element.encoding == ENCODING_SEQUENCE) {
            below = collect_below(&scope, element.tag);
        }
        if (below != LEVEL_OTHER && unknown) { /* it may be a sequence */
            return stop(walker, HEADER_ODD, element.tag);
        }
        if (element.encoding == ENCODING_SEQUENCE) {
            if (!walk_sequence(walker, &element, below, &next)) {
                return false;
            }
        } else if (!walk_value(walker, &scope, &element)) {
            return false;
        }
        if (next > end) {
            return stop(walker, HEADER_ODD, element.tag);
        }
        *at = next;
    }
    return level != LEVEL_TOP || stop(walker, HEADER_ENDS, previous);
}

/* one item whose tag and length have been read; *at is behind them, and then behind the item */
static bool walk_item(struct walker *walker, enum collect_level level, uint32_t length,
                      uint64_t *at) {
    if (length == undefined_length) {
        return walk_set(walker, level, open_end, at);
    }
    uint64_t end = *at + length;
    if (!pass(walker, end, tag_item)) {
        return false;
    }
    if (level == LEVEL_OTHER) {
        *at = end;
        return true;
    }
    return walk_set(walker, level, end, at);
}

static bool walk_items(struct walker *walker, const struct element *sequence,
                       enum collect_level level, uint64_t *end) {
    bool open = sequence->length == undefined_length;
    uint64_t at = sequence->value, stop_at = open ? open_end : at + sequence->length;
    if (walker->depth == DEPTH) {
        return stop(walker, HEADER_ODD, sequence->tag);
    }
    walker->depth++;
    while (at != stop_at) {
        uint32_t tag, length;
        if (!read_delimiter(walker, at, &tag, &length)) {
            return false;
        }
        at += 8;
        if (open && tag == tag_sequence_end && length == 0) {
            break;
        }
        if (tag != tag_item || (length & 1 && length != undefined_length)) {
            return stop(walker, HEADER_ODD, sequence->tag);
        }
        if (!walk_item(walker, level, length, &at)) {
            return false;
        }
        if (at > stop_at) {
            return stop(walker, HEADER_ODD, sequence->tag);
        }
    }
    walker->depth--;
    *end = at;
    return true;
}

/* a sequence that nobody wants is stepped over by its length, where it has one */
static bool walk_sequence(struct walker *walker, const struct element *sequence,
                          enum collect_level level, uint64_t *end) {
    if (level == LEVEL_OTHER && sequence->length != undefined_length) {
        return pass(walker, *end, sequence->tag);
    }
    return walk_items(walker, sequence, level, end);
}

/* which of plain_syntaxes uid is, PLAIN_COUNT if none; its padding is one NUL */
static size_t syntax_of(const uint8_t *uid, size_t length) {
    if (length > 0 && uid[length - 1] == '\0') {
        length--;
    }
    size_t which = 0;
    while (which < PLAIN_COUNT && (strlen(plain_syntaxes[which]) != length ||
                                   memcmp(plain_syntaxes[which], uid, length) != 0)) {
        which++;
    }
    return which;
}

/* the file meta information (PS3.10 7.1); *at becomes the offset of the data set */
static bool walk_meta(struct walker *walker, uint64_t *at) {
    struct element element;
    size_t syntax = PLAIN_COUNT;
    if (!read_element(walker, *at, &element) ||
        !need(walker, element.value, element.value + 4, element.tag)) {
        return false;
    }
    bool counted = element.tag == DICOM_TAG(2, 0) && element.vr == dicom_vr("UL");
    if (!counted || element.length != 4) {
        return stop(walker, HEADER_ODD, element.tag);
    }
    uint64_t end = element.value + 4 + little32(input_at(walker->input, element.value));
    uint32_t previous = element.tag;
    for (*at = element.value + 4; *at < end; *at = element.value + element.length) {
        if (!read_element(walker, *at, &element) ||
            !need(walker, element.value, element.value + element.length, element.tag)) {
            return false;
        }
        bool meta = element.tag >> 16 == 2 && element.tag > previous;
        if (!meta || element.encoding == ENCODING_SEQUENCE || element.length & 1) {
            return stop(walker, HEADER_ODD, element.tag);
        }
        previous = element.tag;
        if (element.tag == DICOM_TAG(2, 0x10)) {
            syntax = syntax_of(input_at(walker->input, element.value), element.length);
            walker->compressed = syntax > 0;
        }
    }
    return (syntax < PLAIN_COUNT && *at == end) || stop(walker, HEADER_ODD, element.tag);
}

void walk(struct input *input, struct collector *collector, struct header *header) {
    struct walker walker = {.input = input, .collector = collector, .header = header};
    uint64_t at = DICOM_PREAMBLE_BYTES;
    *header = (struct header){.end = HEADER_ODD};
    if (walk_meta(&walker, &at)) {
        walk_set(&walker, LEVEL_TOP, open_end, &at);
    }
}
