/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a configuration, read and parsed. */
#include "config_text.h"
#include "base/memory.h"
#include "config_scan.h"
#include "paths.h"

#include <errno.h>
#include <stdio.h>

enum {
    TEXT_BYTES = 1 << 20, /* a file beyond it is no configuration */
    INCLUDE_DEPTH = 10,   /* as libconfig's MAX_INCLUDE_DEPTH */
};

/* All of file, or NULL and errno. */
static char *read_all(const char *file) {
    FILE *stream = fopen(file, "re");
    if (!stream) {
        return NULL;
    }
    char *text = mem_zeroed(TEXT_BYTES + 1, 1);
    size_t length = fread(text, 1, TEXT_BYTES + 1, stream);
    int fault = ferror(stream) ? errno : length > TEXT_BYTES ? EFBIG : 0;
    fclose(stream);
    if (fault) {
        free(text);
        errno = fault;
        return NULL;
    }
    text = mem_resize(text, length + 1, 1);
    text[length] = '\0';
    return text;
}

static void scan_text(const char *text, const char *file, const char *folder, unsigned depth,
                      struct problems *problems);

static void scan_included(const struct config_word *name, const struct place *place,
                          const char *folder, unsigned depth, struct problems *problems) {
    AUTOFREE char *plain = mem_dup_length(name->start + 1, name->length > 2 ? name->length - 2 : 0);
    AUTOFREE char *file = mem_printf("%s/%s", folder, plain); /* as libconfig makes it */
    AUTOFREE char *text = read_all(file);
    if (!text) {
        problems_add(problems, place,
                     "cannot read the included file \"%s\": %m (included files are looked for in "
                     "%s)",
                     plain, folder);
    } else if (depth == INCLUDE_DEPTH) {
        problems_add(problems, place, "\"%s\" is included more than %d deep", plain, INCLUDE_DEPTH);
    } else {
        scan_text(text, file, folder, depth + 1, problems);
    }
}

static void scan_text(const char *text, const char *file, const char *folder, unsigned depth,
                      struct problems *problems) {
    config_scan_marks(text, file, problems);
    config_scan_integers(text, file, problems);
    struct config_scan scan = {text, 1};
    struct config_word before = {0}, word;
    while ((word = config_scan_next(&scan)).kind != CONFIG_END) {
        if (word.kind == CONFIG_STRING && before.kind == CONFIG_INCLUDE) {
            struct place place = {.file = file, .line = word.line};
            scan_included(&word, &place, folder, depth, problems);
        }
        before = word;
    }
}

static char *hint_for(const char *error, const char *text, unsigned line) {
    if (strstr(error, "mismatched element type")) {
        return mem_dup(": all in [ ] must be of one kind, such as 1.0 beside 2.5; or use ( )");
    }
    if (strstr(error, "duplicate setting name")) {
        return mem_dup(": it stands twice in the same place");
    }
    return text ? config_scan_hint(text, line) : mem_dup("");
}

static void parse_problem(const struct config_text *text, const char *main_text,
                          struct problems *problems) {
    const char *included = config_error_file(&text->tree);
    AUTOFREE char *file =
        included ? mem_printf("%s/%s", text->folder, included) : mem_dup(text->file);
    AUTOFREE char *included_text = included ? read_all(file) : NULL;
    unsigned line = (unsigned)config_error_line(&text->tree);
    const char *error = config_error_text(&text->tree);
    struct place place = {.file = file, .line = line};
    AUTOFREE char *hint = hint_for(error, included ? included_text : main_text, line);
    problems_add(problems, &place, "%s%s", error, hint);
}

bool config_text_read(struct config_text *text, const char *file, struct problems *problems) {
    AUTOFREE char *absolute = path_absolute(file);
    *text = (struct config_text){
        .file = mem_dup(file), .folder = path_folder(file), .base = path_folder(absolute)};
    config_init(&text->tree);
    AUTOFREE char *bytes = read_all(file);
    if (!bytes) {
        struct place place = {.file = file};
        problems_add(problems, &place,
                     errno == EFBIG ? "is longer than 1 MiB: no configuration" : "cannot read: %m");
        return false;
    }
    size_t before = json_array_size(problems->list);
    scan_text(bytes, file, text->folder, 0, problems);
    config_set_include_dir(&text->tree, text->folder);
    bool parsed = config_read_string(&text->tree, bytes);
    if (!parsed && json_array_size(problems->list) == before) { /* else it is told already */
        parse_problem(text, bytes, problems);
    }
    return !problems_any(problems);
}

void config_text_finish(struct config_text *text) {
    config_destroy(&text->tree);
    free(text->file);
    free(text->folder);
    free(text->base);
    *text = (struct config_text){0};
}

struct place config_text_place(const struct config_text *text, const config_setting_t *setting,
                               char **place_file) {
    const char *included = config_setting_source_file(setting);
    *place_file = included ? mem_printf("%s/%s", text->folder, included) : mem_dup(text->file);
    return (struct place){.file = *place_file,
                          .line = (unsigned)config_setting_source_line(setting)};
}
