/* SPDX-License-Identifier: Apache-2.0 */
/* One value against its option: type, range, choices. */
#pragma once

#include "problems.h"

#include <mrqart/plugin.h>

/** True if value may be the option's; else a problem says what it may be. */
bool config_check(const struct mrq_option *option, const json_t *value, const struct place *place,
                  struct problems *problems);

/** What an option may be, for people: "a whole number from 1 to 64 (processes)". Free it. */
char *config_allowed(const struct mrq_option *option);
