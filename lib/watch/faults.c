/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder below a watched one, without naming it at the default level. */
#include "watch/faults.h"
#include "base/memory.h"
#include <errno.h>
#include <string.h>

/* Folders below a watched one may have a subject's name: only who asks for more than the default
 * log is told which it is. */
const char *fault_place(const struct root *root, const char *path) {
    return root && strcmp(root->path, path) == 0 ? "" : "a folder below ";
}

const char *fault_root(const struct root *root) {
    return root ? root->path : "a watched one";
}

void fault_name(struct mrq_host *host, const char *path) {
    mrq_info(host, "the last message is of %s", path);
}

const char *fault_remedy(int error) {
    return error == EACCES || error == EPERM
               ? "give the daemon's user read and search permission there (r-x)"
           : error == ETIMEDOUT
               ? "see to the mount there and its server; it is tried again at intervals"
               : "it is tried again at intervals";
}

void unreadable_finish(struct unreadable *unreadable) {
    path_list_finish(&unreadable->list);
}

void unreadable_add(struct unreadable *unreadable, struct mrq_host *host, const char *root,
                    const char *path, int error) {
    unsigned more;
    path_list_add(&unreadable->list, path);
    unreadable->error = error;
    if (!log_fault_due(&unreadable->told, &more)) {
        return;
    }
    errno = error;
    mrq_warning(host, "cannot read %s%s: %m; %s%s",
                strcmp(root, path) == 0 ? "" : "a folder below ", root, fault_remedy(error),
                more ? "; there are others, which /healthz counts" : "");
    fault_name(host, path);
}

void unreadable_remove(struct unreadable *unreadable, const char *path) {
    path_list_remove(&unreadable->list, path);
    if (unreadable->list.count == 0) {
        unreadable->told = (struct log_fault){0};
    }
}

void unreadable_report(const struct unreadable *unreadable, struct mrq_report *report) {
    const struct path_list *list = &unreadable->list;
    mrq_report_number(report, "unreadable", (double)list->count);
    if (list->count == 0) {
        return;
    }
    AUTOFREE char *paths = path_list_text(list);
    AUTOFREE char *text =
        mem_printf("%zu folders cannot be read (%s): %s; %s", list->count,
                   strerror(unreadable->error), paths, fault_remedy(unreadable->error));
    mrq_report_warning(report, text);
}
