/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of /state: every station with its newest series and its history. */
#pragma once

#include "shared_text.h"
#include "station.h"
#include <stdint.h>

/** Of /state, past and present, that somebody still reads: each change makes it anew. */
enum { STATE_TEXTS_BYTES = 128 * 1024 * 1024 };

/**
 * Puts /state together. seq: of the newest event; budget: is charged. The pieces are kept ready as
 * text in each series, so that what has settled costs a copy. The caller is the text's one owner.
 */
const struct mrq_text *state_document_render(const struct stations *stations, uint64_t seq,
                                             struct text_budget *budget);
