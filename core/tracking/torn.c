/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a series that could not be read. */
#include "torn.h"
#include "base/memory.h"
#include "base/text.h"

enum { FILE_DIGITS = 2 * TEXT_HEX_DIGITS };

void torn_finish(struct torn *torn) {
    free(torn->files);
    *torn = (struct torn){0};
}

static size_t place_of(const struct torn *torn, uint64_t file) {
    size_t at = 0;
    while (at < torn->count && torn->files[at].file != file) {
        at++;
    }
    return at;
}

static void keep(struct torn *torn, uint64_t file, uint64_t image) {
    if (torn->count < TORN) {
        torn->files = mem_resize(torn->files, torn->count + 1, sizeof(*torn->files));
        torn->files[torn->count++] = (struct torn_file){file, image};
    }
}

bool torn_add(struct torn *torn, uint64_t file, uint64_t image) {
    if (place_of(torn, file) < torn->count) {
        return false;
    }
    keep(torn, file, image);
    torn->total++;
    return true;
}

bool torn_mend(struct torn *torn, uint64_t file) {
    size_t at = place_of(torn, file);
    if (at == torn->count) {
        return false;
    }
    torn->files[at] = torn->files[--torn->count];
    torn->total--;
    return true;
}

/* two torn files of one image are one image */
static bool is_before(const struct torn *torn, uint64_t image, size_t end) {
    for (size_t i = 0; i < end; i++) {
        if (torn->files[i].image == image) {
            return true;
        }
    }
    return false;
}

uint64_t torn_lacking(const struct torn *torn, const struct instances *instances) {
    uint64_t lacking = torn->total;
    for (size_t i = 0; i < torn->count; i++) {
        uint64_t image = torn->files[i].image;
        lacking -= image && (instances_has(instances, image) || is_before(torn, image, i));
    }
    return lacking;
}

json_t *torn_save(const struct torn *torn) {
    char text[TORN * FILE_DIGITS];
    for (size_t i = 0; i < torn->count; i++) {
        text_write_hex(text + i * FILE_DIGITS, torn->files[i].file);
        text_write_hex(text + i * FILE_DIGITS + TEXT_HEX_DIGITS, torn->files[i].image);
    }
    return torn->count ? json_stringn(text, torn->count * FILE_DIGITS) : NULL;
}

void torn_restore(struct torn *torn, const json_t *saved, uint64_t total) {
    const char *text = json_string_value(saved);
    uint64_t file, image;
    for (size_t left = json_string_length(saved); left >= FILE_DIGITS; left -= FILE_DIGITS) {
        if (text_read_hex(text, &file) && text_read_hex(text + TEXT_HEX_DIGITS, &image)) {
            keep(torn, file, image);
        }
        text += FILE_DIGITS;
    }
    torn->total = total > torn->count ? total : torn->count;
}
