// SPDX-License-Identifier: Apache-2.0
// Reading any header tag by tag: data sets, sequences, items and values.
#include "dcmtk_walk.hh"

extern "C" {
#include "owed.h"
}

#include <dcmtk/dcmdata/dcswap.h>

constexpr int DEPTH = 512; // sequences in sequences; enhanced objects have 6
constexpr uint32_t tag_pixels = DICOM_TAG(0x7fe0, 0x0010);
constexpr uint32_t tag_item = DICOM_TAG(0xfffe, 0xe000);
constexpr uint32_t tag_item_end = DICOM_TAG(0xfffe, 0xe00d);
constexpr uint32_t tag_sequence_end = DICOM_TAG(0xfffe, 0xe0dd);

static bool is_zero(const uint8_t *bytes, size_t length) {
    return std::all_of(bytes, bytes + length, [](uint8_t byte) { return byte == 0; });
}

Flow Walk::cut(uint32_t tag) {
    header->tag = tag;
    return stream.status().bad() ? damaged(tag, "the deflated data set is broken") : Flow::cut;
}

Flow Walk::damaged(uint32_t tag, const char *what) {
    char place[16];
    snprintf(place, sizeof(place), "(%04x,%04x)", tag >> 16, tag & 0xffff);
    self.why = std::string(what) + ", at " + place;
    return Flow::damaged;
}

size_t Walk::peek(PeekedBytes &bytes) {
    stream.mark();
    offile_off_t got = stream.read(bytes, sizeof(bytes));
    stream.putback();
    return static_cast<size_t>(got);
}

// How the next element is encoded, syntax being how its data set is.
E_TransferSyntax Walk::choose(const Place &place, E_TransferSyntax syntax) {
    PeekedBytes bytes;
    if (peek(bytes) < sizeof(bytes)) {
        return syntax;
    }
    uint64_t at = tell() + sizeof(bytes);
    uint64_t end = deflated ? place.end : std::min(place.end, input->size);
    return syntax_choose(bytes, syntax, end > at ? end - at : 0);
}

// The byte order of the data set that begins, which its first element shows.
E_TransferSyntax Walk::order(E_TransferSyntax syntax) {
    PeekedBytes bytes;
    return peek(bytes) < sizeof(bytes) ? syntax : syntax_order(bytes, syntax);
}

// Tag, VR and length of the next element, or tag and length of an item or delimiter.
Flow Walk::read_head(const Place &place, E_TransferSyntax syntax, Element *element) {
    Uint32 count;
    OFCondition condition =
        tags.readTagAndLength(stream, syntax, element->tag, element->length, count);
    if (condition.bad()) {
        return cut(0);
    }
    element->number = DICOM_TAG(element->tag.getGTag(), element->tag.getETag());
    element->syntax = syntax;
    return tell() > place.end ? damaged(element->number, "an item ends within an element")
                              : Flow::on;
}

// Steps over all before the offset end.
Flow Walk::skip_to(uint64_t end) {
    uint64_t at = tell(), length = end > at ? end - at : 0;
    return length == 0 ||
                   static_cast<uint64_t>(stream.skip(static_cast<offile_off_t>(length))) == length
               ? Flow::on
               : cut(0);
}

// What is damaged in something of defined length is over at its end.
Flow Walk::contained(Flow flow, uint64_t end) {
    return flow == Flow::on || flow == Flow::damaged ? skip_to(end) : flow;
}

// Zeros to the end of the file, behind the last element of its data set.
bool Walk::is_padding() {
    PeekedBytes bytes;
    size_t count = peek(bytes);
    if (count == 0 || !is_zero(bytes, count)) {
        return false;
    }
    uint8_t block[4096];
    offile_off_t got;
    while ((got = stream.read(block, sizeof(block))) > 0) {
        if (!is_zero(block, static_cast<size_t>(got))) {
            return false;
        }
    }
    return true;
}

bool Walk::at_end(const Place &place) {
    if (place.level != LEVEL_TOP) {
        return tell() >= place.end;
    }
    return stream.eos() ? stream.status().good() : is_padding();
}

Flow Walk::read_set(const Place &place) {
    Set set;
    bool top = place.level == LEVEL_TOP, first = true;
    E_TransferSyntax syntax = place.syntax;
    collect_enter(&set.scope, place.level);
    uint32_t last = 0;
    while (!at_end(place)) {
        Element element;
        syntax = top && first ? order(syntax) : syntax;
        E_TransferSyntax chosen = choose(place, syntax);
        Flow flow = read_head(place, chosen, &element);
        if (flow != Flow::on) {
            return flow;
        }
        bool delimiter = element.number >> 16 == tag_item >> 16;
        if (delimiter && (top || element.number != tag_item_end)) {
            return damaged(element.number, "a delimiter or an item stands where none may be");
        }
        if (delimiter) {
            return Flow::on;
        }
        if (first && element.number >> 16 >= 0x0008) { // a command has an encoding of its own
            first = false;
            syntax = chosen;
        }
        header->seen |= top ? owed_part(element.number) : 0;
        flow = read_element(place, set, element);
        if (flow != Flow::on) {
            return flow;
        }
        last = element.number;
    }
    header->tag = top ? last : 0;
    return Flow::on;
}

