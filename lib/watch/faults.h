/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a folder below a watched one, without naming it at the default level. */
#pragma once

#include "watch/roots.h"

/** path cannot be watched, read … (what) because of the errno error. The remedy is added. */
void fault_tell(struct mrq_host *host, const struct root *root, const char *path, const char *what,
                int error);

/** Words for path in a sentence: "%s%s", fault_place(), fault_root(). root may be NULL. */
const char *fault_place(const struct root *root, const char *path);
const char *fault_root(const struct root *root);

/** Says at a deeper level which folder the last message is of. */
void fault_name(struct mrq_host *host, const char *path);
