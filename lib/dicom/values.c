/* SPDX-License-Identifier: Apache-2.0 */
/* From collected elements to the values of the tag list. */
#include "values.h"
#include "ascconv.h"
#include "base/memory.h"
#include "base/text.h"
#include "csa.h"
#include "element_text.h"

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
        values->values[i] = (struct dicom_value){entry->name, NULL, entry->numeric};
    }
}

/* ---- elements ------------------------------------------------------------------------------ */

/* the VR that counts: the file's, or where that says nothing the standard's */
static uint16_t vr_of(const struct tag_source *source, const struct collected *found) {
    return found->vr == dicom_vr("UN") ? dicom_vr(source->vr) : found->vr;
}

static bool all_digits(const char *text, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

/* out, a DT such as 20220711121119.757500+0200, becomes its date or time */
static bool take_part(struct phrase *out, enum tag_form form) {
    size_t length = strcspn(out->bytes, "+-&");
    if (length < 14 || !all_digits(out->bytes, 14)) {
        return false;
    }
    size_t from = form == FORM_DATE ? 0 : 8, to = form == FORM_DATE ? 8 : length;
    memmove(out->bytes, out->bytes + from, to - from);
    out->used = to - from;
    out->bytes[out->used] = '\0';
    return true;
}

static bool make_distinct(const struct maker *maker, struct phrase *out, size_t entry,
                          size_t source) {
    const double *numbers;
    size_t count = collected_distinct(maker->collector, entry, source, &numbers);
    phrase_clear(out);
    for (size_t i = 0; i < count; i++) {
        char number[32]; /* as classic files write it: 68, and not 68.0 */
        text_number(numbers[i], number, sizeof(number));
        phrase_add_text(out, i ? "," : "");
        phrase_add_text(out, number);
    }
    return count > 0;
}

static bool make_element(const struct maker *maker, struct phrase *out, size_t entry,
                         size_t which) {
    const struct tag_source *source = &maker->values->list->entries[entry].sources[which];
    const struct collected *found = collected_source(maker->collector, entry, which);
    if (!found) {
        return false;
    }
    if (source->form == FORM_DISTINCT) {
        return make_distinct(maker, out, entry, which);
    }
    uint16_t vr = vr_of(source, found);
    if (!element_text(out, vr, maker->bytes + found->offset, found->length, &maker->charset)) {
        return false;
    }
    if (strcmp(source->vr, "UN") == 0) { /* a site's own: only the file knows */
        maker->values->values[entry].numeric = element_is_number(vr);
    }
    if (source->form == FORM_DIRECTION && strcmp(out->bytes, "COLUMN") == 0) {
        phrase_clear(out);
        phrase_add_text(out, "COL");
    }
    return source->form == FORM_PLAIN || source->form == FORM_DIRECTION ||
           take_part(out, source->form);
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

/* ---- CSA headers and protocol text --------------------------------------------------------- */

enum number { NUMBER_NONE, NUMBER_REAL, NUMBER_INTEGER };

static enum number number_of(const char *vr) {
    if (strlen(vr) != 2) {
        return NUMBER_NONE;
    }
    return strstr("FL FD DS", vr)         ? NUMBER_REAL
           : strstr("IS SS US SL UL", vr) ? NUMBER_INTEGER
                                          : NUMBER_NONE;
}

/* a value of the CSA header as Python would print it: numbers without the zeros behind */
static void csa_text(struct phrase *out, const struct csa_element *element) {
    AUTOFREE char *text = mem_dup_length(element->text, element->length);
    enum number kind = number_of(element->vr);
    double number;
    phrase_clear(out);
    if (kind && text_to_number(text, &number)) {
        char digits[32];
        text_number(number, digits, sizeof(digits));
        if (kind == NUMBER_REAL) {
            phrase_add_double(out, number);
        } else {
            phrase_add_text(out, digits);
        }
        return;
    }
    size_t length = element->length;
    while (length > 0 && element->text[length - 1] == ' ') {
        length--;
    }
    element_add_valid(out, element->text, length);
}

static bool csa_is(const struct csa_element *element, const char *name) {
    return element->name_length == strlen(name) &&
           memcmp(element->name, name, element->name_length) == 0;
}

static void offer_csa(const struct maker *maker, const struct csa_element *element) {
    struct values *values = maker->values;
    for (size_t i = 0; i < values->named[NAMED_CSA].count; i++) {
        const struct named *named = &values->named[NAMED_CSA].items[i];
        if (!csa_is(element, named->key)) {
            continue;
        }
        csa_text(&values->phrases[named->entry], element);
        values->values[named->entry].text = values->phrases[named->entry].bytes;
        if (named->entry >= DICOM_REFERENCE_VALUES) {
            values->values[named->entry].numeric = number_of(element->vr) != NUMBER_NONE;
        }
    }
}

/* the reference reads nothing of a header that is damaged anywhere, and so do we */
static bool csa_is_whole(struct csa csa) {
    struct csa_element element;
    while (csa_next(&csa, &element)) {
    }
    return !csa.damaged;
}

static bool open_csa(const struct maker *maker, enum collect_helper helper, struct csa *csa) {
    const struct collected *found = collected_helper(maker->collector, helper);
    return found && csa_begin(csa, maker->bytes + found->offset, found->length) &&
           csa_is_whole(*csa);
}

static void make_csa(const struct maker *maker) {
    struct csa csa;
    struct csa_element element;
    if (!open_csa(maker, HELPER_CSA_IMAGE, &csa)) {
        return;
    }
    while (csa_next(&csa, &element)) {
        if (element.text) {
            offer_csa(maker, &element);
        }
    }
}

/* the protocol text: newer scanners call it MrPhoenixProtocol, XA has an element of its own */
static bool find_protocol(const struct maker *maker, struct ascconv *ascconv) {
    struct csa csa;
    struct csa_element element, best = {.text = NULL};
    if (open_csa(maker, HELPER_CSA_SERIES, &csa)) {
        while (csa_next(&csa, &element)) {
            bool newer = csa_is(&element, "MrPhoenixProtocol");
            if (element.text && (newer || (!best.text && csa_is(&element, "MrProtocol")))) {
                best = element;
            }
        }
    }
    const struct collected *found = collected_helper(maker->collector, HELPER_PROTOCOL);
    if (!best.text && found) {
        best.text = (const char *)maker->bytes + found->offset;
        best.length = strnlen(best.text, found->length);
    }
    if (best.text) {
        ascconv_begin(ascconv, best.text, best.length);
    }
    return best.text;
}

static void offer_line(const struct maker *maker, const struct ascconv_piece *line) {
    struct values *values = maker->values;
    for (size_t i = 0; i < values->named[NAMED_PROTOCOL].count; i++) {
        const struct named *named = &values->named[NAMED_PROTOCOL].items[i];
        struct phrase *out = &values->phrases[named->entry];
        struct ascconv_piece piece;
        bool shim = !named->key && ascconv_shim(line, &piece);
        bool first = named->key && !values->values[named->entry].text;
        if (!shim && !(first && ascconv_value(line, named->key, &piece))) {
            continue;
        }
        if (!values->values[named->entry].text) {
            phrase_clear(out);
        } else {
            phrase_add_text(out, ",");
        }
        element_add_valid(out, piece.text, piece.length);
        values->values[named->entry].text = out->bytes;
    }
}

static void make_protocol(const struct maker *maker) {
    struct ascconv ascconv;
    struct ascconv_piece line;
    if (!find_protocol(maker, &ascconv)) {
        return;
    }
    while (ascconv_next(&ascconv, &line)) {
        offer_line(maker, &line);
    }
}

/* Windows' paths get slashes, as in the reference's database */
static void turn_slashes(struct values *values) {
    for (size_t i = 0; i < values->named[NAMED_PROTOCOL].count; i++) {
        const struct named *named = &values->named[NAMED_PROTOCOL].items[i];
        struct phrase *phrase = &values->phrases[named->entry];
        if (!named->key || !values->values[named->entry].text ||
            strcmp(named->key, "tSequenceFileName") != 0) {
            continue;
        }
        for (char *at = phrase->bytes; (at = strchr(at, '\\')) != NULL;) {
            *at = '/';
        }
    }
}

void values_make(struct values *values, const struct collector *collector, const uint8_t *bytes,
                 struct toolkit *toolkit) {
    struct maker maker = {.values = values, .collector = collector, .bytes = bytes};
    const struct collected *charset = collected_helper(collector, HELPER_CHARSET);
    maker.charset.toolkit = toolkit;
    if (charset) {
        maker.charset.text = (const char *)bytes + charset->offset;
        maker.charset.length = charset->length;
    }
    values_clear(values);
    make_csa(&maker);
    make_protocol(&maker);
    turn_slashes(values);
    for (size_t i = 0; i < values->list->count; i++) {
        if (!values->values[i].text) {
            make_entry(&maker, i);
        }
    }
}
