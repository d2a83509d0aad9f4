/* SPDX-License-Identifier: Apache-2.0 */
/* Answers with the headers that every answer of this sink carries. */
#pragma once

#include <event2/http.h>
#include <mrqart/plugin.h>
#include <stdbool.h>

/** True for GET and HEAD; else has answered 405. */
bool reply_method_allowed(struct evhttp_request *request);

/** Adds one header to the answer. */
void reply_header(struct evhttp_request *request, const char *name, const char *value);

/**
 * Answers with length bytes at data, which stay there until release(data, length, owner) is called;
 * it is called in any case. A HEAD request gets the headers only.
 */
struct reply_body {
    const void *data;
    size_t length;
    void (*release)(const void *data, size_t length, void *owner);
    void *owner;
};
void reply_send(struct evhttp_request *request, int status, const char *type,
                const struct reply_body *body);

/** Answers with a shared text, whose ownership passes on. */
void reply_shared(struct evhttp_request *request, int status, const char *type,
                  const struct mrq_text *text);

/** Answers with a sentence for people; text is copied. Not to be stored. */
void reply_text(struct evhttp_request *request, int status, const char *text);

/** Answers with JSON text, which is taken over. Not to be stored. */
void reply_json(struct evhttp_request *request, int status, char *text);

/** Answers 503 with a sentence for people: what is asked for is there, but not now. */
void reply_busy(struct evhttp_request *request, const char *text);

/** Answers 304: what the client has is still right. */
void reply_not_modified(struct evhttp_request *request);
