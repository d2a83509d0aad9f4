/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of a series, at level info: a line when it begins, and when that is no more. */
#pragma once

#include "series.h"

/** "AWP167046: series 7 "Rest": deviates: TR is 2000 ms, template 1300 ms". No subject. */
void series_log(const char *type, const struct series *series, const struct series_news *news);
