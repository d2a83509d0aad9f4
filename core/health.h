/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /healthz: {"status": "ok" | "warnings" | "broken", "warnings": [sentence …], "version", "epoch",
 * "uptime" (s), "instances": {name: …}, "pipeline": {…}, "keeper": {…}, "http": {…}}.
 */
#pragma once

#include "parts.h"

#include <mrqart/plugin.h>

struct health;

struct health *health_create(const struct parts *parts);
void health_destroy(struct health *health); /* takes NULL */

/**
 * The text of now, rendered at most once per 200 ms; *status becomes 200, or 503 when no source or
 * no worker can work. The caller owns one reference.
 */
const struct mrq_text *health_text(struct health *health, int *status);

/** A sentence that stays under warnings until the next configuration; NULL takes it away. */
void health_remark(struct health *health, const char *sentence);
