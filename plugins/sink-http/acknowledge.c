/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /acknowledge. Whoever sees the dashboard may answer, but no page of somebody else may do it
 * in his browser: JSON is asked for, which no form can send, and the page's origin is looked at.
 */
#include "acknowledge.h"

#include "base/json_text.h"
#include "base/memory.h"
#include "origin/origin.h"
#include "reply.h"

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BODY_BYTES 4096 /* a reason of MRQ_REASON_CHARACTERS has 2400 at most, as \uD83D\uDE00 */

/* A person answers once in a minute; a page that has gone wild must not fill log and state. */
#define ANSWERS_AT_ONCE 20
#define ANSWERS_PER_SECOND 2

struct acknowledge {
    struct mrq_host *host;
    struct origins origins;
    bool on;
    double left; /* answers that may come now */
    int64_t counted_ms;
};

/* Whatever is wrong with a request, as status and sentence. */
struct refusal {
    int status;
    const char *text;
};

static const struct refusal fine = {0, NULL};

static const char *header(struct evhttp_request *request, const char *name) {
    return evhttp_find_header(evhttp_request_get_input_headers(request), name);
}

/* ---- who may ------------------------------------------------------------------------------- */

static bool origin_allowed(const struct acknowledge *acknowledge, struct evhttp_request *request) {
    const char *origin = header(request, "Origin"), *host = header(request, "Host");
    if (!origin) { /* no browser: nobody else's page */
        return true;
    }
    return origins_name(&acknowledge->origins, origin) ||
           (acknowledge->origins.count == 0 && origin_of_authority(origin, host) &&
            origin_host_is_ours(host));
}

static bool is_json(const char *type) {
    static const char json[] = "application/json";
    size_t length = type ? strcspn(type, "; \t") : 0;
    return length == strlen(json) && strncasecmp(type, json, length) == 0;
}

static int64_t clock_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool take_turn(struct acknowledge *acknowledge) {
    int64_t now_ms = clock_now_ms();
    double earned = (double)(now_ms - acknowledge->counted_ms) / 1000 * ANSWERS_PER_SECOND;
    double left = acknowledge->left + earned;
    left = left > ANSWERS_AT_ONCE ? ANSWERS_AT_ONCE : left;
    bool free = left >= 1;
    acknowledge->left = free ? left - 1 : left;
    acknowledge->counted_ms = now_ms;
    return free;
}

static struct refusal check_head(const struct acknowledge *acknowledge,
                                 struct evhttp_request *request) {
    if (!acknowledge->on) {
        return (struct refusal){403, "Answers are turned off: the option \"acknowledge\" of "
                                     "sink-http allows them."};
    }
    if (!origin_allowed(acknowledge, request)) {
        return (struct refusal){403, "Pages of this origin may not answer: the option \"origins\" "
                                     "of sink-http names those that may."};
    }
    if (!is_json(header(request, "Content-Type"))) {
        return (struct refusal){415, "An answer is sent as application/json."};
    }
    if (evbuffer_get_length(evhttp_request_get_input_buffer(request)) > BODY_BYTES) {
        return (struct refusal){413, "An answer has 4096 bytes at most."};
    }
    return fine;
}

/* ---- what is said -------------------------------------------------------------------------- */

static json_t *read_body(struct evhttp_request *request) {
    struct evbuffer *body = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(body);
    const char *text = length ? (const char *)evbuffer_pullup(body, -1) : "";
    return json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
}

/* the text called key, or NULL where it is null */
static bool read_text(const json_t *body, const char *key, const char **text) {
    const json_t *value = json_object_get(body, key);
    *text = json_string_value(value);
    return *text || json_is_null(value);
}

static struct refusal read_answer(const json_t *body, struct mrq_acknowledgement *given) {
    if (!json_is_object(body)) {
        return (struct refusal){400, "An answer is one JSON object."};
    }
    if (!read_text(body, "station", &given->station) || !given->station ||
        !read_text(body, "series", &given->series) || !given->series) {
        return (struct refusal){400, "\"station\" and \"series\" are texts: the name of the "
                                     "scanner, and the key of the series."};
    }
    if (!read_text(body, "answer", &given->answer)) {
        return (struct refusal){400, "\"answer\" is a text, or null to take an answer back."};
    }
    if (!read_text(body, "reason", &given->reason) && json_object_get(body, "reason")) {
        return (struct refusal){400, "\"reason\" is a text."};
    }
    return fine;
}

