/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that tell a file's series (trust_names): in <protocol>_<series>_<image>.dcm, what stands
 * before the image number is the same for all files of a series in one folder.
 */
#pragma once

#include <stdint.h>

struct trusted_names; /* of one folder */

void trusted_names_destroy(struct trusted_names *trusted); /* takes NULL */

/** The series that files with this name's beginning belong to; 0: not known. trusted may be NULL.
 */
uint64_t trusted_names_find(const struct trusted_names *trusted, const char *name);

/** A file of this name was found to be of this series. *trusted is made when it is NULL. */
void trusted_names_note(struct trusted_names **trusted, const char *name, uint64_t series_key);
