/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the pipeline: what becomes of a file that a worker had. */
#include "pipeline_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "check/status.h"
#include "tracking/tracking.h"
#include "trusted_names.h"

#include <stdio.h>

enum { DEATHS = 2 }; /* workers that a file may kill: the second time it was alone */

void pipeline_request(void *self, struct queued_file *file, struct protocol_check *request) {
    struct pipeline *pipeline = self;
    const struct seen_place place = pipeline_place(file);
    const struct seen_file *known = seen_find(pipeline->seen, &place);
    request->flags = file->maybe_open ? PROTOCOL_MAYBE_OPEN : 0;
    /* one that we had no right to read is read when its rights are others: proof_ns is its time */
    bool again = known && known->series == SEEN_ERROR && known->proof_ns;
    request->known = known && !again ? known->identity : 0;
    request->known_born = known ? known->born : 0;
    request->settled = file->last_look;
    order_join(file->folder, file);
}

/* ---- the end of its way ------------------------------------------------------------------ */

static void finish(struct pipeline *pipeline, struct queued_file *file) {
    free(file->held);
    file->held = NULL;
    if (file->again) {
        file->again = false;
        file->maybe_open = file->again_found;
        file->last_look = 0;
        file->deaths = file->returns = 0;
        file->patience = 0;
        file->alone = false;
        pipeline_queue(pipeline, file);
        return;
    }
    folders_drop(pipeline->folders, file);
}

static void remember(struct pipeline *pipeline, const struct queued_file *file,
                     const struct protocol_answer *answer, uint64_t identity, uint64_t series) {
    const struct seen_place place = pipeline_place(file);
    bool timed = answer->outcome == PROTOCOL_DONE || answer->outcome == PROTOCOL_DENIED;
    const struct seen_file seen = {.key = file->link.hash,
                                   .identity = identity,
                                   .series = series,
                                   .born = answer->born,
                                   .proof_ns = timed && identity ? answer->identity.changed_ns : 0};
    const struct seen_times times = pipeline_times(answer->identity.changed_ns);
    seen_note(pipeline->seen, &place, &seen, &times);
    pipeline_mark(pipeline);
}

static const char *said(const struct pipeline *pipeline, const struct queued_file *file) {
    return names_said(pipeline->names, file->name);
}

static uint64_t identity_of(const struct protocol_answer *answer) {
    return answer->identity.inode ? protocol_identity_hash(&answer->identity) : 0;
}

/* A worker said nothing of when a file was written that it did not come to. */
static struct tracking_file about(const struct pipeline *pipeline, const struct queued_file *file,
                                  const struct protocol_answer *answer) {
    return (struct tracking_file){.folder = file->folder->path,
                                  .name = file->name,
                                  .said = said(pipeline, file),
                                  .backlog = file->lane == MRQ_BACKLOG,
                                  .written_ms = answer->identity.changed_ns / 1000000};
}

/* Its old place is known. A file that has the inode of one that was removed, its size and its time,
 * was made later: it is another one. One that was made then and has one name only is the same, and
 * its old name is gone. Where nobody knows when it was made it is checked: it counts once, by its
 * SOP instance. */
static bool was_renamed(const struct pipeline *pipeline, const struct protocol_answer *answer,
                        uint64_t identity) {
    const struct seen_file *before =
        answer->links == 1 ? seen_anywhere(pipeline->seen, identity) : NULL;
    return before && before->series > SEEN_REFUSED && /* it was counted there */
           before->born && before->born == answer->born;
}

static void deliver_result(struct pipeline *pipeline, struct queued_file *file,
                           const struct protocol_answer *answer, const char *text, size_t length) {
    const struct seen_place place = pipeline_place(file);
    const struct seen_file *known = seen_find(pipeline->seen, &place);
    uint64_t identity = identity_of(answer);
    if (!known && was_renamed(pipeline, answer, identity)) {
        const struct seen_times times = pipeline_times(answer->identity.changed_ns);
        seen_move(pipeline->seen, &place, identity, &times);
        pipeline_mark(pipeline);
        return; /* it was renamed */
    }
    struct tracking_file what = about(pipeline, file, answer);
    what.again = known && known->series == answer->series_key;
    tracking_answer(pipeline->tracking, &what, answer, text, length);
    if (pipeline->trust_names) {
        trusted_names_note(&file->folder->trusted, file->name, answer->series_key);
    }
    remember(pipeline, file, answer, identity, answer->series_key);
}

static void deliver_error(struct pipeline *pipeline, struct queued_file *file,
                          const struct protocol_answer *answer, const char *text, size_t length) {
    const struct seen_place place = pipeline_place(file);
    const struct seen_file *known = seen_find(pipeline->seen, &place);
    const struct tracking_file what = about(pipeline, file, answer);
    AUTOFREE char *message = text_valid(text, length);
    tracking_error(pipeline->tracking, &what, answer, message);
    uint64_t identity = answer->identity.inode ? identity_of(answer) : file->last_look;
    remember(pipeline, file, answer, identity, known ? known->series : SEEN_ERROR);
}

