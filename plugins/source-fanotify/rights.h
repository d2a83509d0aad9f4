/* SPDX-License-Identifier: Apache-2.0 */
/* The capabilities that marks of whole file systems, and paths from handles, need. */
#pragma once

#include <mrqart/plugin.h>

/** True when they are there; else says which are missing, and how to give them. */
bool rights_check(struct mrq_host *host);

/** They are there, and yet the kernel has refused what (see errno): says why that may be. */
void rights_tell_refused(struct mrq_host *host, const char *what);
