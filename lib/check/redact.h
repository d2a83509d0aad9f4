/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking the subject out of texts. Values are taken out whole by what they are (enum dicom_content,
 * dicom.h); this is for the rest: the subject's name and ID as they stand in names of files and
 * folders, in what people type, and in sentences.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { REDACT_WORDS = 64 }; /* a name has 3 groups of 64 characters at most (PS3.5 6.2) */

/**
 * The subject of one file: name and ID whole, and their components, of three letters or figures or
 * more. The texts are the caller's.
 */
struct redact {
    struct redact_word {
        const char *text;
        size_t length;
        bool shown; /* a value that is never touched has it, so that sentences need not hide it */
    } words[REDACT_WORDS];
    size_t count;
};

/** From PatientName and PatientID, or NULL. */
void redact_init(struct redact *redact, const char *sub_id, const char *patient_id);

/** A value that is never touched: what it has need not be hidden in sentences. May be NULL. */
void redact_show(struct redact *redact, const char *text);

/**
 * A copy of text without the words, in any case, whatever stands for their blanks and carets (a
 * scanner writes DOE^JANE into a folder's name as DOE_JANE), where they are no part of a longer
 * word; NULL where there is nothing to take out. redact and text may be NULL.
 */
char *redact_typed(const struct redact *redact, const char *text);

/** The same for a sentence on values, in which words that are shown elsewhere stay. */
char *redact_sentence(const struct redact *redact, const char *text);

/** What is said in place of the values of a finding that would name a person; free it. */
char *redact_message(const char *parameter);
