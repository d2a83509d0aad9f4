/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pipeline: the watched folders, since when, and what is old in them. */
#include "pipeline_parts.h"

#include "base/json_text.h"
#include "base/memory.h"
#include "keeper/keeper.h"
#include "tracking/text_builder.h"

/* before a path: its records in the state file, the floor after the first */
static const char root_key[] = "root:", floor_key[] = "floor:", removing_key[] = "removing:";

static struct root *first(const struct pipeline *pipeline) {
    return folders_first_root(pipeline->folders);
}

/* ---- followed ---------------------------------------------------------------------------- */

static void change(struct pipeline *pipeline, struct root *root) {
    root->changed = true;
    pipeline_mark(pipeline);
}

static void adopt(struct pipeline *pipeline, struct root *root, const struct root_policy *policy) {
    if (!root->source || strcmp(root->source, policy->source) != 0) {
        free(root->source);
        root->source = mem_dup(policy->source);
    }
    root->policy = *policy;
    root->policy.source = root->source;
    if (policy->backlog == BACKLOG_NONE && root->since_ns < pipeline->start_ns) {
        root->since_ns = pipeline->start_ns; /* what is dropped now stays so */
        change(pipeline, root);
    }
}

/* Where the clock was ahead when it was first followed, all that comes now would be older. */
static void heed_clock(struct pipeline *pipeline, struct root *root) {
    int64_t now_ns = pipeline_now_ns();
    if (root->since_ns > now_ns || root->floor_ns > now_ns) {
        log_warning(
            "%s: the clock has been set back since it was first followed; looked at is what "
            "is newer than the oldest file that is known of it",
            root->path);
        root->since_ns = seen_oldest(pipeline->seen, root->hash, now_ns);
        root->floor_ns = 0;
        change(pipeline, root);
    }
}

void pipeline_follow(struct pipeline *pipeline, const char *path,
                     const struct root_policy *policy) {
    struct root *root = folders_root(pipeline->folders, path);
    if (!root->since_ns) {
        root->since_ns = pipeline_now_ns();
        change(pipeline, root);
    }
    heed_clock(pipeline, root);
    adopt(pipeline, root, policy);
    retention_update(pipeline->retention);
}

void pipeline_adjust(struct pipeline *pipeline, const struct root_policy *policy) {
    for (struct root *root = first(pipeline); root; root = TAILQ_NEXT(root, entry)) {
        if (root->source && strcmp(root->source, policy->source) == 0) {
            struct root_policy changed = *policy;
            changed.configured = root->policy.configured;
            adopt(pipeline, root, &changed);
        }
    }
    retention_update(pipeline->retention);
}

void pipeline_leave(struct pipeline *pipeline, const char *source) {
    for (struct root *root = first(pipeline); root; root = TAILQ_NEXT(root, entry)) {
        if (root->source && strcmp(root->source, source) == 0) {
            free(root->source);
            root->source = NULL;
            root->policy = (struct root_policy){0};
        }
    }
    retention_update(pipeline->retention);
}

/* ---- old or not -------------------------------------------------------------------------- */

static int64_t floor_of(const struct root *root) {
    bool all = root->policy.backlog == BACKLOG_ALL;
    return all || root->floor_ns > root->since_ns ? root->floor_ns : root->since_ns;
}

bool pipeline_is_old(struct pipeline *pipeline, const struct seen_place *place,
                     const struct root *root, const struct stat *status) {
    const struct file_identity identity = protocol_identity(status);
    uint64_t hash = protocol_identity_hash(&identity);
    if (seen_identify(pipeline->seen, protocol_identity_hash_once(status), hash)) {
        pipeline_mark(pipeline);
    }
    const struct seen_file *known = seen_find(pipeline->seen, place);
    if (known) {
        bool late = root->policy.backlog == BACKLOG_NONE && identity.changed_ns < root->since_ns;
        bool same =
            known->identity == hash && (!known->proof_ns || known->proof_ns == identity.changed_ns);
        return same || late;
    }
    if (status->st_nlink == 1 && seen_anywhere(pipeline->seen, hash)) {
        return false; /* renamed, or another one in its place: a worker sees which (was_renamed) */
    }
    return identity.changed_ns < floor_of(root) ||
           seen_covers(pipeline->seen, place->folder, identity.changed_ns);
}

