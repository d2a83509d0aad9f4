/* SPDX-License-Identifier: Apache-2.0 */
/* The file system that a folder lies on: its type, and how much room it has. */
#pragma once

#include "doctor.h"

#include <stddef.h>

/** Type as mount(8) names it ("ext4", "nfs4"), into type; "" where nobody knows. */
void space_type(const char *path, char *type, size_t room);

/** A line on free bytes and inodes of path, which the check is about. */
void space_report(struct doctor *doctor, const char *check, const char *path);
