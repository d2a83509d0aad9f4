/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the state file and which of them are in force. */
#include "journal_lines.h"
#include "base/json_scan.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>

struct journal_place {
    uint64_t key;
    size_t line; /* counted from 1; 0: nothing is here */
    bool removed;
};

static const char put_head[] = "{\"put\":[";
static const char commit_head[] = "{\"commit\":";
static const char format_head[] = "{\"format\":";
static const char removed_tail[] = ",null]}";

static bool begins(const char *line, size_t length, const char *head) {
    return length >= strlen(head) && memcmp(line, head, strlen(head)) == 0;
}

static bool ends(const char *line, size_t length, const char *tail) {
    return length >= strlen(tail) && memcmp(line + length - strlen(tail), tail, strlen(tail)) == 0;
}

/* the end of the JSON string that begins at at, or 0 */
static size_t string_end(const char *line, size_t length, size_t at) {
    if (at >= length || line[at] != '"') {
        return 0;
    }
    for (at++; at < length && line[at] != '"'; at++) {
        at += line[at] == '\\';
    }
    return at < length ? at + 1 : 0;
}

static struct journal_line read_put(const char *line, size_t length) {
    size_t begin = sizeof(put_head) - 1;
    size_t comma = string_end(line, length, begin);
    size_t end =
        comma && comma < length && line[comma] == ',' ? string_end(line, length, comma + 1) : 0;
    if (!end || !ends(line, length, "]}") || end >= length || line[end] != ',') {
        return (struct journal_line){.kind = JOURNAL_BAD};
    }
    bool removed = ends(line, length, removed_tail) && end == length - strlen(removed_tail);
    return (struct journal_line){
        .kind = removed ? JOURNAL_REMOVE : JOURNAL_PUT,
        .key = text_hash(TEXT_HASH_SEED, line + begin, end - begin),
    };
}

static struct journal_line read_number(const char *line, size_t length, size_t at,
                                       enum journal_kind kind) {
    uint64_t number = 0;
    size_t first = at;
    while (at < length && line[at] >= '0' && line[at] <= '9' && at - first < 18) {
        number = number * 10 + (uint64_t)(line[at++] - '0');
    }
    bool good = at > first && at + 1 == length && line[at] == '}';
    return (struct journal_line){.kind = good ? kind : JOURNAL_BAD, .number = number};
}

struct journal_line journal_line_read(const char *line, size_t length) {
    if (length > JOURNAL_LINE_BYTES || memchr(line, '\0', length)) {
        return (struct journal_line){.kind = JOURNAL_BAD};
    }
    if (begins(line, length, put_head)) {
        return read_put(line, length);
    }
    if (begins(line, length, commit_head)) {
        return read_number(line, length, sizeof(commit_head) - 1, JOURNAL_COMMIT);
    }
    if (begins(line, length, format_head)) {
        return read_number(line, length, sizeof(format_head) - 1, JOURNAL_HEAD);
    }
    return (struct journal_line){.kind = JOURNAL_BAD};
}

bool journal_line_readable(const char *line, size_t length) {
    return journal_line_read(line, length).kind != JOURNAL_BAD &&
           json_scan_object(line, length, JSON_DEPTH, NULL, NULL, 0);
}

void journal_index_finish(struct journal_index *index) {
    free(index->places);
    *index = (struct journal_index){0};
}

static struct journal_place *place_of(const struct journal_index *index, uint64_t key) {
    size_t at = key & (index->room - 1);
    while (index->places[at].line && index->places[at].key != key) {
        at = (at + 1) & (index->room - 1);
    }
    return &index->places[at];
}

static void grow(struct journal_index *index) {
    struct journal_index larger = *index;
    larger.room = index->room ? index->room * 2 : 1024; /* a power of two, see place_of() */
    larger.places = mem_zeroed(larger.room, sizeof(*larger.places));
    for (size_t i = 0; i < index->room; i++) {
        if (index->places[i].line) {
            *place_of(&larger, index->places[i].key) = index->places[i];
        }
    }
    free(index->places);
    *index = larger;
}

