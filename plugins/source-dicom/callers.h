/* SPDX-License-Identifier: Apache-2.0 */
/* Who may send: entries of the option "callers". */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { AE_TITLE_BYTES = 16 }; /* PS3.5 6.2 */

struct caller {
    char ae_title[AE_TITLE_BYTES + 1]; /* "*": any */
    struct in6_addr address;           /* an IPv4 address is mapped (RFC 4291 2.5.5.2) */
    unsigned bits;                     /* of address that count; 0: any */
};

/** True if text is fit to be an AE title: 1 to 16 printable characters, not all of them spaces. */
bool ae_title_valid(const char *text);

/** Reads "AE", "AE@ADDRESS" or "AE@ADDRESS/BITS"; AE may be "*". False: it is none of them. */
bool caller_read(struct caller *caller, const char *text);

/** True if ae_title, calling from the address from, is the one meant. */
bool caller_is(const struct caller *caller, const char *ae_title, const struct sockaddr *from);

/** The address of a socket, IPv4 mapped (RFC 4291 2.5.5.2); all zero where it has none. */
struct in6_addr caller_address(const struct sockaddr *from);

#ifdef __cplusplus
}
#endif
