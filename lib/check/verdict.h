/* SPDX-License-Identifier: Apache-2.0 */
/* What the checkers say of one file, gathered as pieces of the check result. */
#pragma once

#include "check/check.h"
#include "check/lookup.h"
#include "check/redact.h"
#include "check/writer.h"

#include <mrqart/plugin.h>

struct verdict;

/** Keeps its memory from file to file. Destroy takes NULL. */
struct verdict *verdict_create(void);
void verdict_destroy(struct verdict *verdict);

/**
 * Begins a file: nothing is found yet. lookup says which names are numeric; redact, if not NULL,
 * takes the subject out of every text. Both must live until the verdict has been written.
 */
void verdict_begin(struct verdict *verdict, const struct lookup *lookup,
                   const struct redact *redact);

/** What the checker called name is given; its name is remembered with what it says. */
struct mrq_verdict *verdict_for(struct verdict *verdict, const char *name);

/** That checker failed: all that it has said of this file is taken back, and its name is kept. */
void verdict_drop(struct verdict *verdict);

/** Why the file is none to be compared, as the first that said so put it; NULL: nobody did. */
const char *verdict_excluded(const struct verdict *verdict);

/** The message of a finding, made of its values where the checker gave none. */
void verdict_message(const struct mrq_finding *finding, char *message, size_t room);

/** The status that follows from what was said (design.md 5). */
enum check_status verdict_status(const struct verdict *verdict);

/** Digest of status, findings and watched values. */
uint64_t verdict_digest(const struct verdict *verdict);

/** Members of the check result from "status" to "errors", and from "template" to the end. */
void verdict_write_head(const struct verdict *verdict, struct writer *writer);
void verdict_write_tail(const struct verdict *verdict, struct writer *writer);

/** The items of json.watch, without brackets. */
const struct writer *verdict_watched(const struct verdict *verdict);
