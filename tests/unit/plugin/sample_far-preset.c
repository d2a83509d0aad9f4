/* SPDX-License-Identifier: Apache-2.0 */
/* A sink whose default is outside its own range. */
#include <mrqart/plugin.h>
#include <stdlib.h>

static void *sample_open(struct mrq_host *host, const struct mrq_settings *settings) {
    (void)host, (void)settings;
    return malloc(1);
}

static const struct mrq_option options[] = {
    {.key = "port", .type = MRQ_INTEGER, .preset = "70000", .minimum = 0, .maximum = 65535},
    {0},
};

MRQ_PLUGIN(.kind = MRQ_SINK, .name = "sample-far-preset", .version = "1",
           .description = "has a bad default", .options = options, .open = sample_open,
           .close = free);
