/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the header of one DICOM file: the way from open file to values. */
#include "base/memory.h"
#include "charset.h"
#include "collect.h"
#include "dcmtk.h"
#include "dcmtk_walk.h"
#include "dicom.h"
#include "element_text.h"
#include "encoding.h"
#include "input.h"
#include "owed.h"
#include "pixels.h"
#include "taglist.h"
#include "values.h"
#include "walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    MESSAGE_BYTES = 256,
    LEAST_BYTES = 4096, /* of header_bytes: with less nothing could be read at all */
};

struct dicom_reader {
    enum dicom_way way;
    struct taglist *list;
    struct collector *collector;
    struct charset_converter *converter;
    struct dcmtk_walk *dcmtk;
    struct input input;
    struct values values;
    bool has_values, has_part;
    char message[MESSAGE_BYTES];
};

/* what the dictionary says of the elements that a site has added */
static void look_up(struct taglist *list) {
    for (size_t i = 0; i < list->count; i++) {
        struct tag_source *source = &list->entries[i].sources[0];
        if (source->own) {
            source->vr = dcmtk_vr(source->tag, &source->values);
            list->entries[i].numeric = element_is_number(dicom_vr(source->vr));
        }
    }
}

struct dicom_reader *dicom_reader_create(const char *tags, size_t header_bytes,
                                         enum dicom_way way) {
    struct taglist *list = taglist_create(tags);
    if (!list) {
        return NULL;
    }
    look_up(list);
    struct dicom_reader *reader = mem_new(struct dicom_reader);
    reader->way = way;
    reader->list = list;
    reader->collector = collector_create(list);
    reader->converter = charset_create();
    reader->dcmtk = dcmtk_walk_create();
    reader->input.limit = header_bytes ? header_bytes : DICOM_HEADER_BYTES;
    if (reader->input.limit < LEAST_BYTES) {
        reader->input.limit = LEAST_BYTES;
    }
    values_init(&reader->values, list);
    return reader;
}

void dicom_reader_destroy(struct dicom_reader *reader) {
    if (!reader) {
        return;
    }
    values_finish(&reader->values);
    input_finish(&reader->input);
    charset_destroy(reader->converter);
    dcmtk_walk_destroy(reader->dcmtk);
    collector_destroy(reader->collector);
    taglist_destroy(reader->list);
    free(reader);
}

__attribute__((format(printf, 3, 4))) static enum dicom_outcome
say(struct dicom_reader *reader, enum dicom_outcome outcome, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->message, sizeof(reader->message), format, arguments);
    va_end(arguments);
    return outcome;
}

static enum dicom_outcome say_short(struct dicom_reader *reader, uint32_t tag) {
    uint64_t size = reader->input.size;
    if (tag == 0) {
        return say(reader, DICOM_INCOMPLETE, "the file ends after %" PRIu64 " bytes, in its header",
                   size);
    }
    return say(reader, DICOM_INCOMPLETE, "the file ends after %" PRIu64 " bytes, in (%04x,%04x)",
               size, tag >> 16, tag & 0xffff);
}

/* the object's SOP class without its padding, NULL where it has none; to be freed */
static char *sop_class(const struct dicom_reader *reader, const uint8_t *bytes) {
    const struct collected *uid = collected_helper(reader->collector, HELPER_SOP_CLASS);
    char *text = uid ? mem_dup_length((const char *)bytes + uid->offset, uid->length) : NULL;
    if (text) {
        text[strcspn(text, " ")] = '\0';
    }
    return text;
}

/* an object without pixel data that ends at the end of the file: does it owe anything? */
static enum dicom_outcome judge_end(struct dicom_reader *reader, const struct header *header,
                                    const uint8_t *bytes) {
    static const uint32_t directory_group = 0x0004; /* PS3.3 F.3 */
    AUTOFREE char *uid = sop_class(reader, bytes);
    if (!uid && header->tag >> 16 == directory_group) {
        return say(reader, DICOM_UNREADABLE, "it is a DICOMDIR: a list of files, and no object");
    }
    bool rows = collected_helper(reader->collector, HELPER_ROWS);
    const char *lack = header->tag < DICOM_TAG(0x0008, 0x0018) ? "SOP Instance UID"
                                                               : owed_lack(uid, rows, header->seen);
    if (lack) {
        return say(reader, DICOM_INCOMPLETE, "the file ends after %" PRIu64 " bytes, before its %s",
                   reader->input.size, lack);
    }
    return DICOM_COMPLETE;
}

static enum dicom_outcome judge_pixels(struct dicom_reader *reader, const struct header *header) {
    switch (pixels_extent(&reader->input, header)) {
    case EXTENT_SHORT:
        return say(reader, DICOM_INCOMPLETE,
                   "the file ends after %" PRIu64 " bytes, in the pixel data (7fe0,0010)",
                   reader->input.size);
    case EXTENT_BROKEN:
        return say(reader, DICOM_UNREADABLE, "the fragments of the pixel data are damaged");
    default:
        return DICOM_COMPLETE;
    }
}

