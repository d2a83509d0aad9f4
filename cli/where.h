/* SPDX-License-Identifier: Apache-2.0 */
/* Where this program's plugins are, in the build tree as in an installed one. */
#pragma once

/** Path of the plugin called name, or name itself where it is a path. Free it. */
char *where_plugin(const char *name);

/** The database that is used where none is named: that of the sample configuration. */
#define WHERE_DATABASE "/var/lib/mrqart/db.sqlite"

/** The daemon's configuration, where none is named. */
#define WHERE_CONFIG "/etc/mrqart.conf"

/** Path of mrqartd, which lies beside this program. Free it. */
char *where_daemon(void);
