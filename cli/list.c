/* SPDX-License-Identifier: Apache-2.0 */
/* The templates of a database, listed. */
#include "list.h"
#include "base/json_text.h"
#include "base/memory.h"
#include "dicom/dicom.h"
#include "dicom/dicom_json.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    COLUMNS_USUAL = 80, /* of a terminal that does not tell */
    COLUMNS_LEAST = 40,
    NAMES_AT = 19, /* where the table of names has its two wide columns */
    VALUES_AT = 16,
};

enum { PROJECT, SEQUENCE }; /* in acqdb_parameters */

static size_t terminal_columns(void) {
    struct winsize size;
    size_t columns =
        ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : COLUMNS_USUAL;
    return columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns;
}

/* text in width columns, cut with … or filled with blanks; a character of UTF-8 takes one */
static void print_cell(const char *text, size_t width, bool fill) {
    const char *shown = text ? text : "-";
    size_t characters = 0, at = 0, cut = 0;
    for (; shown[at]; at++) {
        bool begins = ((unsigned char)shown[at] & 0xc0) != 0x80;
        cut = begins && characters + 1 == width ? at : cut;
        characters += begins;
    }
    if (characters > width) {
        printf("%.*s…", (int)cut, shown);
        characters = width;
    } else {
        fputs(shown, stdout);
    }
    for (; fill && characters < width; characters++) {
        putchar(' ');
    }
}

static void print_field(const char *text) {
    printf("\t%s", text ? text : "-");
}

/* ---- names ----------------------------------------------------------------------------------- */

static void print_names(const struct acqdb_template *template) {
    printf("%lld", template->n);
    print_field(template->last);
    print_field(template->values[PROJECT]);
    print_field(template->values[SEQUENCE]);
    putchar('\n');
}

static void show_names(const char *seen, const char *last, const char *project,
                       const char *sequence) {
    size_t wide = (terminal_columns() - NAMES_AT - 1) / 2;
    printf("%7s ", seen);
    print_cell(last, NAMES_AT - 9, true);
    putchar(' ');
    print_cell(project, wide, true);
    putchar(' ');
    print_cell(sequence, wide, false);
    putchar('\n');
}

static void list_names(const struct acqdb_template *const *list, size_t count, bool terminal) {
    if (!terminal) {
        puts("seen\tlast\tproject\tsequence");
    } else if (count) {
        show_names("seen", "last", "project", "sequence");
    }
    for (size_t i = 0; i < count; i++) {
        char seen[32];
        snprintf(seen, sizeof(seen), "%lld", list[i]->n);
        if (terminal) {
            show_names(seen, list[i]->last, list[i]->values[PROJECT], list[i]->values[SEQUENCE]);
        } else {
            print_names(list[i]);
        }
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

static void print_values(const struct acqdb_template *template) {
    printf("%lld", template->n);
    print_field(template->first);
    print_field(template->last);
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        print_field(template->values[i]);
    }
    putchar('\n');
}

/* a table of twenty columns fits no terminal */
static void show_values(const struct acqdb_template *template) {
    AUTOFREE char *seen =
        mem_printf("%lld times, %s to %s", template->n, template->first ? template->first : "-",
                   template->last ? template->last : "-");
    size_t wide = terminal_columns() - VALUES_AT;
    printf("%-*s", VALUES_AT, "seen");
    print_cell(seen, wide, false);
    putchar('\n');
    for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
        if (template->values[i]) {
            printf("%-*s", VALUES_AT, acqdb_parameters[i]);
            print_cell(template->values[i], wide, false);
            putchar('\n');
        }
    }
    putchar('\n');
}

static void list_values(const struct acqdb_template *const *list, size_t count, bool terminal) {
    if (!terminal) {
        fputs("seen\tfirst\tlast", stdout);
        for (size_t i = 0; i < ACQDB_PARAMETERS; i++) {
            printf("\t%s", acqdb_parameters[i]);
        }
        putchar('\n');
    }
    for (size_t i = 0; i < count; i++) {
        if (terminal) {
            show_values(list[i]);
        } else {
            print_values(list[i]);
        }
    }
}

/* as the template of a check result, whose types are those of the header values */
static void list_json(const struct acqdb_template *const *list, size_t count) {
    struct dicom_reader *reader = dicom_reader_create(NULL, 0, DICOM_FAST);
    for (size_t i = 0; reader && i < count; i++) {
        json_auto_t *object = json_object();
        json_object_set_new(object, "n", json_integer(list[i]->n));
        json_object_set_new(object, "first", json_any_string(list[i]->first));
        json_object_set_new(object, "last", json_any_string(list[i]->last));
        for (size_t j = 0; j < ACQDB_PARAMETERS; j++) {
            const struct dicom_value *value = dicom_value(reader, acqdb_parameters[j]);
            json_object_set_new(object, acqdb_parameters[j],
                                dicom_json(list[i]->values[j], value && value->numeric));
        }
        AUTOFREE char *text = json_text(object, NULL);
        puts(text);
    }
    dicom_reader_destroy(reader);
}

void list_templates(const struct acqdb_template *const *list, size_t count, enum list_form form) {
    bool terminal = isatty(STDOUT_FILENO);
    if (form == LIST_JSON) {
        list_json(list, count);
    } else if (form == LIST_VALUES) {
        list_values(list, count, terminal);
    } else {
        list_names(list, count, terminal);
    }
}
