/* SPDX-License-Identifier: Apache-2.0 */
/* The work of a worker: settings first, then one path after the other. */
#pragma once

/** Answers the daemon at PROTOCOL_SOCKET until that closes its end. Returns the exit code. */
int serve(void);