static void index_line(struct journal_index *index, struct journal_place put) {
    if (index->used * 2 >= index->room) {
        grow(index);
    }
    struct journal_place *place = place_of(index, put.key);
    index->used += place->line == 0;
    index->live -= place->line && !place->removed;
    index->live += !put.removed;
    *place = put;
}

/* what was read since the last commit: it counts when the next one comes */
struct batch {
    struct journal_place *puts;
    size_t count, room;
    size_t bad; /* lines that cannot be read */
};

static void batch_add(struct batch *batch, struct journal_place put) {
    if (batch->count == batch->room) {
        batch->room = batch->room ? batch->room * 2 : 256;
        batch->puts = mem_resize(batch->puts, batch->room, sizeof(*batch->puts));
    }
    batch->puts[batch->count++] = put;
}

/* count: of the lines it had when it was written; a line that is lost or torn costs itself */
static void batch_commit(struct batch *batch, struct journal_index *index, uint64_t count,
                         size_t number) {
    size_t whole = batch->count + batch->bad;
    for (size_t i = 0; i < batch->count; i++) {
        index_line(index, batch->puts[i]);
    }
    index->damaged += batch->bad > 0 || whole == count ? batch->bad : 1;
    index->lines = number;
    batch->count = batch->bad = 0;
}

static const char *scan_head(struct journal_index *index, struct journal_line line) {
    index->format = line.number;
    index->lines = 1;
    return line.kind != JOURNAL_HEAD       ? "its first line is no format number"
           : line.number != JOURNAL_FORMAT ? "it has another format"
                                           : NULL;
}

static void scan_line(struct batch *batch, struct journal_index *index, struct journal_line line,
                      size_t number) {
    switch (line.kind) {
    case JOURNAL_PUT:
    case JOURNAL_REMOVE:
        batch_add(batch, (struct journal_place){line.key, number, line.kind == JOURNAL_REMOVE});
        break;
    case JOURNAL_COMMIT:
        batch_commit(batch, index, line.number, number);
        break;
    default:
        batch->bad++; /* matters only when a commit follows: else it is a torn end */
        break;
    }
}

/* The bytes of a line, as many as one may have and one more; the rest is passed over. */
struct line_reader {
    char *text;
    size_t length;
};

/* the next line, without its newline; false: there is no whole one any more */
static bool read_line(FILE *file, struct line_reader *reader) {
    int byte;
    reader->length = 0;
    while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
        if (reader->length <= JOURNAL_LINE_BYTES) {
            reader->text[reader->length++] = (char)byte;
        }
    }
    return byte == '\n';
}

static struct line_reader line_reader_create(void) {
    return (struct line_reader){.text = mem_zeroed(JOURNAL_LINE_BYTES + 1, 1)};
}

bool journal_scan(FILE *file, struct journal_index *index, const char **fault) {
    struct batch batch = {0};
    struct line_reader reader = line_reader_create();
    size_t number = 0;
    *fault = NULL;
    while (!*fault && read_line(file, &reader)) {
        struct journal_line line = {.kind = JOURNAL_BAD};
        if (journal_line_readable(reader.text, reader.length)) {
            line = journal_line_read(reader.text, reader.length);
        }
        if (++number == 1) {
            *fault = scan_head(index, line);
        } else {
            scan_line(&batch, index, line, number);
        }
    }
    free(batch.puts);
    free(reader.text);
    if (!*fault && ferror(file)) {
        *fault = strerror(errno);
    } else if (!*fault && number == 0) {
        *fault = "its first line is no format number";
    }
    return !*fault;
}

bool journal_visit(FILE *file, const struct journal_index *index,
                   bool (*visit)(void *self, const char *line, size_t length), void *self) {
    struct line_reader reader = line_reader_create();
    bool good = true;
    rewind(file);
    for (size_t number = 1; good && number <= index->lines; number++) {
        good = read_line(file, &reader);
        struct journal_line line = journal_line_read(reader.text, reader.length);
        if (good && line.kind == JOURNAL_PUT && place_of(index, line.key)->line == number) {
            good = visit(self, reader.text, reader.length);
        }
    }
    free(reader.text);
    return good;
}