static void deliver_trusted(struct pipeline *pipeline, struct queued_file *file) {
    const struct tracking_file what = about(pipeline, file, &(const struct protocol_answer){0});
    /* it was not looked at: that it has changed by now is all that is known */
    const struct protocol_answer nothing = {.identity.changed_ns = pipeline_now_ns()};
    if (tracking_count(pipeline->tracking, &what, file->held->trusted)) {
        remember(pipeline, file, &nothing, 0, file->held->trusted);
    } else {
        file->again = true; /* that series is forgotten: it has to be read */
    }
    finish(pipeline, file);
}

static void deliver(struct pipeline *pipeline, struct queued_file *file,
                    const struct protocol_answer *answer, const char *text, size_t length) {
    if (answer->outcome == PROTOCOL_DONE) {
        deliver_result(pipeline, file, answer, text, length);
    } else {
        deliver_error(pipeline, file, answer, text, length);
    }
    finish(pipeline, file);
}

void pipeline_deliver(void *self, struct queued_file *file) {
    struct pipeline *pipeline = self;
    const struct held_answer *held = file->held;
    if (held->trusted) {
        deliver_trusted(pipeline, file);
    } else {
        deliver(pipeline, file, &held->answer, held->text, held->length);
    }
}

/* ---- in its turn ------------------------------------------------------------------------- */

static struct held_answer *held_create(const struct protocol_answer *answer, const char *text,
                                       size_t length) {
    struct held_answer *held = mem_zeroed(1, sizeof(*held) + length);
    held->answer = *answer;
    held->length = length;
    memcpy(held->text, text, length);
    return held;
}

/* At once if it may go, else it is kept. */
static void settle_turn(struct pipeline *pipeline, struct queued_file *file,
                        const struct protocol_answer *answer, const char *text, size_t length) {
    struct folder *folder = file->folder;
    if (!order_may_go(file)) {
        file->held = held_create(answer, text, length);
        order_hold(pipeline->order, file);
        return;
    }
    order_leave(pipeline->order, file);
    deliver(pipeline, file, answer, text, length);
    order_run(pipeline->order, folder);
}

void pipeline_trust(struct pipeline *pipeline, struct queued_file *file, uint64_t series) {
    const struct protocol_answer nothing = {0};
    struct folder *folder = file->folder;
    file->held = held_create(&nothing, "", 0);
    file->held->trusted = series;
    order_join(folder, file);
    order_hold(pipeline->order, file);
    order_run(pipeline->order, folder);
}

/* It makes no event: those behind it need not wait. */
static void step_aside(struct pipeline *pipeline, struct queued_file *file) {
    order_leave(pipeline->order, file);
    order_run(pipeline->order, file->folder);
}

static void look_later(struct pipeline *pipeline, struct queued_file *file,
                       const struct protocol_answer *answer) {
    step_aside(pipeline, file);
    file->last_look = identity_of(answer);
    file->deaths = file->returns = 0;
    file->alone = false;
    if (file->again) { /* closed meanwhile */
        finish(pipeline, file);
        return;
    }
    if (answer->outcome == PROTOCOL_INCOMPLETE) {
        file->patience = 0;
    }
    settling_put(pipeline->settling, file);
}

static void refuse(struct pipeline *pipeline, struct queued_file *file,
                   const struct protocol_answer *answer, const char *text, size_t length) {
    const struct seen_place place = pipeline_place(file);
    const struct seen_file *known = seen_find(pipeline->seen, &place);
    if (!known || known->series != SEEN_REFUSED) {
        AUTOFREE char *message = text_valid(text, length);
        log_fault_tell(&pipeline->faults.refused, file->folder->root->path, "%s %s",
                       said(pipeline, file), message);
    }
    remember(pipeline, file, answer, identity_of(answer), SEEN_REFUSED);
    step_aside(pipeline, file);
    finish(pipeline, file);
}

static void settle_unreadable(struct pipeline *pipeline, struct queued_file *file,
                              const struct protocol_answer *answer, const char *text,
                              size_t length) {
    AUTOFREE char *message = text_valid(text, length);
    log_fault_tell(&pipeline->faults.unreadable, file->folder->root->path, "%s: %s",
                   said(pipeline, file), message);
    settle_turn(pipeline, file, answer, text, length);
}

static struct blame_file blamed(const struct pipeline *pipeline, const struct queued_file *file) {
    const struct seen_place place = pipeline_place(file);
    return (struct blame_file){.place = text_hash(TEXT_HASH_SEED, &place, sizeof(place)),
                               .said = said(pipeline, file),
                               .now_ms = clock_ms()};
}

/* Which checkers judged it, and which failed: nearly always there is nothing to see to. */
static void see_checkers(struct pipeline *pipeline, const struct queued_file *file,
                         uint32_t failed) {
    if (!blame_looks(pipeline->blame, failed)) {
        return;
    }
    const struct blame_file what = blamed(pipeline, file);
    if (blame_passed(pipeline->blame, failed, &what)) {
        pipeline_checkers_changed(pipeline);
    }
}

