/* SPDX-License-Identifier: Apache-2.0 */
/* The public header, compiled alone as C++. */
#include <mrqart/plugin.h>

struct mrq_plugin header_needs_nothing_else;
