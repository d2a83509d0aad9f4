/* SPDX-License-Identifier: Apache-2.0 */
/* What a websocket client must send, and the answers to what it sends instead. */
#include "handshake.h"

#include "accept_key.h"

#include <event2/buffer.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <string.h>
#include <strings.h>

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {400, "Bad Request"},      {403, "Forbidden"},           {405, "Method Not Allowed"},
    {426, "Upgrade Required"}, {503, "Service Unavailable"},
};

static void add_header(struct evhttp_request *request, const char *name, const char *value) {
    evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
}

static const char *header(struct evhttp_request *request, const char *name) {
    return evhttp_find_header(evhttp_request_get_input_headers(request), name);
}

void handshake_refuse(struct evhttp_request *request, int status, const char *text) {
    const char *reason = "Error";
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        reason = reasons[i].status == status ? reasons[i].reason : reason;
    }
    add_header(request, "Content-Type", "text/plain; charset=utf-8");
    add_header(request, "X-Content-Type-Options", "nosniff");
    add_header(request, "Content-Security-Policy", "default-src 'none'");
    add_header(request, "Cache-Control", "no-store");
    struct evbuffer *body = evbuffer_new();
    if (body && evhttp_request_get_command(request) != EVHTTP_REQ_HEAD) {
        evbuffer_add(body, text, strlen(text));
    }
    evhttp_send_reply(request, status, reason, body);
    if (body) {
        evbuffer_free(body);
    }
}

/* True if word is in the comma-separated list text, in any case. */
static bool list_has(const char *text, const char *word) {
    size_t length = strlen(word);
    while (*text) {
        text += strspn(text, " \t,");
        size_t item = strcspn(text, " \t,");
        if (item == length && strncasecmp(text, word, length) == 0) {
            return true;
        }
        text += item;
    }
    return false;
}

/* A list may be spread over several headers of the same name. */
static bool header_has(struct evhttp_request *request, const char *name, const char *word) {
    const struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    const struct evkeyval *entry;
    for (entry = headers->tqh_first; entry; entry = entry->next.tqe_next) {
        if (strcasecmp(entry->key, name) == 0 && list_has(entry->value, word)) {
            return true;
        }
    }
    return false;
}

static bool origin_allowed(struct evhttp_request *request, const struct origins *origins) {
    const char *origin = header(request, "Origin");
    if (!origin) { /* no browser: nobody else's page */
        return true;
    }
    return origins_name(origins, origin) ||
           (origins->count == 0 && origin_of_host(origin, header(request, "Host")));
}

static bool refuse_upgrade(struct evhttp_request *request, const char *text) {
    add_header(request, "Upgrade", "websocket");
    add_header(request, "Connection", "Upgrade");
    add_header(request, "Sec-WebSocket-Version", "13");
    handshake_refuse(request, 426, text);
    return false;
}

static bool refuse(struct evhttp_request *request, int status, const char *text) {
    handshake_refuse(request, status, text);
    return false;
}

bool handshake_check(struct evhttp_request *request, const struct origins *origins) {
    if (evhttp_request_get_command(request) != EVHTTP_REQ_GET) {
        add_header(request, "Allow", "GET");
        return refuse(request, 405, "A websocket begins with GET.\n");
    }
    if (!header_has(request, "Upgrade", "websocket")) {
        return refuse_upgrade(request, "This is the websocket of MRQART: open the dashboard "
                                       "instead, it connects here by itself.\n");
    }
    const char *key = header(request, "Sec-WebSocket-Key");
    const char *version = header(request, "Sec-WebSocket-Version");
    if (request->major != 1 || request->minor < 1) {
        return refuse(request, 400, "A websocket needs HTTP/1.1.\n");
    }
    if (!header_has(request, "Connection", "upgrade") || !header(request, "Host")) {
        return refuse(request, 400,
                      "A websocket needs the headers Connection: Upgrade and Host.\n");
    }
    if (!version || strcmp(version, "13") != 0) {
        return refuse_upgrade(request, "Only version 13 of the websocket protocol works here.\n");
    }
    if (!key || !websocket_key_valid(key)) {
        return refuse(request, 400, "Sec-WebSocket-Key must be 16 bytes in base64.\n");
    }
    if (!origin_allowed(request, origins)) {
        return refuse(request, 403,
                      "Pages of this origin may not connect: the option \"origins\" "
                      "of sink-websocket names those that may.\n");
    }
    return true;
}

void handshake_accept(struct evhttp_request *request, struct bufferevent *stream) {
    char accept[ACCEPT_KEY_BYTES];
    websocket_accept_key(header(request, "Sec-WebSocket-Key"), accept);
    evbuffer_add_printf(bufferevent_get_output(stream),
                        "HTTP/1.1 101 Switching Protocols\r\n"
                        "Upgrade: websocket\r\n"
                        "Connection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: %s\r\n\r\n",
                        accept);
}