static void say_answer(const struct pipeline *pipeline, const struct queued_file *file,
                       const struct protocol_answer *answer) {
    static const char *const outcomes[] = {
        [PROTOCOL_DONE] = "",
        [PROTOCOL_SAME] = "known already",
        [PROTOCOL_INCOMPLETE] = "ends too early",
        [PROTOCOL_OPEN] = "still written",
        [PROTOCOL_GONE] = "gone",
        [PROTOCOL_REFUSED] = "refused",
        [PROTOCOL_UNREADABLE] = "unreadable",
        [PROTOCOL_DENIED] = "denied",
    };
    bool done = answer->outcome == PROTOCOL_DONE;
    log_debug("%s: %s: %s", file->folder->root->path, said(pipeline, file),
              done ? check_status_name(answer->status) : outcomes[answer->outcome]);
}

/* Whether we have the right to read the file, for /healthz. */
static void note_denied(struct pipeline *pipeline, const struct queued_file *file, bool denied) {
    if (!denied && pipeline->denied.count == 0) {
        return;
    }
    AUTOFREE char *path = names_said_path(pipeline->names, file->folder->path, file->name);
    if (denied) {
        path_list_add(&pipeline->denied, path);
        pipeline->denied_ms = clock_ms();
    } else if (path_list_has(&pipeline->denied, path)) {
        path_list_remove(&pipeline->denied, path);
    }
}

void pipeline_answer(void *self, struct queued_file *file, const struct protocol_answer *answer,
                     const char *text, size_t length) {
    struct pipeline *pipeline = self;
    if (log_wants(MRQ_DEBUG)) {
        say_answer(pipeline, file, answer);
    }
    switch ((enum protocol_outcome)answer->outcome) {
    case PROTOCOL_DONE:
        see_checkers(pipeline, file, answer->failed);
        note_denied(pipeline, file, false);
        settle_turn(pipeline, file, answer, text, length);
        break;
    case PROTOCOL_DENIED:
        note_denied(pipeline, file, true);
        settle_unreadable(pipeline, file, answer, text, length);
        break;
    case PROTOCOL_UNREADABLE:
        settle_unreadable(pipeline, file, answer, text, length);
        break;
    case PROTOCOL_INCOMPLETE:
        if (file->last_look && file->last_look == identity_of(answer) && !file->again) {
            settle_unreadable(pipeline, file, answer, text, length); /* nobody writes any more */
        } else {
            look_later(pipeline, file, answer);
        }
        break;
    case PROTOCOL_OPEN:
        look_later(pipeline, file, answer);
        break;
    case PROTOCOL_GONE:
        note_denied(pipeline, file, false);
        __attribute__((fallthrough));
    case PROTOCOL_SAME:
        step_aside(pipeline, file);
        finish(pipeline, file);
        break;
    case PROTOCOL_REFUSED:
        refuse(pipeline, file, answer, text, length);
        break;
    }
    pipeline_balance(pipeline);
    pipeline_drain_check(pipeline);
}

/* ---- without an answer ------------------------------------------------------------------- */

void pipeline_back(void *self, struct queued_file *file) {
    struct pipeline *pipeline = self;
    folder_queue_put_front(&pipeline->queue, file);
}

/* What killed its workers is known again by what the last one noted. */
static void give_up(struct pipeline *pipeline, struct queued_file *file, enum workers_lost how,
                    const char *checker) {
    char message[PROTOCOL_MESSAGE_BYTES];
    struct protocol_answer answer = {.outcome = PROTOCOL_UNREADABLE};
    if (how == WORKERS_TIMED_OUT) {
        snprintf(message, sizeof(message), "took longer than %g s, twice%s%s",
                 pipeline->worker_timeout_ms / 1000.0, *checker ? ", in " : "", checker);
    } else {
        snprintf(message, sizeof(message), "its worker died, twice%s%s", *checker ? ", in " : "",
                 checker);
    }
    settle_turn(pipeline, file, &answer, message, strlen(message));
}

void pipeline_lost(void *self, struct queued_file *file, enum workers_lost how,
                   const struct protocol_note *note) {
    struct pipeline *pipeline = self;
    AUTOFREE char *checker = text_valid(note->checker, strlen(note->checker));
    bool last = ++file->deaths >= DEATHS;
    log_fault_tell(
        &pipeline->faults.lost, file->folder->root->path, "%s: %s%s%s; %s", said(pipeline, file),
        how == WORKERS_TIMED_OUT ? "it takes too long" : "its worker died", *checker ? ", in " : "",
        checker, last ? "it is given up" : "it is tried once more, alone");
    const struct blame_file what = blamed(pipeline, file);
    bool disabled = blame_crash(pipeline->blame, checker, &what);
    if (last) {
        file->last_look = note->identity;
        give_up(pipeline, file, how, checker);
    } else {
        file->alone = true;
        folder_queue_put_front(&pipeline->queue, file);
    }
    if (disabled) {
        pipeline_checkers_changed(pipeline);
    }
    pipeline_drain_check(pipeline);
}
