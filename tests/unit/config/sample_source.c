/* SPDX-License-Identifier: Apache-2.0 */
/* A source that notices nothing, with the options that sources have. */
#include <mrqart/plugin.h>
#include <stdlib.h>

static void *source_open(struct mrq_host *host, const struct mrq_settings *settings) {
    (void)host, (void)settings;
    return malloc(1);
}

static bool source_start(void *self) {
    (void)self;
    return true;
}

static void source_idle(void *self) {
    (void)self;
}

static const struct mrq_option options[] = {
    {.key = "paths",
     .type = MRQ_FOLDERS,
     .required = true,
     .minimum = 1,
     .maximum = 9,
     .help = "folders to watch"},
    {.key = "depth", .type = MRQ_INTEGER, .preset = "64", .minimum = 1, .maximum = 1000},
    {0},
};

MRQ_PLUGIN(.kind = MRQ_SOURCE, .name = "sample-source", .version = "1",
           .description = "notices nothing", .options = options, .open = source_open, .close = free,
           .start = source_start, .pause = source_idle, .resume = source_idle);
