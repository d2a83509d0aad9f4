/* SPDX-License-Identifier: Apache-2.0 */
/* The options that every source has. */
#include "source_options.h"
#include "base/memory.h"

static const char *const backlog_words[] = {
    [BACKLOG_SINCE_LAST] = "since-last", [BACKLOG_NONE] = "none", [BACKLOG_ALL] = "all"};

const struct mrq_option source_options[] = {
    {.key = "backlog",
     .type = MRQ_STRING,
     .preset = "\"since-last\"",
     .choices = "none|since-last|all",
     .help = "which files found at the start are looked at: none that are older than the start, "
             "those since the folder was first followed, or all, if not looked at before"},
    {.key = "retention",
     .type = MRQ_NUMBER,
     .preset = "0",
     .minimum = 0,
     .maximum = 876000,
     .unit = "h",
     .help = "files that were looked at and are older than this are removed, and folders left "
             "empty by it; 0: never"},
    {.key = "retention_dry_run",
     .type = MRQ_BOOLEAN,
     .preset = "false",
     .help = "only say in the log what retention would remove"},
    {.key = "share",
     .type = MRQ_STRING,
     .help =
         "the share to connect at the scanner, such as \\\\server\\dicomstream, shown to people"},
    {0},
};

static size_t count_of(const struct mrq_option *table) {
    size_t count = 0;
    while (table[count].key) {
        count++;
    }
    return count;
}

struct mrq_option *source_options_join(const struct mrq_option *own) {
    size_t ours = count_of(source_options), theirs = count_of(own);
    struct mrq_option *joined = mem_zeroed(ours + theirs + 1, sizeof(*joined));
    memcpy(joined, own, theirs * sizeof(*joined));
    memcpy(joined + theirs, source_options, ours * sizeof(*joined));
    return joined;
}

json_t *source_options_split(json_t *values) {
    json_t *taken = json_object();
    for (const struct mrq_option *option = source_options; option->key; option++) {
        json_object_set(taken, option->key, json_object_get(values, option->key));
        json_object_del(values, option->key);
    }
    return taken;
}

static enum backlog backlog_named(const char *word) {
    for (enum backlog backlog = BACKLOG_SINCE_LAST; word && backlog <= BACKLOG_ALL; backlog++) {
        if (strcmp(word, backlog_words[backlog]) == 0) {
            return backlog;
        }
    }
    return BACKLOG_SINCE_LAST;
}

struct root_policy source_options_policy(const json_t *configured) {
    const json_t *values = json_object_get(configured, "common");
    return (struct root_policy){
        .source = json_string_value(json_object_get(configured, "name")),
        .backlog = backlog_named(json_string_value(json_object_get(values, "backlog"))),
        .retention_h = json_number_value(json_object_get(values, "retention")),
        .dry_run = json_is_true(json_object_get(values, "retention_dry_run")),
    };
}
