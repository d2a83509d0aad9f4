/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes of the receiver tell the plugin. */
#pragma once

#include "records.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Says that an object is stored; where the plugin does not listen it will look for itself. */
void say_stored(const char *path);

/** Says a sentence; lost where the plugin does not listen. What is no printable ASCII becomes ?. */
void say(enum record_kind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif
