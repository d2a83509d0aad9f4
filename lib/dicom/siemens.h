/* SPDX-License-Identifier: Apache-2.0 */
/* The values that stand in the CSA headers and the protocol text of Siemens scanners. */
#pragma once

#include "values.h"

/** Fills in those of values that the Siemens headers among the collected elements have. */
void siemens_make(struct values *values, const struct collector *collector, const uint8_t *bytes);
