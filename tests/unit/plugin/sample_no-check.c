/* SPDX-License-Identifier: Apache-2.0 */
/* A checker that cannot check and cannot be closed. */
#include <mrqart/plugin.h>
#include <stdlib.h>

static void *sample_open(struct mrq_host *host, const struct mrq_settings *settings) {
    (void)host, (void)settings;
    return malloc(1);
}

MRQ_PLUGIN(.kind = MRQ_CHECKER, .name = "sample-no-check", .version = "1",
           .description = "lacks its callbacks", .open = sample_open);
