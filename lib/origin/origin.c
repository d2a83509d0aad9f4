/* SPDX-License-Identifier: Apache-2.0 */
/* Which pages may use what a sink offers. */
#include "origin.h"

#include "base/memory.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void origins_finish(struct origins *origins) {
    for (size_t i = 0; i < origins->count; i++) {
        free(origins->list[i]);
    }
    free(origins->list);
    *origins = (struct origins){0};
}

void origins_take(struct origins *origins, const struct mrq_settings *settings, const char *key) {
    origins_finish(origins);
    origins->count = mrq_setting_count(settings, key);
    origins->list = mem_zeroed(origins->count + 1, sizeof(*origins->list));
    for (size_t i = 0; i < origins->count; i++) {
        origins->list[i] = mem_dup(mrq_setting_item(settings, key, i));
    }
}

bool origins_name(const struct origins *origins, const char *origin) {
    for (size_t i = 0; i < origins->count; i++) {
        if (strcmp(origins->list[i], "*") == 0 || strcasecmp(origins->list[i], origin) == 0) {
            return true;
        }
    }
    return false;
}

/* "host:port" of "scheme://host:port"; NULL: "null", of a file or a sandboxed frame */
static const char *authority_of(const char *origin) {
    const char *scheme = strstr(origin, "://");
    return scheme ? scheme + strlen("://") : NULL;
}

/* how much of "host:port" is the host */
static size_t host_length(const char *authority) {
    return *authority == '[' ? strcspn(authority, "]") + 1 : strcspn(authority, ":/");
}

bool origin_of_host(const char *origin, const char *host) {
    const char *own = authority_of(origin);
    return own && host && host_length(own) == host_length(host) &&
           strncasecmp(own, host, host_length(host)) == 0;
}

bool origin_of_authority(const char *origin, const char *host) {
    const char *own = authority_of(origin);
    return own && host && strcasecmp(own, host) == 0;
}

/* An IPv6 address stands in brackets. A name whose last part is a number is no name of DNS, and
 * browsers take it for an IPv4 address (WHATWG URL, "ends in a number"). */
static bool is_address(const char *host, size_t length) {
    size_t digits = 0;
    while (digits < length && isdigit((unsigned char)host[length - 1 - digits])) {
        digits++;
    }
    return *host == '[' || (digits > 0 && (digits == length || host[length - 1 - digits] == '.'));
}

static bool is_name(const char *host, size_t length, const char *name) {
    return strlen(name) == length && strncasecmp(host, name, length) == 0;
}

bool origin_host_is_ours(const char *host) {
    size_t length = host_length(host);
    char machine[HOST_NAME_MAX + 1] = "";
    gethostname(machine, sizeof(machine) - 1);
    size_t first = strcspn(machine, "."), label = strcspn(host, ".:");
    bool same_label = first > 0 && label == first && strncasecmp(host, machine, first) == 0;
    return is_address(host, length) || is_name(host, length, "localhost") || same_label;
}
