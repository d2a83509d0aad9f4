/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's half of the keeper: asks the owners for what has changed, sends it as one batch, and
 * asks again only when that is saved. So a slow or full disk costs no memory: what is not saved
 * stays with its owner, once, however often it changes.
 */
#include "keeper.h"
#include "base/clock.h"
#include "base/json_text.h"
#include "base/log.h"
#include "base/memory.h"
#include "journal.h"
#include "journal_lines.h"
#include "keeper_main.h"
#include "keeper_process.h"
#include "protocol.h"
#include "tracking/text_builder.h"

enum {
    OWNERS = 8,        /* the pipeline and series tracking, with room */
    COLLECT_MS = 1000, /* at most so often, unless */
    MANY_MARKS = 256,  /* more was marked: to ask for it all at once would hold up the loop */
    GATHER_MS = 5,     /* what was marked together goes together */
    FIRST_PAUSE_MS = 100,
    LAST_PAUSE_MS = 30000, /* between starts of a keeper that dies */
    GOOD_LIFE_MS = 60000,  /* after which the next pause is the first again */
    SLOW_MS = 10000,       /* without an answer: worth a warning */
    DESTROY_MS = 2000,
    LAST_STARTS = 10, /* of a keeper that dies while the daemon ends */
    LAST_START_PAUSE_MS = 20,
    RETRY_MS = 2000, /* until a batch that could not be saved is sent again */
    LAST_RETRY_MS = 200,
};

struct keeper {
    struct event_base *base;
    char *worker, *state_dir, *database;
    struct keeper_process *process; /* NULL: not running */
    struct keeper_process *dying;   /* no other is started before its end: it locks the folder */
    struct event *collect_timer, *start_timer;
    struct {
        keeper_collect collect;
        void *self;
    } owners[OWNERS];
    size_t owner_count;
    bool begun;                /* keeper_start() was called */
    unsigned marks;            /* since the owners were asked */
    struct text_builder batch; /* kept until it is saved */
    size_t batch_lines;
    uint32_t batch_number;
    bool sent;    /* it is with the keeper, or waits for one */
    bool refused; /* could not be saved; it is sent again in a while */
    bool rewrite; /* what is out of date in the file is to go with the next batch */
    bool batch_rewrites;
    int64_t collected_ms, sent_ms, started_ms;
    int pause_ms;
    struct log_fault death, unsaved;
    char *state_fault, *database_fault;
    json_int_t state_bytes, templates; /* templates: -1: not known */
};

static void arm(struct event *timer, int ms) {
    struct timeval wait = clock_delay(ms);
    event_add(timer, &wait);
}

/* ---- batches ------------------------------------------------------------------------------- */

static void send_batch(struct keeper *keeper) {
    const unsigned end = KEEPER_LAST | (keeper->batch_rewrites ? KEEPER_REWRITE : 0);
    keeper->refused = false;
    for (size_t at = 0; at < keeper->batch.used; at += PROTOCOL_BODY_BYTES) {
        size_t left = keeper->batch.used - at;
        size_t length = left < PROTOCOL_BODY_BYTES ? left : PROTOCOL_BODY_BYTES;
        struct protocol_header header = {
            .kind = PROTOCOL_KEEP,
            .length = (uint32_t)length,
            .generation = keeper->batch_number,
            .request = length == left ? end : 0,
        };
        keeper_process_send(keeper->process, &header, keeper->batch.bytes + at);
    }
    keeper->sent_ms = clock_ms();
}

static void collect(struct keeper *keeper) {
    keeper->marks = 0;
    keeper->collected_ms = clock_ms();
    for (size_t i = 0; i < keeper->owner_count; i++) {
        keeper->owners[i].collect(keeper->owners[i].self);
    }
    if (keeper->batch_lines == 0 && !keeper->rewrite) {
        return;
    }
    keeper->batch_rewrites = keeper->rewrite;
    keeper->rewrite = false;
    journal_add_commit(&keeper->batch, keeper->batch_lines);
    keeper->batch_number++;
    keeper->sent = true;
    send_batch(keeper);
}

static void handle_collect_timer(evutil_socket_t none, short what, void *context) {
    (void)none;
    (void)what;
    struct keeper *keeper = context;
    if (keeper->process && keeper->refused) {
        send_batch(keeper);
    } else if (keeper->process && keeper->marks > 0 && !keeper->sent) {
        collect(keeper);
    }
}

static void arm_collect(struct keeper *keeper) {
    if (keeper->process && keeper->marks > 0 && !keeper->sent) {
        int64_t left = keeper->collected_ms + COLLECT_MS - clock_ms();
        bool many = keeper->marks >= MANY_MARKS;
        arm(keeper->collect_timer, left > GATHER_MS && !many ? (int)left : GATHER_MS);
    }
}

void keeper_mark(struct keeper *keeper) {
    if (*keeper->state_dir && (++keeper->marks == 1 || keeper->marks == MANY_MARKS)) {
        arm_collect(keeper);
    }
}

