/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration in force as text that can be a configuration itself. */
#pragma once

#include <jansson.h>
#include <stdio.h>

void config_dump(const json_t *config, FILE *stream);
