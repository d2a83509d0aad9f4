/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: a whole header, from the walk to the values. Inputs lack the first 120 bytes of a
 * file, which are of no interest.
 */
#include "base/memory.h"
#include "dicom/values.h"
#include "dicom/walk.h"

static volatile size_t sum; /* so that all bytes are read */

enum { LEFT_OUT = 120 };

bool dcmtk_is_image(const char *uid) {
    return *uid;
}

static void read_values(struct input *input, struct collector *collector, struct values *values,
                        struct charset_converter *converter) {
    struct header header;
    collect_begin(collector);
    walk(input, collector, &header);
    if (header.end != HEADER_PIXELS && header.end != HEADER_ENDS) {
        return;
    }
    values_make(values, collector, input->bytes, converter);
    for (size_t i = 0; i < values->list->count; i++) {
        sum += values->values[i].text ? strlen(values->values[i].text) : 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = {.fd = -1, .size = size + LEFT_OUT, .limit = size + LEFT_OUT};
    struct taglist *list = taglist_create(NULL);
    struct collector *collector = collector_create(list);
    struct values values;
    values_init(&values, list);
    input.bytes = mem_zeroed(input.size, 1);
    input.used = input.size;
    if (size > 0) {
        memcpy(input.bytes + LEFT_OUT, data, size);
    }
    struct charset_converter *converter = charset_create();
    read_values(&input, collector, &values, converter);
    charset_destroy(converter);
    values_finish(&values);
    collector_destroy(collector);
    taglist_destroy(list);
    input_finish(&input);
    return 0;
}
