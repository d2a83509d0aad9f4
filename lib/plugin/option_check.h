/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its option: type, range, choices. */
#pragma once

#include <jansson.h>
#include <mrqart/plugin.h>
#include <stddef.h>

/** What an option may be, for people: "a whole number from 1 to 64 (processes)". Free it. */
char *option_allowed(const struct mrq_option *option);

/**
 * NULL if value may be the option's; else what is wrong with it, as the end of a sentence that
 * begins with the option: "is 65, but must be …". Free it. *entry: which entry of a list or group
 * is wrong, or OPTION_WHOLE.
 */
char *option_fault(const struct mrq_option *option, const json_t *value, size_t *entry);

#define OPTION_WHOLE ((size_t)-1)
