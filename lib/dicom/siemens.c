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
};

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

static void offer_csa(const struct siemens *siemens, const struct csa_element *element) {
    struct values *values = siemens->values;
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

static bool open_csa(const struct siemens *siemens, enum collect_helper helper, struct csa *csa) {
    const struct collected *found = collected_helper(siemens->collector, helper);
    return found && csa_begin(csa, siemens->bytes + found->offset, found->length) &&
           csa_is_whole(*csa);
}

static void make_csa(const struct siemens *siemens) {
    struct csa csa;
    struct csa_element element;
    if (!open_csa(siemens, HELPER_CSA_IMAGE, &csa)) {
        return;
    }
    while (csa_next(&csa, &element)) {
        if (element.text) {
            offer_csa(siemens, &element);
        }
    }
}

/* the protocol text: newer scanners call it MrPhoenixProtocol, XA has an element of its own */
static bool find_protocol(const struct siemens *siemens, struct ascconv *ascconv) {
    struct csa csa;
    struct csa_element element, best = {.text = NULL};
    if (open_csa(siemens, HELPER_CSA_SERIES, &csa)) {
        while (csa_next(&csa, &element)) {
            bool newer = csa_is(&element, "MrPhoenixProtocol");
            if (element.text && (newer || (!best.text && csa_is(&element, "MrProtocol")))) {
                best = element;
            }
        }
    }
    const struct collected *found = collected_helper(siemens->collector, HELPER_PROTOCOL);
    if (!best.text && found) {
        best.text = (const char *)siemens->bytes + found->offset;
        best.length = strnlen(best.text, found->length);
    }
    if (best.text) {
        ascconv_begin(ascconv, best.text, best.length);
    }
    return best.text;
}

static void offer_line(const struct siemens *siemens, const struct ascconv_piece *line) {
    struct values *values = siemens->values;
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

static void make_protocol(const struct siemens *siemens) {
    struct ascconv ascconv;
    struct ascconv_piece line;
    if (!find_protocol(siemens, &ascconv)) {
        return;
    }
    while (ascconv_next(&ascconv, &line)) {
        offer_line(siemens, &line);
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
    struct siemens siemens = {values, collector, bytes};
    make_csa(&siemens);
    make_protocol(&siemens);
    turn_slashes(values);
}
