/* SPDX-License-Identifier: Apache-2.0 */
/* Handing on what was found below a watched folder. */
#include "watch/found.h"
#include "base/times.h"

void found_heard(struct mrq_host *host, const struct root *root, const char *path,
                 const struct stat *about) {
    const struct mrq_found found = {
        .root = root->path, .path = path, .stat = about, .lane = MRQ_LIVE};
    mrq_emit(host, &found);
}

void found_met(struct mrq_host *host, const struct found_at *at, const char *path,
               const struct stat *about) {
    /* older than our watch, yet it was not there: its folder was moved in, as if it were renamed */
    bool moved_in = at->fresh && !S_ISDIR(about->st_mode) &&
                    times_is_older(&about->st_ctim, &at->root->followed);
    const struct mrq_found found = {
        .root = at->root->path, .path = path, .stat = moved_in ? NULL : about, .lane = at->lane};
    mrq_emit(host, &found);
}