Flow Walk::read_element(const Place &place, Set &set, Element &element) {
    if (element.number == tag_pixels && place.level == LEVEL_TOP) {
        return read_pixels(place, element);
    }
    uint64_t end = element.is_open() ? place.end : tell() + element.length;
    if (end > place.end) {
        return damaged(element.number, "an element is longer than what it stands in");
    }
    if (!element.is_open() && !reaches(end)) {
        header->bulk = place.level == LEVEL_TOP && owed_is_bulk(element.number);
        return cut(element.number);
    }
    collect_level below = collect_below(&set.scope, element.number);
    DcmEVR vr = element.tag.getEVR();
    bool like = vr == EVR_SQ || vr == EVR_UN || vr == EVR_UNKNOWN || vr == EVR_UNKNOWN2B;
    Flow flow;
    if (element.is_open()) {
        flow = read_items(place, element, below, end);
    } else if (below != LEVEL_OTHER && like) {
        flow = contained(read_items(place, element, below, end), end);
    } else if (collect_wants(collector, &set.scope, element.number)) {
        flow = read_value(set, element);
    } else {
        flow = skip_to(end);
    }
    if (flow == Flow::cut && header->tag == 0) {
        header->tag = element.number;
    }
    return flow;
}

Flow Walk::read_items(const Place &place, const Element &sequence, collect_level below,
                      uint64_t end) {
    if (place.depth == DEPTH) {
        return damaged(sequence.number, "sequences are nested too deeply");
    }
    bool unknown = syntax_is_explicit(sequence.syntax) && sequence.tag.getEVR() != EVR_SQ;
    Place item = {below, unknown ? EXS_LittleEndianImplicit : sequence.syntax, end,
                  place.depth + 1};
    while (tell() < end) {
        Element head;
        Flow flow = read_head(item, item.syntax, &head);
        if (flow != Flow::on || head.number == tag_sequence_end) {
            return flow;
        }
        if (head.number == tag_item_end) {
            continue; // behind an item of defined length there should be none
        }
        flow = head.number == tag_item ? read_item(item, head)
                                       : damaged(sequence.number, "a sequence holds no items");
        if (flow != Flow::on) {
            return flow;
        }
    }
    return Flow::on;
}

// An item whose tag and length have been read.
Flow Walk::read_item(const Place &item, const Element &head) {
    if (head.is_open()) {
        return read_set(item);
    }
    Place place = item;
    place.end = tell() + head.length;
    if (place.end > item.end) {
        return damaged(head.number, "an item is longer than its sequence");
    }
    if (!reaches(place.end)) {
        return cut(0);
    }
    return place.level == LEVEL_OTHER ? skip_to(place.end) : contained(read_set(place), place.end);
}

// The value as it would stand in a little-endian file goes to the collector.
Flow Walk::read_value(Set &set, Element &element) {
    std::vector<uint8_t> &bytes = self.bytes;
    size_t old = bytes.size();
    if (element.length > input->limit || old > input->limit - element.length) {
        header->tag = element.number;
        return Flow::large;
    }
    bytes.resize(old + element.length);
    uint8_t *to = bytes.data() + old;
    if (element.length > 0 && stream.read(to, element.length) != element.length) {
        bytes.resize(old);
        return cut(element.number);
    }
    bool is_private = element.tag.isPrivate(), implicit = !syntax_is_explicit(element.syntax);
    const char *creator =
        is_private && implicit ? set.creators.findPrivateCreator(element.tag) : nullptr;
    if (creator) {
        element.tag.setPrivateCreator(creator);
        element.tag.lookupVRinDictionary();
    }
    size_t width = DcmVR(element.tag.getEVR()).getValueWidth();
    if (syntax_is_big(element.syntax) && width > 1) {
        swapIfNecessary(EBO_LittleEndian, EBO_BigEndian, to, element.length, width);
    }
    if (is_private && implicit && element.tag.getETag() <= 0xff) {
        DcmLongString text(element.tag);
        text.putString(reinterpret_cast<const char *>(to), element.length);
        set.creators.updateCache(&text);
    }
    collected value = {true, dicom_vr(syntax_vr(element.tag)), element.length, old};
    if (!collect_keep(collector, &set.scope, &value, to)) {
        bytes.resize(old);
    }
    return Flow::on;
}

Flow Walk::read_pixels(const Place &place, const Element &element) {
    header->tag = element.number;
    header->pixels = tell();
    header->fragments = element.is_open();
    header->pixel_bytes = element.is_open() ? 0 : element.length;
    if (!deflated) {
        return Flow::pixels;
    }
    Flow flow = element.is_open() ? read_items(place, element, LEVEL_OTHER, open_end)
                                  : skip_to(tell() + element.length);
    header->verified = true; // only its end tells whether a deflated file is whole
    header->bulk = flow == Flow::cut;
    header->tag = element.number;
    return flow == Flow::on ? Flow::pixels : flow;
}
