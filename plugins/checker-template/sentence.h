/* SPDX-License-Identifier: Apache-2.0 */
/* What a deviation is called: "TR is 2000 ms, template 1300 ms (seen 412 times)". */
#pragma once

#include "parameters.h"

enum { SENTENCE_BYTES = 512 };

/**
 * Writes the sentence. have NULL: absent in the file. seen: how often the template was seen; few:
 * too seldom to be relied on.
 */
void sentence_write(char sentence[SENTENCE_BYTES], const struct parameter *parameter,
                    const char *expect, const char *have, long long seen, bool few);
