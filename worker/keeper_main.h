/* SPDX-License-Identifier: Apache-2.0 */
/* mrqart-worker as the keeper: the process that writes for the daemon. */
#pragma once

enum {
    KEEPER_SOCKET = 3,             /* where the daemon's socket is */
    KEEPER_REPLY_BYTES = 4 * 1024, /* a reply's body: JSON text, see below */
};

/** What the request of a piece of a batch says. */
enum keeper_piece {
    KEEPER_LAST = 1,    /* the batch is whole */
    KEEPER_REWRITE = 2, /* with it: what is out of date leaves the file at once */
};

/*
 * daemon to keeper: PROTOCOL_KEEP, a piece of a batch, whole in one or more messages, however many:
 *                   generation is the batch's number, request an enum keeper_piece. A piece goes to
 *                   the file as it comes, so that no batch is too large.
 * keeper to daemon: PROTOCOL_KEEP {"batch", "saved", "message", "bytes"}, once for each batch that
 *                   came whole; one that is not saved has left nothing, and may be sent again.
 *                   PROTOCOL_DATABASE {"templates", "message"} when that has changed
 * End of file on the socket is the end of work.
 */

/** argv ends with the state folder and the database, each "" where there is none. */
int keeper_main(int argc, char **argv);
