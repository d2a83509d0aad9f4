/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration tried: whatever would refuse the start is found here, by the same code, with file
 * and line. For mrqartd --check-config (which mrqart doctor runs), before a start and a reload.
 */
#pragma once

#include "config/paths.h"
#include "config/problems.h"

#include <jansson.h>
#include <stdbool.h>

enum trial_for {
    TRIAL_CHECK,  /* all is told that plugins warn of */
    TRIAL_START,  /* they warn again when they are opened in earnest */
    TRIAL_RELOAD, /* the same, and the daemon runs: what it has is no obstacle */
};

/**
 * Has a worker open the checkers, and a copy of this process the sources and sinks, the addresses
 * and the state folder; looks whether folders are folders. True if nothing is wrong; else problems
 * has it. Blocks for 10 s at most where something hangs: not for the loop.
 */
bool trial_run(const json_t *config, const struct paths *paths, enum trial_for purpose,
               struct problems *problems);
