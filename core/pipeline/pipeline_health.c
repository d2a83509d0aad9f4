/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pipeline: what it says of itself. */
#include "pipeline_parts.h"

#include "base/clock.h"
#include "base/json_text.h"
#include "base/memory.h"

static json_t *queues(const struct pipeline *pipeline) {
    const struct folder_queue *queue = &pipeline->queue;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "live",
                     (json_int_t)queue->waiting[MRQ_LIVE], "backlog",
                     (json_int_t)queue->waiting[MRQ_BACKLOG], "folders", (json_int_t)queue->folders,
                     "checking", (json_int_t)workers_busy(pipeline->workers), "held",
                     (json_int_t)order_count(pipeline->order), "settling",
                     (json_int_t)settling_count(pipeline->settling), "limit",
                     (json_int_t)pipeline->queue_limit, "paused", pipeline->paused[MRQ_LIVE]);
}

static void roots(const struct pipeline *pipeline, json_t *warnings) {
    for (struct root *root = folders_first_root(pipeline->folders); root;
         root = TAILQ_NEXT(root, entry)) {
        if (root->shut) {
            AUTOFREE char *sentence = mem_printf(
                "%s is left alone: workers hang in it. Does its file server answer?", root->path);
            json_array_append_new(warnings, json_any_string(sentence));
        }
        if (root->left_out > 0) {
            AUTOFREE char *sentence =
                mem_printf("%zu files of %s were left out while workers hung in it; they are "
                           "looked at after the next start",
                           root->left_out, root->path);
            json_array_append_new(warnings, json_any_string(sentence));
        }
    }
}

/* nothing tells when such a file is removed */
enum { DENIED_MS = 3600 * 1000 };

static void denied(const struct pipeline *pipeline, json_t *health, json_t *warnings) {
    const struct path_list *list = &pipeline->denied;
    json_object_set_new(health, "denied", json_integer((json_int_t)list->count));
    if (list->count > 0 && clock_ms() - pipeline->denied_ms < DENIED_MS) {
        AUTOFREE char *paths = path_list_text(list);
        AUTOFREE char *sentence = mem_printf(
            "%zu files cannot be read: %s; give the service's user the right to read them",
            list->count, paths);
        json_array_append_new(warnings, json_any_string(sentence));
    }
}

bool pipeline_health(const struct pipeline *pipeline, json_t *health, json_t *warnings) {
    json_object_set_new(health, "queues", queues(pipeline));
    json_object_set_new(health, "names", names_health(pipeline->names));
    json_object_set_new(health, "record",
                        json_pack("{s:I, s:I, s:I}", "files",
                                  (json_int_t)seen_count(pipeline->seen), "folders",
                                  (json_int_t)seen_quiet_count(pipeline->seen), "limit",
                                  (json_int_t)pipeline->record_limit));
    blame_health(pipeline->blame, health, warnings);
    roots(pipeline, warnings);
    denied(pipeline, health, warnings);
    retention_warnings(pipeline->retention, warnings);
    if (seen_crowded(pipeline->seen) > 0) {
        AUTOFREE char *sentence = mem_printf(
            "retention will not remove %zu files: the record had no room for them (option "
            "record: more than come in within the retention)",
            seen_crowded(pipeline->seen));
        json_array_append_new(warnings, json_any_string(sentence));
    }
    if (pipeline->paused[MRQ_LIVE]) {
        json_array_append_new(warnings, json_string("the queues are full: sources wait until half "
                                                    "of it is done"));
    }
    return workers_health(pipeline->workers, health, warnings);
}
