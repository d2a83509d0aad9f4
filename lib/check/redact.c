/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the subject's name and ID out of texts. */
#include "check/redact.h"
#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

enum {
    WORD_LEAST = 3,     /* letters or figures: less would leave no text whole */
    IDEOGRAPH = 0x2e80, /* from here on a character is a syllable at least, and counts twice */
};

static const char mark[] = "(subject)";

/* ---- characters ---------------------------------------------------------------------------- */

enum kind { PARTS, FIGURE, LETTER };

struct character {
    uint32_t code; /* small, where it has a small form */
    enum kind kind;
    size_t bytes;
};

/* capitals beside ASCII: from first to last each step, the small form is so much further */
static const struct {
    uint32_t first, last, step, further;
} capitals[] = {
    {0xc0, 0xd6, 1, 32},   {0xd8, 0xde, 1, 32},   {0x100, 0x136, 2, 1},
    {0x139, 0x147, 2, 1},  {0x14a, 0x176, 2, 1},  {0x179, 0x17d, 2, 1},
    {0x391, 0x3a9, 1, 32}, {0x400, 0x40f, 1, 80}, {0x410, 0x42f, 1, 32},
};

static uint32_t small(uint32_t code) {
    if (code < 0x80) {
        return (uint32_t)tolower((int)code);
    }
    for (size_t i = 0; i < sizeof(capitals) / sizeof(capitals[0]); i++) {
        if (code >= capitals[i].first && code <= capitals[i].last &&
            (code - capitals[i].first) % capitals[i].step == 0) {
            return code + capitals[i].further;
        }
    }
    return code;
}

static enum kind kind_of(uint32_t code) {
    if (code < 0x80) {
        return isdigit((int)code) ? FIGURE : isalpha((int)code) ? LETTER : PARTS;
    }
    /* Latin-1's signs, general punctuation, that of CJK, U+FFFD */
    bool parts = code < 0xc0 || (code >= 0x2000 && code < 0x2070) ||
                 (code >= 0x3000 && code < 0x3005) || code == 0xfffd;
    return parts ? PARTS : LETTER;
}

/* the character at text, of which left bytes are there */
static struct character character_at(const char *text, size_t left) {
    static const unsigned char firsts[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t bytes = text_character(text, left);
    if (!bytes) {
        return (struct character){(unsigned char)*text, PARTS, 1};
    }
    uint32_t code = (unsigned char)text[0] & firsts[bytes];
    for (size_t i = 1; i < bytes; i++) {
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    }
    return (struct character){small(code), kind_of(code), bytes};
}

/* ---- the subject --------------------------------------------------------------------------- */

static void add_word(struct redact *redact, const char *text, size_t length) {
    size_t letters = 0;
    for (size_t at = 0; at < length;) {
        struct character character = character_at(text + at, length - at);
        letters += character.kind == PARTS ? 0 : character.code >= IDEOGRAPH ? 2 : 1;
        at += character.bytes;
    }
    if (letters >= WORD_LEAST && redact->count < REDACT_WORDS) {
        redact->words[redact->count++] = (struct redact_word){text, length, false};
    }
}

/* the whole, without what parts it at its ends, and each part */
static void add_words(struct redact *redact, const char *text) {
    size_t length = text ? strlen(text) : 0, from = length, first = length, end = 0;
    for (size_t at = 0; at < length;) {
        struct character character = character_at(text + at, length - at);
        bool part = character.kind == PARTS;
        if (part && from < at) {
            add_word(redact, text + from, at - from);
        }
        from = part ? length : from < at ? from : at;
        at += character.bytes;
        first = part || first < length ? first : at - character.bytes;
        end = part ? end : at;
    }
    if (from < length) {
        add_word(redact, text + from, length - from);
    }
    if (first < end && from != first) {
        add_word(redact, text + first, end - first);
    }
}

void redact_init(struct redact *redact, const char *sub_id, const char *patient_id) {
    redact->count = 0;
    add_words(redact, sub_id);
    add_words(redact, patient_id);
}

/* ---- texts --------------------------------------------------------------------------------- */

/* How many bytes of text are the word, 0: it is another. Letters and figures must be the same in
 * any case; what parts them may differ. */
static size_t match(const struct redact_word *word, const char *text, size_t left) {
    enum kind last = PARTS;
    size_t used = 0;
    for (size_t at = 0; at < word->length;) {
        struct character wanted = character_at(word->text + at, word->length - at);
        struct character found =
            used < left ? character_at(text + used, left - used) : (struct character){0, PARTS, 0};
        bool same =
            wanted.kind == PARTS ? found.kind == PARTS && found.bytes : wanted.code == found.code;
        if (!same) {
            return 0;
        }
        last = wanted.kind;
        at += wanted.bytes;
        used += found.bytes;
    }
    bool longer = used < left && character_at(text + used, left - used).kind == last;
    return longer ? 0 : used;
}

static size_t longest(const struct redact *redact, bool sentence, const char *text, size_t left) {
    size_t most = 0;
    for (size_t i = 0; i < redact->count; i++) {
        const struct redact_word *word = &redact->words[i];
        size_t length = sentence && word->shown ? 0 : match(word, text, left);
        most = length > most ? length : most;
    }
    return most;
}

static char *take_out(const struct redact *redact, bool sentence, const char *text) {
    size_t length = text ? strlen(text) : 0, used = 0;
    if (!redact || redact->count == 0 || length == 0) {
        return NULL;
    }
    char *out = mem_zeroed(length + 1, sizeof(mark) / WORD_LEAST + 1);
    bool found = false;
    enum kind before = PARTS;
    for (size_t at = 0; at < length;) {
        struct character character = character_at(text + at, length - at);
        bool begins = character.kind != PARTS && character.kind != before;
        size_t word = begins ? longest(redact, sentence, text + at, length - at) : 0;
        size_t bytes = word ? sizeof(mark) - 1 : character.bytes;
        memcpy(out + used, word ? mark : text + at, bytes);
        used += bytes;
        at += word ? word : character.bytes;
        before = word ? PARTS : character.kind;
        found = found || word;
    }
    if (!found) {
        free(out);
        return NULL;
    }
    return out;
}

char *redact_typed(const struct redact *redact, const char *text) {
    return take_out(redact, false, text);
}

char *redact_sentence(const struct redact *redact, const char *text) {
    return take_out(redact, true, text);
}

void redact_show(struct redact *redact, const char *text) {
    for (size_t i = 0; i < redact->count; i++) {
        const struct redact one = {{redact->words[i]}, 1};
        if (!redact->words[i].shown) {
            AUTOFREE char *without = take_out(&one, false, text);
            redact->words[i].shown = without != NULL;
        }
    }
}

char *redact_message(const char *parameter) {
    return mem_printf("%s is not as expected; its values are hidden (redact)", parameter);
}
