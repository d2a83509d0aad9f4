/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking the subject out of a check result that was made without redact: of before it was asked
 * for. Values of the tree are changed, never its text, so that it stays JSON whatever the subject
 * is called.
 */
#pragma once

#include "check/redact.h"
#include <jansson.h>

/** The subject of a check result. */
struct redact_kept {
    struct redact redact;
    const json_t *input;
    char *names[2]; /* that redact points into */
};

/** result: a check result, which must live until the end. */
void redact_kept_begin(struct redact_kept *kept, const json_t *result);
void redact_kept_end(struct redact_kept *kept);

/** Takes the subject out of the check result that kept was begun with. */
void redact_kept_result(const struct redact_kept *kept, json_t *result);

/**
 * What stays of a value called name, a header value's or a checker's own: NULL changes nothing; a
 * new reference is what takes its place.
 */
json_t *redact_kept_value(const struct redact_kept *kept, const char *name, json_t *value);

/** The same for a member of object, in its place. True: it is another now. */
bool redact_kept_member(const struct redact_kept *kept, const char *name, json_t *object,
                        const char *key);

/** value without the words in its texts, which are sentences; value is stolen. */
json_t *redact_json(const struct redact *redact, json_t *value);

/** Takes the subject out of a worker's whole answer: json of check.h. */
void redact_kept_answer(json_t *answer);