/* ---- what the record asks ---------------------------------------------------------------- */

static void handle_forget(void *self, uint64_t hash, int64_t newest_ns) {
    struct pipeline *pipeline = self;
    for (struct root *root = first(pipeline); root; root = TAILQ_NEXT(root, entry)) {
        if (root->hash == hash && root->floor_ns <= newest_ns) {
            root->floor_ns =
                newest_ns < INT64_MAX ? newest_ns + 1 : newest_ns; /* it is forgotten */
            root->changed = true;
        }
    }
}

static const struct root *root_of(const struct pipeline *pipeline, uint64_t hash) {
    const struct root *root = first(pipeline);
    while (root && root->hash != hash) {
        root = TAILQ_NEXT(root, entry);
    }
    return root;
}

static enum seen_need handle_need(void *self, uint64_t root_hash, uint64_t folder) {
    const struct pipeline *pipeline = self;
    const struct root *root = root_of(pipeline, root_hash);
    return folders_busy(pipeline->folders, folder) ? SEEN_BUSY
           : root && root->policy.retention_h > 0  ? SEEN_WANTED
                                                   : SEEN_FREE;
}

static int64_t handle_since(void *self, uint64_t root_hash) {
    const struct root *root = root_of(self, root_hash);
    return root ? floor_of(root) : 0;
}

struct seen_owner pipeline_seen_owner(struct pipeline *pipeline) {
    return (struct seen_owner){
        .self = pipeline, .forget = handle_forget, .need = handle_need, .since = handle_since};
}

/* ---- the state file ---------------------------------------------------------------------- */

void pipeline_collect_roots(struct pipeline *pipeline) {
    for (struct root *root = first(pipeline); root; root = TAILQ_NEXT(root, entry)) {
        if (root->changed) {
            AUTOFREE char *since = mem_printf("%s%s", root_key, root->path);
            AUTOFREE char *floor = mem_printf("%s%s", floor_key, root->path);
            AUTOFREE char *removing = mem_printf("%s%s", removing_key, root->path);
            keeper_put(pipeline->keeper, PIPELINE_RECORD, since, json_integer(root->since_ns));
            keeper_put(pipeline->keeper, PIPELINE_RECORD, floor, json_integer(root->floor_ns));
            keeper_put(pipeline->keeper, PIPELINE_RECORD, removing,
                       root->unfinished ? json_true() : NULL);
            root->changed = false;
        }
    }
}

static const char *path_behind(const char *key, const char *head) {
    size_t length = strlen(head);
    return strncmp(key, head, length) == 0 && key[length] == '/' ? key + length : NULL;
}

bool pipeline_restore_root(struct pipeline *pipeline, const char *key, const json_t *value) {
    const char *since = path_behind(key, root_key), *floor = path_behind(key, floor_key);
    const char *removing = path_behind(key, removing_key);
    if (removing && json_is_true(value)) {
        folders_root(pipeline->folders, removing)->unfinished = true;
        return true;
    }
    if (!json_is_integer(value) || !(since || floor)) {
        return false;
    }
    struct root *root = folders_root(pipeline->folders, since ? since : floor);
    root->floor_ns = json_natural(value); /* of before these were two: both at once */
    if (since) {
        root->since_ns = root->floor_ns;
    }
    return true;
}

/* ---- for /healthz ------------------------------------------------------------------------ */

static json_t *time_text(int64_t time_ns) {
    struct text_builder text = {0};
    text_builder_time(&text, time_ns / 1000000);
    json_t *value = json_loadb(text.bytes, text.used, JSON_DECODE_ANY, NULL);
    free(text.bytes);
    return value;
}

void pipeline_root_health(const struct pipeline *pipeline, const char *path, json_t *said) {
    for (struct root *root = first(pipeline); root; root = TAILQ_NEXT(root, entry)) {
        if (strcmp(root->path, path) == 0 && root->since_ns) {
            json_object_set_new(said, "since", time_text(root->since_ns));
            retention_health(root, said);
        }
    }
}
