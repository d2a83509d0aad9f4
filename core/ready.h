/* SPDX-License-Identifier: Apache-2.0 */
/* What the daemon prints when it is complete: for scripts, and for people to click. */
#pragma once

#include "http/http_service.h"
#include "instances.h"

/** "ready http=… websocket=… dicom=… pid=…", then "dashboard http://…/". */
void ready_print(const struct http_service *http, const struct instances *instances);
