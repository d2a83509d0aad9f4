/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart-worker as the keeper: the process that writes for the daemon. */
#pragma once

enum {
    KEEPER_SOCKET = 3,             /* where the daemon's socket is */
    KEEPER_REPLY_BYTES = 4 * 1024, /* a reply's body: JSON text, see below */
};
/*
 * daemon to keeper: PROTOCOL_KEEP, a piece of a batch, whole in one or more messages: generation is
 *                   the batch's number, request is 1 in its last piece
 * keeper to daemon: PROTOCOL_KEEP {"batch", "saved", "message", "bytes"}, once when it is saved and
 *                   at each attempt that failed before; PROTOCOL_DATABASE {"templates", "message"}
 *                   when that has changed
 * End of file on the socket is the end of work.
 */

/** argv ends with the state folder and the database, each "" where there is none. */
int keeper_main(int argc, char **argv);
