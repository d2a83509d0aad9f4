/* SPDX-License-Identifier: Apache-2.0 */
/* A text that several owners share: what a struct mrq_text is made with. For the loop only. */
#pragma once

#include <mrqart/plugin.h>
#include <stddef.h>
#include <stdint.h>

/** data (length bytes and a NUL, from malloc) becomes the text's own. The caller is its one owner.
 */
const struct mrq_text *shared_text_create(char *data, size_t length, uint64_t seq);
