/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in list of header values: the reference's 24, then those that are ours. */
#pragma once

#include "taglist.h"

extern const struct tag_entry taglist_table[];
extern const size_t taglist_table_count;

/** Whether the list has a value called name, and what it may say of a person. */
bool taglist_known(const char *name, enum dicom_content *content);
