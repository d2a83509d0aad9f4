/* SPDX-License-Identifier: Apache-2.0 */
/* From collected elements to the values of the tag list. */
#include "values.h"
#include "base/memory.h"
#include "base/text.h"
#include "element_content.h"
#include "element_text.h"
#include "input.h"
#include "siemens.h"

#include <ctype.h>
#include <string.h>

/* one file's elements */
struct maker {
    struct values *values;
    const struct collector *collector;
    const uint8_t *bytes;
    struct charset charset;
};

static void name_source(struct values *values, enum named_place place, size_t entry,
                        const char *key) {
    struct named_list *list = &values->named[place];
    list->items[list->count++] = (struct named){entry, key};
}

/* which entries stand in the CSA headers: they are found by name, not by number */
static void index_names(struct values *values) {
    for (size_t i = 0; i < NAMED_COUNT; i++) {
        values->named[i].items =
            mem_zeroed(values->list->count * TAG_SOURCES, sizeof(struct named));
    }
    for (size_t i = 0; i < values->list->count * TAG_SOURCES; i++) {
        size_t entry = i / TAG_SOURCES;
        const struct tag_source *source = &values->list->entries[entry].sources[i % TAG_SOURCES];
        if (source->place == TAG_CSA) {
            name_source(values, NAMED_CSA, entry, source->key);
        } else if (source->place == TAG_PROTOCOL || source->place == TAG_SHIMS) {
            name_source(values, NAMED_PROTOCOL, entry, source->key);
        }
    }
}

void values_init(struct values *values, const struct taglist *list) {
    *values = (struct values){.list = list};
    values->values = mem_zeroed(list->count, sizeof(*values->values));
    values->phrases = mem_zeroed(list->count, sizeof(*values->phrases));
    index_names(values);
    values_clear(values);
}

void values_finish(struct values *values) {
    for (size_t i = 0; values->phrases && i < values->list->count; i++) {
        phrase_finish(&values->phrases[i]);
    }
    for (size_t i = 0; i < NAMED_COUNT; i++) {
        free(values->named[i].items);
    }
    free(values->phrases);
    free(values->values);
    *values = (struct values){0};
}

void values_clear(struct values *values) {
    for (size_t i = 0; i < values->list->count; i++) {
        const struct tag_entry *entry = &values->list->entries[i];
        values->values[i] =
            (struct dicom_value){entry->name, NULL, entry->numeric, values->list->contents[i]};
    }
}

bool values_any(const struct values *values) {
    for (size_t i = 0; i < values->list->count; i++) {
        if (values->values[i].text) {
            return true;
        }
    }
    return false;
}

/* ---- elements ------------------------------------------------------------------------------ */

