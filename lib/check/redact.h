/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the subject's name and ID out of texts. */
#pragma once

/** The subject of one file; the texts are the caller's. */
struct redact {
    const char *words[2];
};

/** The words to take out of what is said of a file, from its SubID and PatientID; or NULL. */
struct redact redact_subject(const char *sub_id, const char *patient_id);

/**
 * A copy of text without the words, in any case, whatever stands for their blanks and carets (a
 * scanner writes DOE^JANE into a folder's name as DOE_JANE); NULL where there is nothing to take
 * out. redact and text may be NULL.
 */
char *redact_text(const struct redact *redact, const char *text);

/** True for the header values that name the subject. */
int redact_hides(const char *name);
