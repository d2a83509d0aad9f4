/* SPDX-License-Identifier: Apache-2.0 */
/* POST /acknowledge: what a person at the scanner says to a series that deviates. */
#pragma once

#include <event2/http.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

struct acknowledge;

struct acknowledge *acknowledge_create(struct mrq_host *host);
void acknowledge_destroy(struct acknowledge *acknowledge); /* takes NULL */

/** Takes the options acknowledge and origins. */
void acknowledge_configure(struct acknowledge *acknowledge, const struct mrq_settings *settings);

/** Whether answers are taken at all. */
bool acknowledge_on(const struct acknowledge *acknowledge);

/** Answers the request, whatever it is. */
void acknowledge_reply(struct acknowledge *acknowledge, struct evhttp_request *request);
