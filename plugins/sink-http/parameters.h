/* SPDX-License-Identifier: Apache-2.0 */
/* GET /parameters.json: what each parameter means, in the words of the console. */
#pragma once

#include "files.h"

#include <event2/http.h>
#include <mrqart/plugin.h>

struct parameters;

struct parameters *parameters_create(struct mrq_host *host);
void parameters_destroy(struct parameters *parameters); /* takes NULL */

/** Reads the site's own file, if the option of this name has one; says what is wrong with it. */
void parameters_configure(struct parameters *parameters, const struct mrq_settings *settings);

/** Answers with the site's file; without a good one, with that of the page, from files. */
void parameters_reply(const struct parameters *parameters, struct files *files,
                      struct evhttp_request *request);

void parameters_report(const struct parameters *parameters, struct mrq_report *report);
