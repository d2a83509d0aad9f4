/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of /state: every station with its newest series and its history. */
#pragma once

#include "station.h"
#include <stdint.h>

/**
 * Puts /state together. seq: of the newest event. The pieces are kept ready as text in each series,
 * so that what has settled costs a copy. The caller is the text's one owner.
 */
const struct mrq_text *state_document_render(const struct stations *stations, uint64_t seq);
