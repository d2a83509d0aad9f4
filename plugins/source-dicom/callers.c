/* SPDX-License-Identifier: Apache-2.0 */
/* Who may send. */
#include "callers.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    V6_BITS = 128,
    V4_BITS = 32,
    V4_OFFSET = 96, /* bits before a mapped IPv4 address */
};

bool ae_title_valid(const char *text) {
    size_t length = strlen(text), spaces = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < ' ' || text[i] > '~' || text[i] == '\\') {
            return false;
        }
        spaces += text[i] == ' ';
    }
    return length > spaces && length <= AE_TITLE_BYTES;
}

static struct in6_addr mapped(struct in_addr address) {
    struct in6_addr whole = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(whole.s6_addr + V4_OFFSET / 8, &address, sizeof(address));
    return whole;
}

/* text: what follows the slash; NULL: there is none */
static bool read_bits(const char *text, unsigned most, unsigned *bits) {
    char *end = NULL;
    unsigned long value = text ? strtoul(text, &end, 10) : most;
    *bits = (unsigned)value;
    return !text || (*text >= '0' && *text <= '9' && *end == '\0' && value <= most);
}

static bool read_address(struct caller *caller, const char *text) {
    char address[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "/");
    const char *bits = text[length] ? text + length + 1 : NULL;
    struct in_addr v4;
#ifndef PLANTED_FAULT
    if (length >= sizeof(address)) {
        return false;
    }
#endif
    memcpy(address, text, length);
    address[length] = '\0';
    if (inet_pton(AF_INET, address, &v4) == 1) {
        caller->address = mapped(v4);
        bool read = read_bits(bits, V4_BITS, &caller->bits);
        caller->bits += V4_OFFSET;
        return read;
    }
    return inet_pton(AF_INET6, address, &caller->address) == 1 &&
           read_bits(bits, V6_BITS, &caller->bits);
}

bool caller_read(struct caller *caller, const char *text) {
    const char *at = strrchr(text, '@');
    size_t length = at ? (size_t)(at - text) : strlen(text);
    *caller = (struct caller){0};
    if (length > AE_TITLE_BYTES) {
        return false;
    }
    memcpy(caller->ae_title, text, length);
    return ae_title_valid(caller->ae_title) && (!at || read_address(caller, at + 1));
}

static bool address_is(const struct caller *caller, const struct in6_addr *address) {
    unsigned bytes = caller->bits / 8, rest = caller->bits % 8;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));
    const uint8_t *mine = caller->address.s6_addr, *theirs = address->s6_addr;
    return memcmp(mine, theirs, bytes) == 0 &&
           (rest == 0 || ((mine[bytes] ^ theirs[bytes]) & mask) == 0);
}

struct in6_addr caller_address(const struct sockaddr *from) {
    if (from->sa_family == AF_INET) {
        return mapped(((const struct sockaddr_in *)(const void *)from)->sin_addr);
    }
    return from->sa_family == AF_INET6
               ? ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr
               : in6addr_any;
}

bool caller_is(const struct caller *caller, const char *ae_title, const struct sockaddr *from) {
    if (strcmp(caller->ae_title, "*") != 0 && strcmp(caller->ae_title, ae_title) != 0) {
        return false;
    }
    struct in6_addr address = caller_address(from);
    return caller->bits == 0 || address_is(caller, &address);
}
