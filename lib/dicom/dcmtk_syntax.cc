// SPDX-License-Identifier: Apache-2.0
// How a data set and its elements are encoded, whatever the file says.
#include "dcmtk_syntax.hh"

extern "C" {
#include "input.h"
}

#include <cstring>

bool syntax_is_big(E_TransferSyntax syntax) {
    return DcmXfer(syntax).isBigEndian();
}

bool syntax_is_explicit(E_TransferSyntax syntax) {
    return DcmXfer(syntax).isExplicitVR();
}

E_TransferSyntax syntax_of(bool with_vr, bool big) {
    return with_vr ? (big ? EXS_BigEndianExplicit : EXS_LittleEndianExplicit)
                   : (big ? EXS_BigEndianImplicit : EXS_LittleEndianImplicit);
}

const char *syntax_vr(const DcmTag &tag) {
    return DcmVR(tag.getEVR()).getValidVRName();
}

static uint16_t number16(const uint8_t *bytes, bool big) {
    return big ? static_cast<uint16_t>(bytes[0] << 8 | bytes[1]) : little16(bytes);
}

static uint32_t number32(const uint8_t *bytes, bool big) {
    return big ? static_cast<uint32_t>(number16(bytes, true)) << 16 | number16(bytes + 2, true)
               : little32(bytes);
}

// group 0008 is far more likely to be the first than 0800
E_TransferSyntax syntax_order(const PeekedBytes &bytes, E_TransferSyntax syntax) {
    uint16_t little = number16(bytes, false), big = number16(bytes, true);
    return little == big ? syntax : syntax_of(syntax_is_explicit(syntax), big < little);
}

static bool is_printable(uint8_t byte) {
    return byte >= ' ' && byte <= '~';
}

E_TransferSyntax syntax_choose(const PeekedBytes &bytes, E_TransferSyntax syntax, uint64_t left) {
    bool big = syntax_is_big(syntax);
    bool named = encoding_of(bytes + 4) != ENCODING_NONE;
    uint32_t length = number32(bytes + 4, big);
    bool fits = length == DCM_UndefinedLength || length <= left;
    if (syntax_is_explicit(syntax)) { // a VR that is not known is one, too
        bool letters = named || (is_printable(bytes[4]) && is_printable(bytes[5]));
        return letters || !fits ? syntax : syntax_of(false, big);
    }
    if (!named) {
        return syntax;
    }
    const char *known = syntax_vr(DcmTag(number16(bytes, big), number16(bytes + 2, big)));
    bool same = memcmp(known, bytes + 4, 2) == 0, unknown = memcmp(known, "UN", 2) == 0;
    return same || (unknown && !fits) ? syntax_of(true, big) : syntax;
}

bool syntax_is_plain(const PeekedBytes &bytes) {
    return encoding_of(bytes + 4) != ENCODING_NONE &&
           encoding_begin(bytes, sizeof(bytes), sizeof(bytes)) == BEGIN_SET;
}

uint64_t syntax_zlib_header(const PeekedBytes &bytes) {
    enum { DEFLATE = 8, CHECK = 31, HEADER_BYTES = 2 };
    bool header = (bytes[0] & 0x0f) == DEFLATE && number16(bytes, true) % CHECK == 0;
    bool stored = bytes[1] == (bytes[3] ^ 0xff) && bytes[2] == (bytes[4] ^ 0xff);
    return header && !stored ? HEADER_BYTES : 0;
}
