/* SPDX-License-Identifier: Apache-2.0 */
/* Is all of a file there? */
#include "pixels.h"

enum { MOST_FRAGMENTS = 1 << 20 }; /* one per frame and a table; a read for each */

static const uint32_t tag_item = DICOM_TAG(0xfffe, 0xe000);
static const uint32_t tag_sequence_end = DICOM_TAG(0xfffe, 0xe0dd);

/* compressed pixel data: items, and a delimiter (PS3.5 A.4) */
static enum extent fragments_extent(const struct input *input, uint64_t at) {
    for (int i = 0; i < MOST_FRAGMENTS; i++) {
        uint8_t bytes[8];
        if (!input_copy(input, at, bytes, sizeof(bytes))) {
            return EXTENT_SHORT;
        }
        uint32_t tag = DICOM_TAG(little16(bytes), little16(bytes + 2));
        if (tag == tag_sequence_end) {
            return EXTENT_WHOLE;
        }
        if (tag != tag_item) {
            return EXTENT_BROKEN;
        }
        at += sizeof(bytes) + little32(bytes + 4);
    }
    return EXTENT_BROKEN;
}

enum extent pixels_extent(const struct input *input, const struct header *header) {
    if (header->verified) {
        return EXTENT_WHOLE;
    }
    if (header->fragments) {
        return fragments_extent(input, header->pixels);
    }
    return header->pixels + header->pixel_bytes <= input->size ? EXTENT_WHOLE : EXTENT_SHORT;
}
