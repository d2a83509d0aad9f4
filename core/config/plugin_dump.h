/* SPDX-License-Identifier: Apache-2.0 */
/* --dump-plugin and --list-plugins: what plugins say of themselves, as key=value. */
#pragma once

#include "arguments.h"
#include "paths.h"

#include <stdbool.h>

/** Prints one plugin with its options. False, having said why: it cannot be described. */
bool plugin_dump(const struct arguments *arguments, const struct paths *paths);

/** Prints a line for each plugin in the plugin folder. False if one cannot be described. */
bool plugin_list(const struct arguments *arguments, const struct paths *paths);
