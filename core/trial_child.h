/* SPDX-License-Identifier: Apache-2.0 */
/* What the copy of the daemon does that tries sources and sinks, and how it says what it finds. */
#pragma once

#include "config/paths.h"
#include "trial.h"

#include <jansson.h>

/*
 * It writes lines of JSON on FORKED_PIPE:
 *   {"doing": sentence, "place": FILE:LINE, "look": bool}   what may hang or crash from now on
 *   {"fault": bool, "place": …, "text": sentence}           a problem, or else a warning
 */

/** Never returns. */
void trial_child(const json_t *config, const struct paths *paths, enum trial_for purpose)
    __attribute__((noreturn));
