/* SPDX-License-Identifier: Apache-2.0 */
/* How elements are encoded. */
#include "encoding.h"
#include "input.h"

#include <string.h>

/* clang-format off: a table */
#define AT(a, b) [(a) - 'A'][(b) - 'A']
static const uint8_t encodings[26][26] = {
    AT('A', 'E') = ENCODING_SHORT,    AT('A', 'S') = ENCODING_SHORT, AT('A', 'T') = ENCODING_SHORT,
    AT('C', 'S') = ENCODING_SHORT,    AT('D', 'A') = ENCODING_SHORT, AT('D', 'S') = ENCODING_SHORT,
    AT('D', 'T') = ENCODING_SHORT,    AT('F', 'D') = ENCODING_SHORT, AT('F', 'L') = ENCODING_SHORT,
    AT('I', 'S') = ENCODING_SHORT,    AT('L', 'O') = ENCODING_SHORT, AT('L', 'T') = ENCODING_SHORT,
    AT('P', 'N') = ENCODING_SHORT,    AT('S', 'H') = ENCODING_SHORT, AT('S', 'L') = ENCODING_SHORT,
    AT('S', 'S') = ENCODING_SHORT,    AT('S', 'T') = ENCODING_SHORT, AT('T', 'M') = ENCODING_SHORT,
    AT('U', 'I') = ENCODING_SHORT,    AT('U', 'L') = ENCODING_SHORT, AT('U', 'S') = ENCODING_SHORT,
    AT('O', 'B') = ENCODING_LONG,     AT('O', 'D') = ENCODING_LONG,  AT('O', 'F') = ENCODING_LONG,
    AT('O', 'L') = ENCODING_LONG,     AT('O', 'V') = ENCODING_LONG,  AT('O', 'W') = ENCODING_LONG,
    AT('S', 'V') = ENCODING_LONG,     AT('U', 'C') = ENCODING_LONG,  AT('U', 'N') = ENCODING_LONG,
    AT('U', 'R') = ENCODING_LONG,     AT('U', 'T') = ENCODING_LONG,  AT('U', 'V') = ENCODING_LONG,
    AT('S', 'Q') = ENCODING_SEQUENCE,
};
#undef AT
/* clang-format on */

enum encoding encoding_of(const uint8_t *vr) {
    bool letters = vr[0] >= 'A' && vr[0] <= 'Z' && vr[1] >= 'A' && vr[1] <= 'Z';
    return letters ? encodings[vr[0] - 'A'][vr[1] - 'A'] : ENCODING_NONE;
}

/* the group of a command, meta information or data set that begins with it; low: of its element */
static bool is_first(uint16_t group, uint16_t element) {
    static const uint16_t most = 0x00ff; /* a data set's first element is in 0008,00xx */
    return (group == 0x0002 || group == 0x0008) && element <= most;
}

/* an element of a data set, in one of the encodings that there are? */
static bool begins_set(const uint8_t *bytes, uint64_t size) {
    static const uint8_t command[ENCODING_PEEK_BYTES] = {0, 0, 0, 0, 4}; /* its group's length */
    uint16_t group = little16(bytes), element = little16(bytes + 2);
    uint16_t big_group = (uint16_t)(bytes[0] << 8 | bytes[1]);
    uint16_t big_element = (uint16_t)(bytes[2] << 8 | bytes[3]);
    if (memcmp(bytes, command, sizeof(command)) == 0) {
        return true;
    }
    if (encoding_of(bytes + 4) != ENCODING_NONE) {
        return is_first(group, element) || is_first(big_group, big_element);
    }
    return is_first(group, element) && little32(bytes + 4) <= size - ENCODING_PEEK_BYTES;
}

enum encoding_begin encoding_begin(const uint8_t *bytes, size_t used, uint64_t size) {
    if (used >= DICOM_PREAMBLE_BYTES && memcmp(bytes + DICOM_PREAMBLE_BYTES - 4, "DICM", 4) == 0) {
        return BEGIN_FILE;
    }
    if (used >= ENCODING_PEEK_BYTES && begins_set(bytes, size)) {
        return BEGIN_SET;
    }
    return used < DICOM_PREAMBLE_BYTES ? BEGIN_CUT : BEGIN_STRANGE;
}