static bool all_digits(const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

/* out, a DT such as 20220711121119.757500+0200, becomes its date or time, if it has it */
static bool take_part(struct phrase *out, enum tag_form form) {
    enum { DATE = 8, HOUR = 10, SECOND = 14 };
    size_t length = strcspn(out->bytes, "+-&");
    size_t digits = form == FORM_DATE ? DATE : length < SECOND ? length : SECOND;
    if (length < (form == FORM_DATE ? DATE : HOUR) || !all_digits(out->bytes, digits)) {
        return false;
    }
    size_t from = form == FORM_DATE ? 0 : DATE, to = form == FORM_DATE ? DATE : length;
    memmove(out->bytes, out->bytes + from, to - from);
    out->used = to - from;
    out->bytes[out->used] = '\0';
    return true;
}

/*
 * out, the ICE dimensions X_2_1_1_1_1_160_1_1_1_1_1_277, becomes the echo. The first of thirteen is
 * the channel, X if channels are combined; some releases leave it out.
 */
static bool take_echo(struct phrase *out) {
    enum { DIMENSIONS = 13 };
    size_t count = 1;
    for (const char *at = out->bytes; *at; at++) {
        count += *at == '_';
    }
    bool channel = count >= DIMENSIONS || !isdigit((unsigned char)out->bytes[0]);
    const char *echo = channel ? strchr(out->bytes, '_') : out->bytes;
    echo = echo && *echo == '_' ? echo + 1 : echo;
    size_t length = echo ? strspn(echo, "0123456789") : 0;
    if (length == 0 || (echo[length] && echo[length] != '_')) {
        return false;
    }
    memmove(out->bytes, echo, length);
    out->used = length;
    out->bytes[length] = '\0';
    return true;
}

/* what form makes of the text in out */
static bool take_form(struct phrase *out, enum tag_form form) {
    switch (form) {
    case FORM_DATE:
    case FORM_TIME:
        return take_part(out, form);
    case FORM_ECHO:
        return take_echo(out);
    case FORM_DIRECTION:
        if (strcmp(out->bytes, "COLUMN") == 0) {
            phrase_clear(out);
            phrase_add_text(out, "COL");
        }
        return true;
    default:
        return true;
    }
}

/* several numbers, as the reference's database joins echo times */
static void join(struct phrase *out, const double *numbers, size_t count) {
    phrase_clear(out);
    for (size_t i = 0; i < count; i++) {
        char number[32]; /* as classic files write it: 68, and not 68.0 */
        text_number(numbers[i], number, sizeof(number));
        phrase_add_text(out, i ? "," : "");
        phrase_add_text(out, number);
    }
}

static bool make_element(const struct maker *maker, struct phrase *out, size_t entry,
                         size_t which) {
    const struct tag_source *source = &maker->values->list->entries[entry].sources[which];
    const struct collected *found = collected_source(maker->collector, entry, which);
    if (!found) {
        return false;
    }
    const struct element_value value = {.bytes = maker->bytes + found->offset,
                                        .length = found->length,
                                        .vr = element_vr(source->vr, found->vr),
                                        .values = source->values};
    if (source->form == FORM_DISTINCT) {
        const double *numbers;
        size_t count = collected_distinct(maker->collector, entry, which, &numbers);
        if (count > 1 || (count == 1 && !element_is_text(dicom_vr(source->vr)))) {
            join(out, numbers, count);
            return true;
        }
    }
    if (!element_text(out, &value, &maker->charset)) {
        return false;
    }
    if (source->own) {
        struct dicom_value *own = &maker->values->values[entry];
        own->numeric = element_is_number(value.vr);
        own->content = own->content == DICOM_PERSONAL ? DICOM_PERSONAL
                                                      : element_content(source->tag, value.vr);
    }
    return take_form(out, source->form);
}

static bool steps(const struct maker *maker, enum collect_helper helper, unsigned *out) {
    const struct collected *found = collected_helper(maker->collector, helper);
    if (!found || found->length != 2) {
        return false;
    }
    *out = little16(maker->bytes + found->offset);
    return true;
}

/* the acquisition matrix of an enhanced object, as the older ones write it */
static bool make_matrix(const struct maker *maker, struct phrase *out) {
    const struct collected *found = collected_helper(maker->collector, HELPER_DIRECTION);
    unsigned frequency, phase;
    if (!found || found->length < 3 || !steps(maker, HELPER_FREQUENCY_STEPS, &frequency) ||
        !steps(maker, HELPER_PHASE_STEPS, &phase)) {
        return false;
    }
    bool columns = memcmp(maker->bytes + found->offset, "COL", 3) == 0;
    AUTOFREE char *text = columns ? mem_printf("[%u, 0, 0, %u]", frequency, phase)
                                  : mem_printf("[0, %u, %u, 0]", frequency, phase);
    phrase_clear(out);
    phrase_add_text(out, text);
    return true;
}

static bool make_value(const struct maker *maker, struct phrase *out, size_t entry, size_t which) {
    switch (maker->values->list->entries[entry].sources[which].place) {
    case TAG_ELEMENT:
        return make_element(maker, out, entry, which);
    case TAG_MATRIX:
        return make_matrix(maker, out);
    default:
        return false; /* of the CSA headers: made by name, below */
    }
}

/* the first source wins that has something; else one that is there and empty */
static void make_entry(const struct maker *maker, size_t entry) {
    struct phrase *out = &maker->values->phrases[entry];
    bool empty = false;
    for (size_t which = 0; which < TAG_SOURCES; which++) {
        if (!make_value(maker, out, entry, which)) {
            continue;
        }
        if (out->used > 0) {
            maker->values->values[entry].text = out->bytes;
            return;
        }
        empty = true;
    }
    if (empty) {
        phrase_clear(out);
        maker->values->values[entry].text = out->bytes;
    }
}

void values_make(struct values *values, const struct collector *collector, const uint8_t *bytes,
                 struct charset_converter *converter) {
    struct maker maker = {.values = values, .collector = collector, .bytes = bytes};
    const struct collected *charset = collected_helper(collector, HELPER_CHARSET);
    maker.charset.converter = converter;
    if (charset) {
        maker.charset.text = (const char *)bytes + charset->offset;
        maker.charset.length = charset->length;
    }
    values_clear(values);
    siemens_make(values, collector, bytes);
    for (size_t i = 0; i < values->list->count; i++) {
        if (!values->values[i].text) {
            make_entry(&maker, i);
        }
    }
}
