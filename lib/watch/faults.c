/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder below a watched one, without naming it at the default level. */
#include "watch/faults.h"
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

void fault_tell(struct mrq_host *host, const struct root *root, const char *path, const char *what,
                int error) {
    errno = error;
    mrq_warning(host, "cannot %s %s%s: %m; %s", what, fault_place(root, path), fault_root(root),
                error == EACCES || error == EPERM
                    ? "give the daemon's user read and search permission there (r-x)"
                    : "it is tried again at intervals");
    fault_name(host, path);
}
