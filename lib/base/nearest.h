/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may have meant. */
#pragma once

/** The one of names (ended by NULL) that word is a slip of; NULL: it is like none of them. */
const char *text_nearest(const char *word, const char *const *names);
