/* SPDX-License-Identifier: Apache-2.0 */
/* The options of source-dicom, and what of them the receiver is told. */
#pragma once

#include <mrqart/plugin.h>

extern const struct mrq_option dicom_options[];

/**
 * The receiver's settings as JSON text; spool: its path without links. NULL, having said why: an
 * option is wrong in a way that its table does not tell. Free it.
 */
char *dicom_settings(struct mrq_host *host, const struct mrq_settings *settings, const char *spool);
