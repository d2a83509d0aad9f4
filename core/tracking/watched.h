/* SPDX-License-Identifier: Apache-2.0 */
/* The values watched over a series: constants that must not change, and what is collected. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct redact_kept;

/* of all values of a series: a hundred times what checker-template watches in a localizer */
enum { WATCHED_BYTES = 128 * 1024 };

struct watched_set;

/** Zero it to begin. */
struct watched {
    struct watched_set *sets;
    size_t count, bytes;
};

void watched_finish(struct watched *watched);

/** Frees what is needed only to see a change; what was collected stays. */
void watched_forget_constants(struct watched *watched);

/**
 * Takes one entry of "watch" in: {"checker", "name", "value", "watching", "group"}. True if a
 * constant has changed: *from is the value before it (JSON, borrowed until the next call).
 * Entries beyond WATCHED_BYTES are not watched; *grew says whether anything was added.
 */
bool watched_note(struct watched *watched, const json_t *entry, const json_t **from, bool *grew);

/** The group that the series began with, of a constant of checker; NULL: it is not watched. */
const char *watched_first_group(const struct watched *watched, const char *checker,
                                const char *name);

/** What was collected: {name: [values]}, in rising order. New reference. */
json_t *watched_collected(const struct watched *watched);

/** Takes the subject out of the values. True: there was something to be taken out. */
bool watched_redact(struct watched *watched, const struct redact_kept *kept);

/** For the state file: [{"checker", "name", "watching", "group", "values"}], and back. */
json_t *watched_save(const struct watched *watched);
void watched_restore(struct watched *watched, const json_t *saved);
