/* SPDX-License-Identifier: Apache-2.0 */
/* A text that several owners share: what a struct mrq_text is made with. For the loop only. */
#pragma once

#include <mrqart/plugin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Bytes that texts of one kind may take while anybody still reads one of them. It lives until its
 * last text does: release it as soon as no more are made.
 */
struct text_budget;
struct text_budget *text_budget_create(size_t most);
void text_budget_release(struct text_budget *budget); /* takes NULL */

/** Whether another text of so many bytes may be made. */
bool text_budget_affords(const struct text_budget *budget, size_t bytes);

/**
 * data (length bytes and a NUL, from malloc) becomes the text's own. The caller is its one owner.
 * budget: is charged as long as the text lives; NULL: none.
 */
const struct mrq_text *shared_text_create(char *data, size_t length, uint64_t seq,
                                          struct text_budget *budget);
