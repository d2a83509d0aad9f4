/* SPDX-License-Identifier: Apache-2.0 */
/* C-ECHO (PS3.4 A): does a receiver of DICOM answer, and by which name? */
#pragma once

enum echo_answer {
    ECHO_ANSWERED,
    ECHO_NO_CALLER,   /* it goes by the title, and takes nothing from who we said we are */
    ECHO_OTHER_TITLE, /* it goes by another title than called */
    ECHO_BUSY,        /* it has as many associations as it takes */
    ECHO_NONE,        /* it is no receiver of DICOM, or says nothing */
};

/** Asks over the connected socket fd; called and calling: AE titles of 16 characters at most. */
enum echo_answer echo_ask(int fd, const char *called, const char *calling);
