// SPDX-License-Identifier: Apache-2.0
// Reading any header tag by tag: from the file meta information to the data set.
#include "dcmtk_walk.hh"

#include <dcmtk/oflog/oflog.h>

constexpr uint32_t tag_syntax = DICOM_TAG(0x0002, 0x0010);
constexpr Uint32 uid_bytes = 64;

// The file meta information, if there is any; its group's length is not needed, and may be wrong.
Flow Walk::read_meta(E_TransferSyntax *declared) {
    Place place = {LEVEL_OTHER, EXS_LittleEndianExplicit, open_end, 0};
    for (;;) {
        PeekedBytes bytes;
        if (peek(bytes) < sizeof(bytes)) {
            return cut(0);
        }
        bool big = bytes[0] == 0 && bytes[1] == 2;
        if (!big && (bytes[0] != 2 || bytes[1] != 0)) {
            return Flow::on;
        }
        Element element;
        Flow flow = read_head(place, choose(place, syntax_of(true, big)), &element);
        if (flow != Flow::on) {
            return flow;
        }
        uint64_t end = tell() + element.length;
        if (element.is_open() || !reaches(end)) {
            return cut(element.number);
        }
        if (element.number == tag_syntax && element.length <= uid_bytes) {
            char uid[uid_bytes + 1] = {0};
            stream.read(uid, element.length);
            uid[strcspn(uid, " ")] = '\0';
            *declared = DcmXfer(uid).getXfer();
        }
        flow = skip_to(end);
        if (flow != Flow::on) {
            return flow;
        }
    }
}

// A deflate stream begins, unless what stands there is no such thing (PS3.5 A.5).
Flow Walk::begin_set(E_TransferSyntax declared) {
    PeekedBytes bytes;
    size_t count = peek(bytes);
    E_StreamCompression compression = DcmXfer(declared).getStreamCompression();
    if (compression == ESC_none || (count == sizeof(bytes) && syntax_is_plain(bytes))) {
        return Flow::on;
    }
    skip_to(tell() + (count == sizeof(bytes) ? syntax_zlib_header(bytes) : 0));
    deflated = true;
    return stream.installCompressionFilter(compression).good()
               ? Flow::on
               : damaged(tag_syntax, "the transfer syntax is not known");
}

void Walk::run(uint64_t start) {
    E_TransferSyntax declared = EXS_LittleEndianExplicit;
    self.bytes.clear();
    skip_to(start);
    Flow flow = read_meta(&declared);
    if (flow == Flow::on) {
        flow = begin_set(declared);
    }
    if (flow == Flow::on) {
        bool with_vr = declared == EXS_Unknown || syntax_is_explicit(declared);
        bool big = declared != EXS_Unknown && syntax_is_big(declared);
        flow = read_set({LEVEL_TOP, syntax_of(with_vr, big), open_end, 0});
    }
    switch (flow) {
    case Flow::on:
        header->end = HEADER_ENDS;
        break;
    case Flow::pixels:
        header->end = HEADER_PIXELS;
        break;
    case Flow::cut:
        header->end = HEADER_SHORT;
        break;
    case Flow::large:
        header->end = HEADER_LARGE;
        break;
    case Flow::damaged:
        header->end = HEADER_ODD;
        header->why = self.why.c_str();
        break;
    }
}

extern "C" {

struct dcmtk_walk *dcmtk_walk_create(void) {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL); // it would write to stderr, patients' names too
    return new dcmtk_walk;
}

void dcmtk_walk_destroy(struct dcmtk_walk *walk) {
    delete walk;
}

const uint8_t *dcmtk_walk_bytes(const struct dcmtk_walk *walk) {
    return walk->bytes.data();
}

void dcmtk_walk_read(struct dcmtk_walk *walk, struct input *input, uint64_t start,
                     struct collector *collector, struct header *header) {
    *header = {};
    Walk(*walk, input, collector, header).run(start);
}

} // extern "C"
