/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin of an older header: its struct ends before event, its options before choices. */
#include <mrqart/plugin.h>
#include <stdlib.h>

struct older_option {
    const char *key;
    enum mrq_type type;
    bool required;
    const char *preset;
    double minimum, maximum;
};

static const struct older_option options[] = {
    {.key = "FA", .type = MRQ_NUMBER, .preset = "90"},
    {.key = "project", .type = MRQ_STRING},
    {0},
};

static void *older_open(struct mrq_host *host, const struct mrq_settings *settings) {
    (void)host, (void)settings;
    return malloc(1);
}

static bool older_check(void *self, const struct mrq_file *file, struct mrq_verdict *verdict) {
    (void)self, (void)file, (void)verdict;
    return true;
}

const struct mrq_plugin mrq_plugin = {
    .abi = MRQ_ABI_OLDEST,
    .size = offsetof(struct mrq_plugin, event),
    .option_size = sizeof(struct older_option),
    .kind = MRQ_CHECKER,
    .name = "sample-older",
    .version = "0.9",
    .description = "built with an older header",
    .options = (const struct mrq_option *)(const void *)options,
    .open = older_open,
    .close = free,
    .check = older_check,
    .event = (void (*)(void *, const struct mrq_event *))(uintptr_t)0xdead, /* past its end */
};
