/* SPDX-License-Identifier: Apache-2.0 */
/* Real files streamed again, in the order and at the pace in which they were acquired. */
#pragma once

struct replay;

/** Looks at every DICOM file below folder; says what it found. NULL, having said why: nothing. */
struct replay *replay_create(const char *folder);
void replay_destroy(struct replay *replay); /* takes NULL */

unsigned replay_count(const struct replay *replay);

/** The path of file index, and the pause in ms before it (none is longer than 10 s). */
const char *replay_file(const struct replay *replay, unsigned index, double *pause_ms);
