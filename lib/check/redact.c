/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the subject's name and ID out of texts. */
#include "check/redact.h"
#include "base/memory.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { WORD_LEAST = 2 }; /* taking out a single letter would leave no text whole */

static const char *const hidden[] = {"SubID", "PatientID"};
static const char mark[] = "(subject)";

static const char *word(const char *text) {
    return text && strlen(text) >= WORD_LEAST ? text : NULL;
}

struct redact redact_subject(const char *sub_id, const char *patient_id) {
    return (struct redact){{word(sub_id), word(patient_id)}};
}

int redact_hides(const char *name) {
    return strcmp(name, hidden[0]) == 0 || strcmp(name, hidden[1]) == 0;
}

/* letters and figures must be the same in any case; what parts them may differ */
static bool begins_with(const char *text, const char *word) {
    for (; *word; word++, text++) {
        unsigned char a = (unsigned char)*text, b = (unsigned char)*word;
        bool parted = ispunct(b) || isspace(b);
        if (!a || (parted ? isalnum(a) != 0 : tolower(a) != tolower(b))) {
            return false;
        }
    }
    return true;
}

static size_t word_at(const struct redact *redact, const char *text) {
    size_t longest = 0;
    for (size_t i = 0; i < sizeof(redact->words) / sizeof(redact->words[0]); i++) {
        const char *word = redact->words[i];
        if (word && begins_with(text, word)) {
            longest = strlen(word) > longest ? strlen(word) : longest;
        }
    }
    return longest;
}

char *redact_text(const struct redact *redact, const char *text) {
    if (!redact || !text || (!redact->words[0] && !redact->words[1])) {
        return NULL;
    }
    char *out = mem_zeroed(strlen(text) * (sizeof(mark) - 1) + 1, 1);
    size_t used = 0;
    bool found = false;
    while (*text) {
        size_t word = word_at(redact, text);
        size_t length = word ? sizeof(mark) - 1 : 1;
        memcpy(out + used, word ? mark : text, length);
        used += length;
        text += word ? word : 1;
        found = found || word;
    }
    if (!found) {
        free(out);
        return NULL;
    }
    return out;
}
