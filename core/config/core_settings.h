/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the daemon are told, taken from the configuration. */
#pragma once

#include "pipeline/pipeline.h"
#include "tracking/tracking.h"

#include <jansson.h>

/** For the pipeline; its texts belong to config and to what core_settings_finish() frees. */
void core_settings_pipeline(struct pipeline_settings *settings, const json_t *config,
                            const char *worker);
void core_settings_finish(struct pipeline_settings *settings);

struct tracking_settings core_settings_tracking(const json_t *config);
