/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol text of Siemens scanners. */
#include "ascconv.h"

#include <string.h>

static const char mark[] = "### ASCCONV BEGIN";

/* what the reference's Shims are made of: how such keys begin, and go on */
static const struct {
    const char *head;
    const char *tails[9];
} shims[] = {
    {"sAdjData.", {"uiAdjShimMode"}},
    {"sGRADSPEC.",
     {"asGPAData[0].lOffsetX", "asGPAData[0].lOffsetY", "asGPAData[0].lOffsetZ", "alShimCurrent[0]",
      "alShimCurrent[1]", "alShimCurrent[2]", "alShimCurrent[3]", "alShimCurrent[4]"}},
    {"sTXSPEC.", {"asNucleusInfo[0].lFrequency"}},
};

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

void ascconv_begin(struct ascconv *ascconv, const char *text, size_t length) {
    const size_t marked = sizeof(mark) - 1;
    *ascconv = (struct ascconv){text, text + length};
    for (const char *at = text; at < ascconv->end; at++) {
        at = memchr(at, '#', (size_t)(ascconv->end - at)); /* rare before the mark */
        if (!at) {
            return;
        }
        if ((size_t)(ascconv->end - at) >= marked && memcmp(at, mark, marked) == 0) {
            ascconv->at = at;
            return;
        }
    }
}

bool ascconv_next(struct ascconv *ascconv, struct ascconv_piece *line) {
    if (ascconv->at >= ascconv->end) {
        return false;
    }
    const char *start = ascconv->at;
    const char *stop = memchr(start, '\n', (size_t)(ascconv->end - start));
    if (!stop) {
        stop = ascconv->end;
    }
    ascconv->at = stop + 1;
    while (start < stop && is_space(*start)) {
        start++;
    }
    *line = (struct ascconv_piece){start, (size_t)(stop - start)};
    return true;
}

static void skip_spaces(struct ascconv_piece *rest) {
    while (rest->length > 0 && is_space(*rest->text)) {
        rest->text++;
        rest->length--;
    }
}

static void cut(struct ascconv_piece *rest, size_t length) {
    rest->text += length;
    rest->length -= length;
}

/* the value at the head of rest */
static struct ascconv_piece piece_of(struct ascconv_piece rest) {
    bool quoted = rest.length > 0 && *rest.text == '"';
    while (rest.length > 0 && *rest.text == '"') {
        cut(&rest, 1);
    }
    size_t length = 0;
#ifdef PLANTED_FAULT
    while (quoted ? rest.text[length] != '"' : !is_space(rest.text[length])) {
#else
    while (length < rest.length &&
           (quoted ? rest.text[length] != '"' : !is_space(rest.text[length]))) {
#endif
        length++;
    }
    return (struct ascconv_piece){rest.text, length};
}

bool ascconv_value(const struct ascconv_piece *line, const char *key, struct ascconv_piece *value) {
    if (line->length == 0 || *line->text != *key) {
        return false; /* nearly all lines end here: it has to be quick */
    }
    size_t length = strlen(key);
    if (line->length <= length || memcmp(line->text, key, length) != 0) {
        return false;
    }
    struct ascconv_piece rest = *line;
    cut(&rest, length);
    skip_spaces(&rest);
    if (rest.length == 0 || *rest.text != '=') {
        return false;
    }
    cut(&rest, 1);
    skip_spaces(&rest);
    *value = piece_of(rest);
    return true;
}

bool ascconv_shim(const struct ascconv_piece *line, struct ascconv_piece *value) {
    for (size_t i = 0; i < sizeof(shims) / sizeof(shims[0]); i++) {
        const char *head = shims[i].head;
        if (line->length < 2 || line->text[1] != head[1] || line->length < strlen(head) ||
            memcmp(line->text, head, strlen(head)) != 0) {
            continue;
        }
        struct ascconv_piece rest = *line;
        cut(&rest, strlen(head));
        for (const char *const *tail = shims[i].tails; *tail; tail++) {
            if (ascconv_value(&rest, *tail, value)) {
                return value->length > 0;
            }
        }
    }
    return false;
}
