/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: headers of any encoding, tag by tag with DCMTK, as far as the collected values. */
#include "base/memory.h"
#include "dicom/dcmtk_walk.h"
#include "dicom/encoding.h"
#include "dicom/owed.h"

#include <string.h>

static volatile size_t sum; /* so that all bytes are read */

bool dcmtk_is_image(const char *uid) {
    return *uid;
}

static void read_header(struct input *input, uint64_t start, struct collector *collector) {
    struct dcmtk_walk *walk = dcmtk_walk_create();
    struct header header;
    collect_begin(collector);
    dcmtk_walk_read(walk, input, start, collector, &header);
    const struct collected *uid = collected_helper(collector, HELPER_SOP_CLASS);
    for (size_t i = 0; uid && i < uid->length; i++) {
        sum += dcmtk_walk_bytes(walk)[uid->offset + i];
    }
    const char *lack = owed_lack(NULL, header.tag & 1, header.seen);
    sum += (lack ? strlen(lack) : 0) + (header.why ? strlen(header.why) : 0);
    dcmtk_walk_destroy(walk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = {.fd = -1, .size = size, .limit = size, .used = size};
    enum encoding_begin begin = encoding_begin(data, size, size);
    if (begin != BEGIN_FILE && begin != BEGIN_SET) {
        return 0;
    }
    struct taglist *list = taglist_create(NULL);
    struct collector *collector = collector_create(list);
    input.bytes = mem_zeroed(size, 1);
    memcpy(input.bytes, data, size);
    read_header(&input, begin == BEGIN_FILE ? DICOM_PREAMBLE_BYTES : 0, collector);
    collector_destroy(collector);
    taglist_destroy(list);
    input_finish(&input);
    return 0;
}
