/* SPDX-License-Identifier: Apache-2.0 */
/* The watched folders themselves: there, missing, gone, replaced. */
#pragma once

#include "walk.h"

struct roots;

/**
 * Of the option "paths". Says what is named twice; NULL, having said so, when none is named.
 * Destroy takes NULL.
 */
struct roots *roots_create(struct mrq_host *host, struct tree *tree, struct walk *walk,
                           const struct mrq_settings *settings);
void roots_destroy(struct roots *roots);

/** Watches all that are there and has them scanned; waits for the others. */
void roots_start(struct roots *roots);

/** Looks whether a root is where it should be, and whether it is the same folder still. */
void roots_check(struct roots *roots, struct root *root);

/** Checks those whose folder has been moved into another root. */
void roots_check_lost(struct roots *roots);

/** Checks all of them: once per round, for no event tells that a parent was renamed. */
void roots_check_all(struct roots *roots);

/** Scans all of them with all that lies below. */
void roots_rescan(struct roots *roots);

/** What they are, for /healthz. */
void roots_health(const struct roots *roots, struct mrq_report *report);
