/* SPDX-License-Identifier: Apache-2.0 */
/* DICOM files made in memory. */
#include "make_dicom.h"
#include "base/memory.h"
#include "dicom/taglist.h"

#include <sys/mman.h>
#include <unistd.h>

void make_free(struct made *made) {
    free(made->bytes);
}

void make_raw(struct made *made, const void *bytes, size_t length) {
    if (made->size + length > made->room) {
        made->room = 2 * (made->size + length);
        made->bytes = mem_resize(made->bytes, made->room, 1);
    }
    if (length > 0) {
        memcpy(made->bytes + made->size, bytes, length);
    }
    made->size += length;
}

static void put16(struct made *made, uint16_t value) {
    uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    uint8_t turned[2] = {bytes[1], bytes[0]};
    make_raw(made, made->big ? turned : bytes, 2);
}

static void put32(struct made *made, uint32_t value) {
    put16(made, (uint16_t)(made->big ? value >> 16 : value));
    put16(made, (uint16_t)(made->big ? value : value >> 16));
}

static void put_tag(struct made *made, uint32_t tag) {
    put16(made, (uint16_t)(tag >> 16));
    put16(made, (uint16_t)tag);
}

static void put_head(struct made *made, uint32_t tag, const char *vr, uint32_t length) {
    put_tag(made, tag);
    if (made->implicit) {
        put32(made, length);
        return;
    }
    make_raw(made, vr, 2);
    if (strstr("OB OW OF OD UN UT UC SQ", vr)) {
        put16(made, 0);
        put32(made, length);
    } else {
        put16(made, (uint16_t)length);
    }
}

void make_element(struct made *made, uint32_t tag, const char *vr, const void *value,
                  size_t length) {
    bool number = strstr("OB OW UN UI", vr);
    put_head(made, tag, vr, (uint32_t)(length + length % 2));
    make_raw(made, value, length);
    make_raw(made, number ? "\0" : " ", length % 2);
}

void make_text(struct made *made, uint32_t tag, const char *vr, const char *text) {
    make_element(made, tag, vr, text, strlen(text));
}

void make_double(struct made *made, uint32_t tag, double value) {
    uint8_t bytes[8], turned[8];
    memcpy(bytes, &value, 8);
    for (int i = 0; i < 8; i++) {
        turned[i] = bytes[7 - i];
    }
    make_element(made, tag, "FD", made->big ? turned : bytes, 8);
}

void make_short(struct made *made, uint32_t tag, uint16_t value) {
    put_head(made, tag, "US", 2);
    put16(made, value);
}

void make_sequence(struct made *made, uint32_t tag) {
    put_head(made, tag, "SQ", 0xffffffffU);
}

void make_item(struct made *made) {
    put_tag(made, DICOM_TAG(0xfffe, 0xe000));
    put32(made, 0xffffffffU);
}

void make_item_end(struct made *made) {
    put_tag(made, DICOM_TAG(0xfffe, 0xe00d));
    put32(made, 0);
}

void make_sequence_end(struct made *made) {
    put_tag(made, DICOM_TAG(0xfffe, 0xe0dd));
    put32(made, 0);
}

void make_pixels(struct made *made, size_t length) {
    uint8_t *pixels = mem_zeroed(length, 1);
    make_element(made, DICOM_TAG(0x7fe0, 0x0010), "OW", pixels, length);
    free(pixels);
}

struct made make_file(const char *syntax, const char *sop_class) {
    static const uint8_t preamble[128];
    struct made meta = {0}, made = {0};
    make_element(&meta, DICOM_TAG(2, 0x0001), "OB", "\0\1", 2);
    make_text(&meta, DICOM_TAG(2, 0x0002), "UI", sop_class);
    make_text(&meta, DICOM_TAG(2, 0x0003), "UI", "1.2.3.4");
    make_text(&meta, DICOM_TAG(2, 0x0010), "UI", syntax);
    make_raw(&made, preamble, sizeof(preamble));
    make_raw(&made, "DICM", 4);
    put_head(&made, DICOM_TAG(2, 0), "UL", 4);
    put32(&made, (uint32_t)meta.size);
    make_raw(&made, meta.bytes, meta.size);
    make_free(&meta);
    made.set = made.size;
    made.implicit = strcmp(syntax, IMPLICIT_LITTLE) == 0;
    made.big = strcmp(syntax, EXPLICIT_BIG) == 0;
    return made;
}

int make_fd(const struct made *made) {
    int fd = memfd_create("made", MFD_CLOEXEC);
    if (fd < 0 || write(fd, made->bytes, made->size) != (ssize_t)made->size) {
        abort();
    }
    return fd;
}
