/* SPDX-License-Identifier: Apache-2.0 */
/* The tag list, and the file that extends it. */
#include "taglist.h"
#include "base/log.h"
#include "base/memory.h"
#include "taglist_table.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_BYTES = 256 * 1024, /* the reference's list has 1 KiB */
    NAME_BYTES = 64,         /* names become JSON keys and configuration words */
    PLACE_BYTES = 128,       /* the longest CSA element name has 64 bytes */
};

/* a line of the file, cut into its columns */
struct line {
    const char *file;
    unsigned number;
    char *name, *place, *description;
};

static const char *const creators[CREATOR_COUNT] = {
    [CREATOR_NONE] = "",
    [CREATOR_CSA] = "SIEMENS CSA HEADER",
    [CREATOR_MR] = "SIEMENS MR HEADER",
    [CREATOR_SDS] = "SIEMENS MR SDS 01",
    [CREATOR_SDI] = "SIEMENS MR SDI 02",
    [CREATOR_GE] = "GEMS_RELA_01",
    [CREATOR_PHILIPS] = "Philips Imaging DD 001",
    [CREATOR_PHILIPS5] = "Philips MR Imaging DD 005",
    [CREATOR_UIH] = "Image Private Header",
};

const char *tag_creator_text(enum tag_creator creator) {
    return creators[creator];
}

/* text without the white space around it; changes it */
static char *trimmed(char *text) {
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        text[--length] = '\0';
    }
    return text;
}

/* the column at *rest; *rest moves behind its tab */
static char *column(char **rest) {
    char *start = *rest;
    size_t length = strcspn(start, "\t");
#ifdef PLANTED_FAULT
    *rest = start + length + 1;
#else
    *rest = start + length + (start[length] != '\0');
#endif
    start[length] = '\0';
    return trimmed(start);
}

static bool element_number(const char *text, uint32_t *tag) {
    unsigned group, element;
    int used = 0;
    if (strlen(text) != 9 || sscanf(text, "%4x,%4x%n", &group, &element, &used) != 2 || used != 9) {
        return false;
    }
    *tag = DICOM_TAG(group, element);
    return true;
}

static bool is_word(const char *text, size_t most) {
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (!isgraph((unsigned char)text[i])) {
            return false;
        }
    }
    return length > 0 && length <= most;
}

/* where the line says that its value stands */
static bool place_of(const struct line *line, struct tag_source *source) {
    bool protocol = strcmp(line->place, "ASCCOV") == 0 || strcmp(line->place, "ASCCONV") == 0;
    if (element_number(line->place, &source->tag)) {
        source->place = TAG_ELEMENT;
        source->scope = SCOPE_BOTH;
        source->vr = "UN";
        source->own = true;
    } else if (protocol) {
        source->place = strcmp(line->name, "Shims") == 0 ? TAG_SHIMS : TAG_PROTOCOL;
        source->key = strcmp(line->name, "SequenceFile") == 0 ? "tSequenceFileName" : line->name;
    } else if (is_word(line->place, PLACE_BYTES) && !strpbrk(line->place, ",()")) {
        source->place = TAG_CSA;
        source->key = line->place;
    } else {
        log_error("%s:%u: \"%s\" is no place: give gggg,eeee, a CSA element name, or ASCCOV",
                  line->file, line->number, line->place);
        return false;
    }
    return true;
}

static struct tag_entry *entry_named(struct taglist *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->entries[i].name, name) == 0) {
            return &list->entries[i];
        }
    }
    return NULL;
}

/* one of our own places, in the reference's words? Then ours stays: it knows private creators. */
static bool same_place(const struct tag_source *ours, const struct tag_source *theirs) {
    if (ours->place != theirs->place) {
        return false;
    }
    if (ours->place == TAG_ELEMENT) {
        uint32_t tag = ours->creator ? ours->tag | 0x1000 : ours->tag;
        return tag == theirs->tag;
    }
    return ours->place == TAG_SHIMS || strcmp(ours->key, theirs->key) == 0;
}

