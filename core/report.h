/* SPDX-License-Identifier: Apache-2.0 */
/* What one instance says of itself for /healthz. */
#pragma once

#include "instance.h"

/** Adds {name: {"plugin", "kind", "status", …}} to health. False: the instance cannot work. */
bool report_instance(const struct instance *instance, json_t *health, json_t *warnings);