void keeper_forget_past(struct keeper *keeper) {
    keeper->rewrite = true;
    keeper_mark(keeper);
}

void keeper_put(struct keeper *keeper, const char *kind, const char *key, json_t *value) {
    size_t before = keeper->batch.used;
    journal_add_put(&keeper->batch, kind, key, value);
    json_decref(value);
    if (!journal_line_readable(keeper->batch.bytes + before, keeper->batch.used - before - 1)) {
        log_error("keeper: a record of %zu bytes is too long or too deep to be saved: %s %s",
                  keeper->batch.used - before, kind, key);
        keeper->batch.used = before;
    } else {
        keeper->batch_lines++;
    }
}

void keeper_add_owner(struct keeper *keeper, keeper_collect collect_from, void *self) {
    if (keeper->owner_count == OWNERS) {
        abort(); /* ours to count */
    }
    keeper->owners[keeper->owner_count].collect = collect_from;
    keeper->owners[keeper->owner_count++].self = self;
}

/* ---- what the keeper says ------------------------------------------------------------------ */

static void set_text(char **text, const json_t *value) {
    free(*text);
    *text = mem_dup(json_string_value(value));
}

static void handle_saved(struct keeper *keeper, const json_t *reply) {
    if (!keeper->sent ||
        json_integer_value(json_object_get(reply, "batch")) != (json_int_t)keeper->batch_number) {
        return; /* of a keeper that has died since */
    }
    keeper->state_bytes = json_integer_value(json_object_get(reply, "bytes"));
    set_text(&keeper->state_fault, json_object_get(reply, "message"));
    if (!json_is_true(json_object_get(reply, "saved"))) {
        log_fault_tell(&keeper->unsaved, "keeper",
                       "%s; until then counts and what was seen live in memory only",
                       keeper->state_fault ? keeper->state_fault : "cannot write the state file");
        keeper->refused = true;
        arm(keeper->collect_timer, RETRY_MS);
        return;
    }
    log_fault_over(&keeper->unsaved, "keeper", "the state is saved again in %s", keeper->state_dir);
    if (clock_ms() - keeper->started_ms > GOOD_LIFE_MS) {
        log_fault_over(&keeper->death, "keeper", "the helper that saves the state lives again");
    }
    free(keeper->batch.bytes);
    keeper->batch = (struct text_builder){0};
    keeper->batch_lines = 0;
    keeper->sent = false;
    arm_collect(keeper);
}

static void handle_reply(void *self, uint32_t kind, const json_t *reply) {
    struct keeper *keeper = self;
    if (kind == PROTOCOL_KEEP) {
        handle_saved(keeper, reply);
    } else {
        keeper->templates = json_integer_value(json_object_get(reply, "templates"));
        set_text(&keeper->database_fault, json_object_get(reply, "message"));
    }
}

/* ---- its life ------------------------------------------------------------------------------ */

static void handle_gone(void *self) {
    struct keeper *keeper = self;
    keeper->dying = keeper->process;
    keeper->process = NULL;
    keeper_process_over(keeper->dying);
    if (clock_ms() - keeper->started_ms > GOOD_LIFE_MS) {
        keeper->pause_ms = FIRST_PAUSE_MS;
    }
    log_fault_tell(&keeper->death, "keeper",
                   "the helper that saves the state has died; it is started anew, and given again "
                   "what it has not saved");
    arm(keeper->start_timer, keeper->pause_ms);
    keeper->pause_ms = keeper->pause_ms * 2 < LAST_PAUSE_MS ? keeper->pause_ms * 2 : LAST_PAUSE_MS;
}

static void start(struct keeper *keeper) {
    const char *arguments[] = {keeper->state_dir, keeper->database};
    if (keeper->dying && !keeper_process_over(keeper->dying)) {
        arm(keeper->start_timer, FIRST_PAUSE_MS);
        return;
    }
    keeper_process_destroy(keeper->dying);
    keeper->dying = NULL;
    keeper->process = keeper_process_create(keeper->base, keeper->worker, arguments);
    if (!keeper->process) {
        arm(keeper->start_timer, LAST_PAUSE_MS); /* said by the one who knows why */
        return;
    }
    keeper_process_listen(keeper->process, handle_reply, handle_gone, keeper);
    keeper->started_ms = clock_ms();
    if (keeper->sent) {
        send_batch(keeper);
    }
    arm_collect(keeper);
}

static void handle_start_timer(evutil_socket_t none, short what, void *context) {
    (void)none;
    (void)what;
    start(context);
}

struct keeper *keeper_create(struct event_base *base, const char *worker, const char *state_dir,
                             const char *database) {
    struct keeper *keeper = mem_new(struct keeper);
    keeper->base = base;
    keeper->worker = mem_dup(worker);
    keeper->state_dir = mem_dup(state_dir);
    keeper->database = mem_dup(database);
    keeper->pause_ms = FIRST_PAUSE_MS;
    keeper->templates = -1;
    keeper->collected_ms =
        clock_ms() - COLLECT_MS; /* the first batch, where it all begins, at once */
    keeper->collect_timer = evtimer_new(base, handle_collect_timer, keeper);
    keeper->start_timer = evtimer_new(base, handle_start_timer, keeper);
    return keeper;
}

