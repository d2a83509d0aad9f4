/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that hold only for the group that a series began with: the orientations of a localizer.
 */
#pragma once

#include "watched.h"
#include <jansson.h>
#include <stdint.h>

/**
 * Takes the findings out of result (a check result) whose "group" is not the one that the series
 * began with, and sets its status, conforms and errors by what is left. Returns the status that the
 * file then has (enum check_status); status is what it had.
 */
uint32_t grouped_findings_settle(json_t *result, uint32_t status, const struct watched *watched);