static const struct refusal outcomes[] = {
    [MRQ_ACKNOWLEDGED] = {0, NULL},
    [MRQ_ANSWER_UNKNOWN] = {400, "\"answer\" is \"repeat\", \"unwell\", \"agreed\", \"other\", or "
                                 "null to take an answer back."},
    [MRQ_REASON_TOO_LONG] = {400, "\"reason\" has 200 characters at most."},
    [MRQ_SERIES_UNKNOWN] = {404, "This station has no such series."},
    [MRQ_NOTHING_TO_ANSWER] = {409, "This series neither deviates nor has changed nor is "
                                    "incomplete: there is nothing to answer."},
};
_Static_assert(MRQ_REASON_CHARACTERS == 200, "the sentence above says so");

static struct refusal answer(struct acknowledge *acknowledge, const json_t *body) {
    struct mrq_acknowledgement given = {NULL, NULL, NULL, NULL};
    struct refusal refusal = read_answer(body, &given);
    if (refusal.status) {
        return refusal;
    }
    if (!take_turn(acknowledge)) {
        return (struct refusal){429, "Too many answers at once: try again in a second."};
    }
    return outcomes[mrq_acknowledge(acknowledge->host, &given)];
}

/* ---- the request --------------------------------------------------------------------------- */

static void refuse(struct evhttp_request *request, const struct refusal *refusal) {
    json_auto_t *body = json_object();
    json_object_set_new(body, "error", json_string(refusal->text));
    if (refusal->status == 429) {
        reply_header(request, "Retry-After", "1");
    }
    reply_json(request, refusal->status, json_text(body, NULL));
}

static void accept_answer(struct evhttp_request *request, const json_t *body) {
    json_auto_t *taken = json_object();
    json_object_set(taken, "station", json_object_get(body, "station"));
    json_object_set(taken, "series", json_object_get(body, "series"));
    json_object_set(taken, "answer", json_object_get(body, "answer"));
    reply_json(request, 200, json_text(taken, NULL));
}

/* A page from elsewhere may read what we say only if it was named, and its browser asks first
 * (WHATWG Fetch, CORS-preflight). */
static void allow_origin(const struct acknowledge *acknowledge, struct evhttp_request *request) {
    const char *origin = header(request, "Origin");
    reply_header(request, "Vary", "Origin");
    if (origin && origins_name(&acknowledge->origins, origin)) {
        reply_header(request, "Access-Control-Allow-Origin", origin);
        reply_header(request, "Access-Control-Allow-Headers", "Content-Type");
        reply_header(request, "Access-Control-Allow-Methods", "POST");
    }
}

static void reply_to_method(struct acknowledge *acknowledge, struct evhttp_request *request) {
    bool asks = evhttp_request_get_command(request) == EVHTTP_REQ_OPTIONS &&
                header(request, "Access-Control-Request-Method");
    reply_header(request, "Allow", "POST");
    if (asks && acknowledge->on && origin_allowed(acknowledge, request)) {
        reply_json(request, 200, mem_dup("{}"));
    } else {
        refuse(request, &(struct refusal){405, "An answer is sent by POST."});
    }
}

void acknowledge_reply(struct acknowledge *acknowledge, struct evhttp_request *request) {
    allow_origin(acknowledge, request);
    if (evhttp_request_get_command(request) != EVHTTP_REQ_POST) {
        reply_to_method(acknowledge, request);
        return;
    }
    struct refusal refusal = check_head(acknowledge, request);
    json_auto_t *body = refusal.status ? NULL : read_body(request);
    if (!refusal.status) {
        refusal = answer(acknowledge, body);
    }
    if (refusal.status) {
        refuse(request, &refusal);
    } else {
        accept_answer(request, body);
    }
}

/* ---- life ---------------------------------------------------------------------------------- */

struct acknowledge *acknowledge_create(struct mrq_host *host) {
    struct acknowledge *acknowledge = mem_new(struct acknowledge);
    acknowledge->host = host;
    acknowledge->left = ANSWERS_AT_ONCE;
    acknowledge->counted_ms = clock_now_ms();
    return acknowledge;
}

void acknowledge_destroy(struct acknowledge *acknowledge) {
    if (acknowledge) {
        origins_finish(&acknowledge->origins);
        free(acknowledge);
    }
}

void acknowledge_configure(struct acknowledge *acknowledge, const struct mrq_settings *settings) {
    acknowledge->on = mrq_setting_number(settings, "acknowledge") != 0;
    origins_take(&acknowledge->origins, settings, "origins");
}

bool acknowledge_on(const struct acknowledge *acknowledge) {
    return acknowledge->on;
}