static bool has_place(const struct tag_entry *entry, const struct tag_source *theirs) {
    for (size_t i = 0; i < TAG_SOURCES; i++) {
        if (same_place(&entry->sources[i], theirs)) {
            return true;
        }
    }
    return false;
}

static bool add_line(struct taglist *list, const struct line *line) {
    struct tag_source source = {.place = TAG_NOWHERE};
    if (!is_word(line->name, NAME_BYTES)) {
        log_error("%s:%u: \"%s\" is no name: give up to %d characters without spaces", line->file,
                  line->number, line->name, NAME_BYTES);
        return false;
    }
    if (strcmp(line->name, "dcm_path") == 0) {
        log_error("%s:%u: \"dcm_path\" is the name of the file's path: give another", line->file,
                  line->number);
        return false;
    }
    if (!place_of(line, &source)) {
        return false;
    }
    struct tag_entry *entry = entry_named(list, line->name);
    if (entry && has_place(entry, &source)) {
        return true;
    }
    if (!entry) {
        if (list->count == taglist_table_count + TAGLIST_EXTRA) {
            log_error("%s:%u: more than %d values; take some out", line->file, line->number,
                      TAGLIST_EXTRA);
            return false;
        }
        entry = &list->entries[list->count++];
    }
    enum dicom_content *content = &list->contents[entry - list->entries];
    *content = *content == DICOM_PERSONAL ? DICOM_PERSONAL : DICOM_TYPED;
    *entry = (struct tag_entry){line->name, line->description, false, {source}};
    return true;
}

static bool parse_line(struct taglist *list, const char *file, unsigned number, char *text) {
    struct line line = {.file = file, .number = number};
    char *rest = text;
    line.name = column(&rest);
    line.place = column(&rest);
    line.description = trimmed(rest);
    bool heading = strcmp(line.name, "name") == 0;
    if (!*line.name && !*line.place) {
        return true; /* an empty line */
    }
    if (line.name[0] == '#' || heading) {
        return true;
    }
    if (!*line.place) {
        log_error("%s:%u: \"%s\" has no place: part name, place and description by tabs", file,
                  number, line.name);
        return false;
    }
    return add_line(list, &line);
}

struct taglist *taglist_parse(const char *name, const char *text, size_t length) {
    struct taglist *list = mem_new(struct taglist);
    list->entries = mem_zeroed(taglist_table_count + TAGLIST_EXTRA, sizeof(*list->entries));
    memcpy(list->entries, taglist_table, taglist_table_count * sizeof(*list->entries));
    list->count = taglist_table_count;
    list->contents = mem_zeroed(taglist_table_count + TAGLIST_EXTRA, sizeof(*list->contents));
    for (size_t i = 0; i < list->count; i++) {
        taglist_known(list->entries[i].name, &list->contents[i]);
    }
    list->texts = mem_dup_length(text, length);
    unsigned number = 0;
    for (char *at = list->texts; at < list->texts + length;) {
        char *end = at + strcspn(at, "\n"); /* a NUL ends a line too */
        *end = '\0';
        if (!parse_line(list, name, ++number, at)) {
            taglist_destroy(list);
            return NULL;
        }
        at = end + 1;
    }
    return list;
}

/* the file's text; NULL, having said why, when it cannot be had */
static char *file_text(const char *path, size_t *length) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) < 0) {
        log_error("cannot read the tag list %s: %m", path);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    char *text = NULL;
    if (!S_ISREG(stat.st_mode) || stat.st_size > FILE_BYTES) {
        log_error("cannot read the tag list %s: no file of at most %d bytes", path, FILE_BYTES);
    } else {
        text = mem_zeroed((size_t)stat.st_size + 1, 1);
        ssize_t got = read(fd, text, (size_t)stat.st_size);
        *length = got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return text;
}

struct taglist *taglist_create(const char *path) {
    if (!path) {
        return taglist_parse("", "", 0);
    }
    size_t length = 0;
    AUTOFREE char *text = file_text(path, &length);
    return text ? taglist_parse(path, text, length) : NULL;
}

void taglist_destroy(struct taglist *list) {
    if (!list) {
        return;
    }
    free(list->entries);
    free(list->contents);
    free(list->texts);
    free(list);
}
