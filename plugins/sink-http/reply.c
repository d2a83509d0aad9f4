/* SPDX-License-Identifier: Apache-2.0 */
/* Answers, their security headers, and what evhttp does not do by itself. */
#include "reply.h"

#include "base/memory.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <string.h>

#define STATUS_METHOD_NOT_ALLOWED 405

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static const char *reason_of(int status) {
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

void reply_header(struct evhttp_request *request, const char *name, const char *value) {
    evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static void add_common_headers(struct evhttp_request *request) {
    reply_header(request, "X-Content-Type-Options", "nosniff");
    reply_header(request, "Referrer-Policy", "no-referrer");
    reply_header(request, "Cross-Origin-Resource-Policy", "same-origin");
    reply_header(request, "X-Frame-Options", "DENY");
}

bool reply_method_allowed(struct evhttp_request *request) {
    enum evhttp_cmd_type method = evhttp_request_get_command(request);
    if (method == EVHTTP_REQ_GET || method == EVHTTP_REQ_HEAD) {
        return true;
    }
    reply_header(request, "Allow", "GET, HEAD");
    reply_text(request, STATUS_METHOD_NOT_ALLOWED, "Only GET and HEAD work here.\n");
    return false;
}

void reply_send(struct evhttp_request *request, int status, const char *type,
                const struct reply_body *body) {
    char length[32];
    snprintf(length, sizeof(length), "%zu", body->length);
    reply_header(request, "Content-Type", type);
    reply_header(request, "Content-Length", length);
    add_common_headers(request);
    struct evbuffer *buffer = evbuffer_new();
    if (!buffer || evhttp_request_get_command(request) == EVHTTP_REQ_HEAD || /* evhttp sends it */
        evbuffer_add_reference(buffer, body->data, body->length, body->release, body->owner) < 0) {
        body->release(body->data, body->length, body->owner);
    }
    evhttp_send_reply(request, status, reason_of(status), buffer);
    if (buffer) {
        evbuffer_free(buffer);
    }
}

static void release_shared(const void *data, size_t length, void *owner) {
    (void)data, (void)length;
    mrq_text_release(owner);
}

void reply_shared(struct evhttp_request *request, int status, const char *type,
                  const struct mrq_text *text) {
    const struct reply_body body = {text->data, text->length, release_shared, (void *)text};
    reply_header(request, "Cache-Control", "no-store");
    reply_send(request, status, type, &body);
}

static void release_copy(const void *data, size_t length, void *owner) {
    (void)data, (void)length;
    free(owner);
}

static void reply_own(struct evhttp_request *request, int status, const char *type, char *text) {
    const struct reply_body body = {text, strlen(text), release_copy, text};
    reply_header(request, "Cache-Control", "no-store");
    reply_send(request, status, type, &body);
}

void reply_text(struct evhttp_request *request, int status, const char *text) {
    reply_own(request, status, "text/plain; charset=utf-8", mem_dup(text));
}

void reply_json(struct evhttp_request *request, int status, char *text) {
    reply_own(request, status, "application/json", text);
}

void reply_busy(struct evhttp_request *request, const char *text) {
    reply_header(request, "Retry-After", "1");
    reply_text(request, HTTP_SERVUNAVAIL, text);
}

void reply_not_modified(struct evhttp_request *request) {
    add_common_headers(request);
    evhttp_send_reply(request, HTTP_NOTMODIFIED, reason_of(HTTP_NOTMODIFIED), NULL);
}
