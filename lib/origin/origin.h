/* SPDX-License-Identifier: Apache-2.0 */
/* Which pages may use what a sink offers: the headers Origin (RFC 6454) and Host. */
#pragma once

#include <mrqart/plugin.h>
#include <stdbool.h>
#include <stddef.h>

/** Pages that may: "https://dash.example.org", or "*" for all. None: those that come from us. */
struct origins {
    char **list;
    size_t count;
};

/** Takes the list called key over from settings, in place of what was there. */
void origins_take(struct origins *origins, const struct mrq_settings *settings, const char *key);
void origins_finish(struct origins *origins);

/** True if origin, the value of the header, stands in the list or "*" does. */
bool origins_name(const struct origins *origins, const char *origin);

/** True if origin is a page of the host that a Host header names, whatever the port. */
bool origin_of_host(const char *origin, const char *host);

/** True if origin is a page of just that host and port. */
bool origin_of_authority(const char *origin, const char *host);

/**
 * True if no page of somebody else can be behind this Host header: an address, localhost, or this
 * machine's name, with any domain. Any other name may be one that somebody has made to point here
 * (DNS rebinding), and then his page is of the same origin as ours.
 */
bool origin_host_is_ours(const char *host);
