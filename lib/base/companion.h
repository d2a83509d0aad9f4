/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that operating systems, file servers and transfer programs put beside the images of a
 * folder for themselves: AppleDouble files, thumbnails, recycle bins, snapshots, uploads that are
 * under way. None of them ever is an image, whatever it ends in, so they are left alone without
 * blame: not read, not told, not counted, and a folder of that name is not entered.
 */
#pragma once

#include <stdbool.h>

/** True for the name of such a file or folder; name: without any slash. */
bool companion_name(const char *name);

/** True if any part of the relative path has such a name. */
bool companion_within(const char *path);