static enum dicom_outcome judge(struct dicom_reader *reader, const struct header *header,
                                const uint8_t *bytes) {
    switch (header->end) {
    case HEADER_PIXELS:
        return judge_pixels(reader, header);
    case HEADER_ENDS:
        return judge_end(reader, header, bytes);
    case HEADER_SHORT:
        return say_short(reader, header->tag);
    case HEADER_LARGE:
        return say(reader, DICOM_UNREADABLE,
                   "(%04x,%04x) is too long for %zu bytes of header: raise header_bytes",
                   header->tag >> 16, header->tag & 0xffff, reader->input.limit);
    default:
        return say(reader, DICOM_UNREADABLE, "damaged DICOM file: %s",
                   header->why ? header->why : "unknown form");
    }
}

/* reads the header, one way or the other; the bytes that the collector's offsets count from */
static const uint8_t *read_header(struct dicom_reader *reader, uint64_t start,
                                  struct header *header) {
    *header = (struct header){.end = HEADER_ODD};
    collect_begin(reader->collector);
    if (reader->way == DICOM_FAST && start == DICOM_PREAMBLE_BYTES) {
        walk(&reader->input, reader->collector, header);
        if (header->end == HEADER_PIXELS || header->end == HEADER_ENDS) {
            return reader->input.bytes;
        }
    }
    input_rewind(&reader->input);
    collect_begin(reader->collector);
    dcmtk_walk_read(reader->dcmtk, &reader->input, start, reader->collector, header);
    return dcmtk_walk_bytes(reader->dcmtk);
}

static enum dicom_outcome say_strange(struct dicom_reader *reader) {
    return say(reader, DICOM_UNREADABLE, "no DICOM file: it lacks the word DICM at byte 128");
}

/* from the first byte of the file meta information, or of a data set without it */
static enum dicom_outcome read_from(struct dicom_reader *reader, uint64_t start) {
    struct header header;
    const uint8_t *bytes = read_header(reader, start, &header);
    if (start == 0 && !collected_helper(reader->collector, HELPER_SOP_CLASS)) {
        return say_strange(reader); /* it only began like a data set */
    }
    if (header.end == HEADER_PIXELS) {
        input_expect(&reader->input, header.pixels);
    }
    enum dicom_outcome outcome = judge(reader, &header, bytes);
    reader->has_values =
        outcome == DICOM_COMPLETE ||
        (outcome == DICOM_INCOMPLETE && (header.end == HEADER_PIXELS || header.bulk));
    values_make(&reader->values, reader->collector, bytes, reader->converter);
    reader->has_part = values_any(&reader->values);
    return outcome;
}

enum dicom_outcome dicom_read(struct dicom_reader *reader, int fd) {
    reader->message[0] = '\0';
    reader->has_values = reader->has_part = false;
    values_clear(&reader->values);
    switch (input_begin(&reader->input, fd)) {
    case INPUT_FAILED:
        return say(reader, DICOM_UNREADABLE, "it cannot be read: %m");
    case INPUT_IRREGULAR:
        return say(reader, DICOM_UNREADABLE, "it is no regular file");
    default:
        break;
    }
    const struct input *input = &reader->input;
    switch (encoding_begin(input->bytes, input->used, input->size)) {
    case BEGIN_FILE:
        return read_from(reader, DICOM_PREAMBLE_BYTES);
    case BEGIN_SET:
        return read_from(reader, 0);
    case BEGIN_CUT:
        return say(reader, DICOM_INCOMPLETE,
                   "the file ends after %" PRIu64 " bytes, in its preamble", input->size);
    default:
        return say_strange(reader);
    }
}

const char *dicom_reader_message(const struct dicom_reader *reader) {
    return reader->message;
}

bool dicom_has_values(const struct dicom_reader *reader) {
    return reader->has_values;
}

bool dicom_has_part(const struct dicom_reader *reader) {
    return reader->has_part;
}

size_t dicom_value_count(const struct dicom_reader *reader) {
    return reader->list->count;
}

const struct dicom_value *dicom_value_at(const struct dicom_reader *reader, size_t index) {
    return index < reader->list->count ? &reader->values.values[index] : NULL;
}

const struct dicom_value *dicom_value(const struct dicom_reader *reader, const char *name) {
    for (size_t i = 0; i < reader->list->count; i++) {
        if (strcmp(reader->list->entries[i].name, name) == 0) {
            return &reader->values.values[i];
        }
    }
    return NULL;
}

const char *dicom_database_text(const struct dicom_value *value) {
    if (value->text) {
        return value->text;
    }
    bool shims = strcmp(value->name, "Shims") == 0;
    return shims ? "null,null,null,null,null,null,null,null,null,null" : "null";
}