void keeper_start(struct keeper *keeper) {
    keeper->begun = true;
    if (*keeper->state_dir || *keeper->database) {
        start(keeper);
    }
}

/* lets the keeper work on until what was sent is saved; false: it did not in time */
static bool wait_saved(struct keeper *keeper, int64_t until) {
    const struct timespec pause = {0, LAST_START_PAUSE_MS * 1000000L};
    const struct timespec retry = {0, LAST_RETRY_MS * 1000000L};
    int starts = 0;
    while (keeper->sent && clock_ms() < until) {
        if (keeper->process && keeper->refused) {
            nanosleep(&retry, NULL);
            send_batch(keeper);
        } else if (keeper->process) {
            keeper_process_wait(keeper->process, (int)(until - clock_ms()));
        } else if (starts++ < LAST_STARTS) {
            nanosleep(&pause, NULL);
            start(keeper);
        } else {
            break;
        }
    }
    return !keeper->sent;
}

static void finish(struct keeper *keeper) {
    int64_t until = clock_ms() + DESTROY_MS;
    if (!keeper->process && (keeper->marks > 0 || keeper->sent)) {
        start(keeper);
    }
    bool saved = wait_saved(keeper, until);
    if (saved && keeper->process && *keeper->state_dir) {
        collect(keeper);
        saved = wait_saved(keeper, until);
    }
    if (!saved) {
        log_warning("keeper: the last of the state could not be saved in %s: %s", keeper->state_dir,
                    keeper->state_fault ? keeper->state_fault : "no answer");
    }
    if (keeper->process) {
        keeper_process_end(keeper->process, until);
    }
}

void keeper_destroy(struct keeper *keeper) {
    if (!keeper) {
        return;
    }
    if (keeper->begun) {
        finish(keeper);
    }
    keeper_process_destroy(keeper->process);
    keeper_process_destroy(keeper->dying);
    event_free(keeper->collect_timer);
    event_free(keeper->start_timer);
    free(keeper->batch.bytes);
    free(keeper->worker);
    free(keeper->state_dir);
    free(keeper->database);
    free(keeper->state_fault);
    free(keeper->database_fault);
    free(keeper);
}

/* ---- for /healthz -------------------------------------------------------------------------- */

static const char *state_word(const struct keeper *keeper) {
    if (!*keeper->state_dir) {
        return "not kept";
    }
    if (keeper->state_fault || !keeper->process) {
        return "not saved";
    }
    bool slow = keeper->sent && clock_ms() - keeper->sent_ms > SLOW_MS;
    return slow ? "no answer" : keeper->sent || keeper->marks > 0 ? "saving" : "saved";
}

static const char *database_word(const struct keeper *keeper) {
    if (!*keeper->database) {
        return "none";
    }
    if (keeper->database_fault) {
        return keeper->database_fault;
    }
    return keeper->templates < 0 ? "not looked at yet" : "there";
}

void keeper_health(struct keeper *keeper, json_t *health) {
    bool wanted = *keeper->state_dir || *keeper->database;
    const char *word = keeper->process ? "running" : wanted ? "starting" : "not needed";
    json_t *state = json_object(), *database = json_object();
    json_object_set_new(health, "process", json_string(word));
    json_object_set_new(state, "folder", json_any_string(keeper->state_dir));
    json_object_set_new(state, "state", json_string(state_word(keeper)));
    json_object_set_new(state, "bytes", json_integer(keeper->state_bytes));
    json_object_set_new(health, "state", state);
    json_object_set_new(database, "path", json_any_string(keeper->database));
    json_object_set_new(database, "state", json_any_string(database_word(keeper)));
    json_object_set_new(database, "templates",
                        keeper->templates < 0 ? json_null() : json_integer(keeper->templates));
    json_object_set_new(health, "database", database);
}

void keeper_warnings(const struct keeper *keeper, json_t *warnings) {
    if (!keeper->process && (*keeper->state_dir || *keeper->database)) {
        json_array_append_new(warnings, json_string("the helper that saves the state does not run: "
                                                    "see the log; it is tried again"));
    }
    if (keeper->state_fault) {
        json_array_append_new(warnings, json_any_string(keeper->state_fault));
    } else if (strcmp(state_word(keeper), "no answer") == 0) {
        AUTOFREE char *text =
            mem_printf("the keeper has not saved the state for %lld s: is the "
                       "disk of %s stuck?",
                       (long long)(clock_ms() - keeper->sent_ms) / 1000, keeper->state_dir);
        json_array_append_new(warnings, json_any_string(text));
    }
    if (keeper->database_fault) {
        AUTOFREE char *text =
            mem_printf("the database %s: %s", keeper->database, keeper->database_fault);
        json_array_append_new(warnings, json_any_string(text));
    }
}
