/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the dashboard, all beneath one folder. */
#pragma once

#include <event2/http.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct files;

/** folder: where the dashboard's files are; it may come and go. */
struct files *files_create(struct mrq_host *host, const char *folder);
void files_destroy(struct files *files); /* takes NULL */

/**
 * Answers with the file called name ("index.html", "js/main.js"), as it stands in a URL, %-escaped.
 * False, with nothing answered: there is none, or it is none to be shown.
 */
bool files_reply(struct files *files, struct evhttp_request *request, const char *name);

/** What the copies of the files take, and how often one was compressed. */
void files_report(const struct files *files, struct mrq_report *report);

/** True when the dashboard's first page is there. */
bool files_there(const struct files *files);
