/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: what is said of it, in the log and in /healthz. */
#include "base/clock.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "retention_aside.h"
#include "retention_parts.h"

#include <string.h>

bool retention_removes(const struct root *root) {
    return root->policy.configured && root->policy.retention_h > 0;
}

/* Also where it no longer is, until a pass has put back what an earlier one may have left aside. */
bool retention_is_wanted(const struct root *root) {
    return retention_removes(root) || (root->policy.configured && root->unfinished);
}

bool retention_is_on(const struct retention_pass *pass) {
    return !pass->retention->stopped && retention_is_wanted(pass->root);
}

bool retention_hangs(const struct retention_pass *pass) {
    return pass->notes >= 0 && clock_ms() - pass->heard_ms > *pass->retention->parts.patience_ms;
}

/* ---- in the log ---------------------------------------------------------------------------- */

static void report_removed(struct retention_pass *pass) {
    bool news = !pass->dry_run || memcmp(&pass->now, &pass->last, sizeof(pass->now)) != 0;
    if (pass->now.files + pass->now.folders == 0 || !news) {
        return;
    }
    log_notice("%s: retention %s %llu files (%llu bytes) and %llu folders, older than %g h",
               pass->root->path, pass->dry_run ? "would remove" : "has removed",
               (unsigned long long)pass->now.files, (unsigned long long)pass->now.bytes,
               (unsigned long long)pass->now.folders, pass->hours);
}

/* What hindered a pass, in words: NULL, if there was none; free it. */
static char *fault_of(const struct retention_pass *pass, const struct retention_counts *counts) {
    if (counts->unable > 0) {
        return mem_dup("retention removes nothing: on its file system no file can be renamed "
                       "without the danger that another is replaced (RENAME_NOREPLACE, which NFS "
                       "lacks); remove old files on the server that holds them");
    }
    if (counts->denied > 0) {
        return mem_printf("retention cannot remove %llu files or folders: %s; the service's user "
                          "needs the right to write in the folders, and under systemd they need "
                          "ReadWritePaths=%s (systemctl edit mrqart)",
                          (unsigned long long)counts->denied, strerror(pass->error),
                          pass->root->path);
    }
    if (counts->stuck > 0) {
        return mem_printf("retention has put %llu files aside, and others have taken their names "
                          "meanwhile: they stay in folders named " ASIDE_NAME "; rename or remove "
                          "them",
                          (unsigned long long)counts->stuck);
    }
    return NULL;
}

static void report_fault(struct retention_pass *pass) {
    AUTOFREE char *fault = fault_of(pass, &pass->now);
    if (fault) {
        log_fault_tell(&pass->fault, pass->root->path, "%s", fault);
    } else if (pass->now.files > 0 || (pass->done && pass->last.stuck > 0)) {
        log_fault_over(&pass->fault, pass->root->path, "retention can remove files again");
    }
}

void retention_report(struct retention_pass *pass) {
    report_removed(pass);
    report_fault(pass);
    if (pass->done) {
        log_fault_over(&pass->hang, pass->root->path, "retention goes through it again");
    }
}

/* ---- for /healthz ------------------------------------------------------------------------ */

void retention_health(const struct root *root, json_t *said) {
    const struct retention_pass *pass = root->retention;
    if (!pass || !retention_is_on(pass) || !retention_removes(root)) {
        return;
    }
    const struct retention_counts *counts = root->policy.dry_run ? &pass->last : &pass->total;
    const char *state = retention_hangs(pass) ? "hangs" : pass->notes >= 0 ? "running" : "waiting";
    json_object_set_new(said, "retention",
                        json_pack("{s:f, s:b, s:s, s:I, s:I, s:I, s:I}", "hours",
                                  root->policy.retention_h, "dry_run", root->policy.dry_run,
                                  "state", state, "files", (json_int_t)counts->files, "folders",
                                  (json_int_t)counts->folders, "bytes", (json_int_t)counts->bytes,
                                  "denied", (json_int_t)pass->last.denied));
}

static void warn(json_t *warnings, char *sentence) {
    json_array_append_new(warnings, json_any_string(sentence));
    free(sentence);
}

void retention_warnings(const struct retention *retention, json_t *warnings) {
    const struct retention_pass *pass;
    char *fault;
    TAILQ_FOREACH(pass, &retention->passes, entry) {
        if (retention_is_on(pass) && retention_hangs(pass)) {
            warn(warnings, mem_printf("%s: the process that removes old files (pid %d) hangs; no "
                                      "other is started. Does its file server answer?",
                                      pass->root->path, (int)pass->child));
        } else if (retention_is_on(pass) && (fault = fault_of(pass, &pass->last))) {
            warn(warnings, mem_printf("%s: %s", pass->root->path, fault));
            free(fault);
        }
    }
}
