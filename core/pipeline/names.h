/* SPDX-License-Identifier: Apache-2.0 */
/* Which file names are wanted, and what is said of the others. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct names;
struct log_fault;

/**
 * patterns: for fnmatch, any case; ended by NULL; copied. redact: names are not to be said.
 * Destroy takes NULL.
 */
struct names *names_create(const char *const *patterns, bool redact);
void names_destroy(struct names *names);

bool names_wanted(const struct names *names, const char *name);

/**
 * The name as logs and messages may say it. A file's name may be its subject's, and only the header
 * of a file that can be read tells; so of all others nothing is said where names are redacted.
 */
const char *names_said(const struct names *names, const char *name);

/** The same of a path: where names are redacted nothing of it but that there is one. Free it. */
char *names_said_path(const struct names *names, const char *folder, const char *name);

/**
 * Counts a name that is not wanted. fault: said by it, with the watched folder root and the
 * patterns; NULL: something was refused in its folder before.
 */
void names_refuse(struct names *names, const char *root, const char *name, struct log_fault *fault);

/** {"wanted": [patterns], "refused": count, "examples": [names]} */
json_t *names_health(const struct names *names);
