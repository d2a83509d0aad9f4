/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state file as the keeper writes it.
 *
 * Batches are appended with write() and not synced one by one: a killed process loses nothing that
 * was written, a power cut at most what the kernel had not written yet (about 30 s), which a rescan
 * finds again. A rewrite is synced before it takes the old file's place, and so is the file at the
 * keeper's end. A batch that fails is cut off again, so that the file always ends with a commit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal_file;

/** For the state file in folder, which is made if it is not there. Opens nothing yet. */
struct journal_file *journal_file_create(const char *folder);
void journal_file_destroy(struct journal_file *journal); /* takes NULL; syncs */

/**
 * A batch, whole lines and behind them their commit, is begun, written in pieces of any size, and
 * ended: then it counts. rewrite: what is out of date leaves the file as well. False:
 * journal_file_fault() says why, nothing of the batch counts, and it can be begun again at any
 * time.
 */
bool journal_file_begin(struct journal_file *journal);
bool journal_file_write(struct journal_file *journal, const char *piece, size_t length);
bool journal_file_end(struct journal_file *journal, bool rewrite);

/** What went wrong last, with the remedy. */
const char *journal_file_fault(const struct journal_file *journal);

uint64_t journal_file_bytes(const struct journal_file *journal);
