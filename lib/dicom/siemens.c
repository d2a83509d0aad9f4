/* SPDX-License-Identifier: Apache-2.0 */
/* The values that stand in the CSA headers and the protocol text of Siemens scanners. */
#include "siemens.h"
#include "ascconv.h"
#include "base/memory.h"
#include "base/text.h"
#include "csa.h"
#include "element_text.h"

#include <string.h>

/* one file's elements */
struct siemens {
    struct values *values;
    const struct collector *collector;
    const uint8_t *bytes;
    bool shims; /* the text that is read may give the shims */
};

enum { MOST_VALUES = 128 }; /* of one element of a CSA header: slices have times of their own */

enum number { NUMBER_NONE, NUMBER_REAL, NUMBER_INTEGER };

static enum number number_of(const char *vr) {
    if (strlen(vr) != 2) {
        return NUMBER_NONE;
    }
    return strstr("FL FD DS", vr)         ? NUMBER_REAL
           : strstr("IS SS US SL UL", vr) ? NUMBER_INTEGER
                                          : NUMBER_NONE;
}

/* without the spaces behind */
static size_t trimmed(const struct csa_text *text) {
    size_t length = text->length;
    while (length > 0 && text->text[length - 1] == ' ') {
        length--;
    }
    return length;
}

/* a value of the CSA header as Python would print it: numbers without the zeros behind */
static void add_value(struct phrase *out, const struct csa_text *value, enum number kind) {
    AUTOFREE char *text = mem_dup_length(value->text, value->length);
    double number;
    if (!kind || !text_to_number(text, &number)) {
        element_add_valid(out, value->text, trimmed(value));
    } else if (kind == NUMBER_REAL) {
        phrase_add_double(out, number);
    } else {
        char digits[32];
        text_number(number, digits, sizeof(digits));
        phrase_add_text(out, digits);
    }
}

/* all values of an element that say something, several as a list; false: there are none */
static bool csa_text(struct phrase *out, const struct csa *csa, const struct csa_element *element) {
    struct csa_text texts[MOST_VALUES];
    size_t found = csa_texts(csa, element, texts, MOST_VALUES), count = 0;
    for (size_t i = 0; i < found; i++) {
        if (trimmed(&texts[i]) > 0) {
            texts[count++] = texts[i];
        }
    }
    enum number kind = number_of(element->vr);
    const char *quote = kind || count < 2 ? "" : "'";
    phrase_clear(out);
    phrase_add_text(out, count > 1 ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        phrase_add_text(out, i ? ", " : "");
        phrase_add_text(out, quote);
        add_value(out, &texts[i], kind);
        phrase_add_text(out, quote);
    }
    phrase_add_text(out, count > 1 ? "]" : "");
    return count > 0;
}

static bool csa_is(const struct csa_element *element, const char *name) {
    return element->name_length == strlen(name) &&
           memcmp(element->name, name, element->name_length) == 0;
}

static void offer_csa(const struct siemens *siemens, const struct csa *csa,
                      const struct csa_element *element) {
    struct values *values = siemens->values;
    for (size_t i = 0; i < values->named[NAMED_CSA].count; i++) {
        const struct named *named = &values->named[NAMED_CSA].items[i];
        struct dicom_value *value = &values->values[named->entry];
        if (value->text || !csa_is(element, named->key) ||
            !csa_text(&values->phrases[named->entry], csa, element)) {
            continue;
        }
        value->text = values->phrases[named->entry].bytes;
        if (named->entry >= DICOM_REFERENCE_VALUES) {
            value->numeric = number_of(element->vr) != NUMBER_NONE;
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

static bool open_csa(const struct siemens *siemens, const struct collected *found,
                     struct csa *csa) {
    return csa_begin(csa, siemens->bytes + found->offset, found->length) && csa_is_whole(*csa);
}

static void make_csa(const struct siemens *siemens) {
    const struct collected *each;
    size_t count = collected_each(siemens->collector, HELPER_CSA_IMAGE, &each);
    for (size_t i = 0; i < count; i++) {
        struct csa csa;
        struct csa_element element;
        bool whole = open_csa(siemens, &each[i], &csa);
        while (whole && csa_next(&csa, &element)) {
            offer_csa(siemens, &csa, &element);
        }
    }
}

/* the shims are of one text: true if an earlier one has them */
static bool has_shims(const struct siemens *siemens) {
    const struct values *values = siemens->values;
    for (size_t i = 0; i < values->named[NAMED_PROTOCOL].count; i++) {
        const struct named *named = &values->named[NAMED_PROTOCOL].items[i];
        if (!named->key && values->values[named->entry].text) {
            return true;
        }
    }
    return false;
}

static void offer_line(const struct siemens *siemens, const struct ascconv_piece *line) {
    struct values *values = siemens->values;
    for (size_t i = 0; i < values->named[NAMED_PROTOCOL].count; i++) {
        const struct named *named = &values->named[NAMED_PROTOCOL].items[i];
        struct phrase *out = &values->phrases[named->entry];
        struct dicom_value *value = &values->values[named->entry];
        struct ascconv_piece piece;
        bool shim = !named->key && siemens->shims && ascconv_shim(line, &piece);
        bool first = named->key && !value->text && ascconv_value(line, named->key, &piece);
        if (!shim && (!first || piece.length == 0)) {
            continue;
        }
        if (!value->text) {
            phrase_clear(out);
        } else {
            phrase_add_text(out, ",");
        }
        element_add_valid(out, piece.text, piece.length);
        value->text = out->bytes;
    }
}

static void read_protocol(struct siemens *siemens, const struct csa_text *text) {
    struct ascconv ascconv;
    struct ascconv_piece line;
    ascconv_begin(&ascconv, text->text, text->length);
    siemens->shims = !has_shims(siemens);
    while (ascconv_next(&ascconv, &line)) {
        offer_line(siemens, &line);
    }
}

/* the protocol texts of a series header, the newer scanners' MrPhoenixProtocol first */
static void read_series_header(struct siemens *siemens, const struct collected *found) {
    static const char *const names[] = {"MrPhoenixProtocol", "MrProtocol"};
    struct csa_text texts[2] = {0};
    struct csa csa;
    struct csa_element element;
    bool whole = open_csa(siemens, found, &csa);
    while (whole && csa_next(&csa, &element)) {
        for (size_t i = 0; i < 2; i++) {
            if (texts[i].length == 0 && csa_is(&element, names[i])) {
                csa_texts(&csa, &element, &texts[i], 1);
            }
        }
    }
    for (size_t i = 0; i < 2; i++) {
        if (texts[i].length > 0) {
            read_protocol(siemens, &texts[i]);
        }
    }
}

/* the protocol text stands in the series header, on XA in an element of its own */
static void make_protocol(struct siemens *siemens) {
    const struct collected *each;
    size_t count = collected_each(siemens->collector, HELPER_CSA_SERIES, &each);
    for (size_t i = 0; i < count; i++) {
        read_series_header(siemens, &each[i]);
    }
    count = collected_each(siemens->collector, HELPER_PROTOCOL, &each);
    for (size_t i = 0; i < count; i++) {
        struct csa_text text = {.text = (const char *)siemens->bytes + each[i].offset};
        text.length = strnlen(text.text, each[i].length);
        read_protocol(siemens, &text);
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

void siemens_make(struct values *values, const struct collector *collector, const uint8_t *bytes) {
    struct siemens siemens = {.values = values, .collector = collector, .bytes = bytes};
    make_csa(&siemens);
    make_protocol(&siemens);
    turn_slashes(values);
}
