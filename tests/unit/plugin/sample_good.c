/* SPDX-License-Identifier: Apache-2.0 */
/* A checker in good order, with an option of each type. */
#include <mrqart/plugin.h>
#include <stdlib.h>

static void *good_open(struct mrq_host *host, const struct mrq_settings *settings) {
    (void)host, (void)settings;
    return malloc(1);
}

static bool good_check(void *self, const struct mrq_file *file, struct mrq_verdict *verdict) {
    (void)self, (void)file, (void)verdict;
    return true;
}

static const struct mrq_option options[] = {
    {.key = "context",
     .type = MRQ_STRING,
     .preset = "\"realtime\"",
     .choices = "realtime|archive",
     .help = "where files come from"},
    {.key = "strict", .type = MRQ_BOOLEAN, .preset = "false", .help = "no mercy"},
    {.key = "minimum",
     .type = MRQ_INTEGER,
     .preset = "3",
     .minimum = 1,
     .maximum = 1000,
     .unit = "times",
     .help = "how often"},
    {.key = "share",
     .type = MRQ_NUMBER,
     .preset = "0.1",
     .minimum = 0,
     .maximum = 1,
     .help = "part"},
    {.key = "names", .type = MRQ_STRINGS, .required = true, .help = "names to look at"},
    {.key = "tolerances", .type = MRQ_NUMBERS, .preset = "{\"TE\": 0.05}", .help = "by name"},
    {0},
};

MRQ_PLUGIN(.kind = MRQ_CHECKER, .name = "sample-good", .version = "1.2",
           .description = "a checker in good order", .options = options, .open = good_open,
           .close = free, .check = good_check);
