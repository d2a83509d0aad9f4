/* SPDX-License-Identifier: Apache-2.0 */
/* Texts in the character sets of DICOM as UTF-8: ISO 2022 is done here, the sets by iconv. */
#include "charset.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    ESCAPE = 0x1b,
    TERM_BYTES = 32,     /* the longest defined term has 15 */
    CHARACTER_BYTES = 4, /* of UTF-8, and of the longest escape sequence */
};

/* where a set is invoked: its bytes are below 0x80, or from there on */
enum side { SIDE_G0, SIDE_G1 };

/* a set of characters (PS3.3 tables C.12-2 to C.12-5) */
struct set {
    const char *names[4]; /* of the term, capital letters and digits without ISO, 2022 and IR */
    const char *escapes[2];
    enum side side;
    bool pairs;       /* two bytes each */
    const char *name; /* iconv's, for its characters with the high bit; NULL: they are UTF-8 */
    char prefix;      /* that iconv wants before each */
};

/* clang-format off: a table */
static const struct set sets[] = {
    {{"100", "", "6", "LATIN1"}, {"\x1b-A"}, SIDE_G1, false, "ISO-8859-1", 0},
    {{"101", "88592", "LATIN2"}, {"\x1b-B"}, SIDE_G1, false, "ISO-8859-2", 0},
    {{"109", "88593", "LATIN3"}, {"\x1b-C"}, SIDE_G1, false, "ISO-8859-3", 0},
    {{"110", "88594", "LATIN4"}, {"\x1b-D"}, SIDE_G1, false, "ISO-8859-4", 0},
    {{"126", "88597", "GREEK"}, {"\x1b-F"}, SIDE_G1, false, "ISO-8859-7", 0},
    {{"127", "88596", "ARABIC"}, {"\x1b-G"}, SIDE_G1, false, "ISO-8859-6", 0},
    {{"138", "88598", "HEBREW"}, {"\x1b-H"}, SIDE_G1, false, "ISO-8859-8", 0},
    {{"144", "88595", "CYRILLIC"}, {"\x1b-L"}, SIDE_G1, false, "ISO-8859-5", 0},
    {{"148", "88599", "LATIN5"}, {"\x1b-M"}, SIDE_G1, false, "ISO-8859-9", 0},
    {{"203", "885915", "LATIN9"}, {"\x1b-b"}, SIDE_G1, false, "ISO-8859-15", 0},
    {{"166", "TIS620"}, {"\x1b-T"}, SIDE_G1, false, "TIS-620", 0},
    {{"13", "SHIFTJIS", "SJIS"}, {"\x1b)I"}, SIDE_G1, false, "CP932", 0},
    {{"87", "JP"}, {"\x1b$B", "\x1b$@"}, SIDE_G0, true, "EUC-JP", 0},
    {{"159", "JP2"}, {"\x1b$(D"}, SIDE_G0, true, "EUC-JP", '\x8f'},
    {{"149", "EUCKR"}, {"\x1b$)C"}, SIDE_G1, true, "EUC-KR", 0},
    {{"58", "GB2312", "EUCCN"}, {"\x1b$)A"}, SIDE_G1, true, "GB2312", 0},
    {{"GB18030"}, {NULL}, SIDE_G1, false, "GB18030", 0},
    {{"GBK"}, {NULL}, SIDE_G1, false, "GBK", 0},
    {{"192", "UTF8"}, {NULL}, SIDE_G1, false, NULL, 0},
    /* not in the standard, and yet in files: pydicom takes what Python knows */
    {{"CP1252", "WINDOWS1252"}, {NULL}, SIDE_G1, false, "CP1252", 0},
    {{"CP1251", "WINDOWS1251"}, {NULL}, SIDE_G1, false, "CP1251", 0},
    {{"KOI8R"}, {NULL}, SIDE_G1, false, "KOI8-R", 0},
    {{"BIG5"}, {NULL}, SIDE_G1, false, "BIG5", 0},
    {{"EUCJP"}, {NULL}, SIDE_G1, false, "EUC-JP", 0},
    /* ISO 646, and the Japanese form of it, whose backslash is one here as well */
    {{"646", "ASCII"}, {"\x1b(B", "\x1b(J"}, SIDE_G0, false, "US-ASCII", 0},
};
/* clang-format on */

enum {
    SETS = sizeof(sets) / sizeof(sets[0]),
    SET_LATIN_1 = 0,
    SET_ASCII = SETS - 1,
};

struct charset_converter {
    iconv_t conversions[SETS];
    char *out;
    size_t used, room;
};

/* what is invoked, and what again at each delimiter; numbers in sets */
struct state {
    struct charset_converter *converter;
    size_t first;
    size_t invoked[2]; /* by side */
};

static const iconv_t no_conversion = (iconv_t)-1; /* as iconv_open() says it */

struct charset_converter *charset_create(void) {
    struct charset_converter *converter = mem_new(struct charset_converter);
    for (int i = 0; i < SETS; i++) {
        converter->conversions[i] = no_conversion;
    }
    return converter;
}

void charset_destroy(struct charset_converter *converter) {
    if (!converter) {
        return;
    }
    for (int i = 0; i < SETS; i++) {
        if (converter->conversions[i] != no_conversion) {
            iconv_close(converter->conversions[i]);
        }
    }
    free(converter->out);
    free(converter);
}

/* room for more bytes behind what is there */
static char *room_for(struct charset_converter *converter, size_t more) {
    if (converter->used + more > converter->room) {
        converter->room = 2 * (converter->used + more);
        converter->out = mem_resize(converter->out, converter->room, 1);
    }
    return converter->out + converter->used;
}

static void add(struct charset_converter *converter, const char *bytes, size_t length) {
    memcpy(room_for(converter, length), bytes, length);
    converter->used += length;
}

static void convert(struct charset_converter *converter, size_t set, const char *bytes,
                    size_t length) {
    const char *name = sets[set].name;
    iconv_t *conversion = &converter->conversions[set];
    if (name && *conversion == no_conversion) {
        *conversion = iconv_open("UTF-8", name);
    }
    if (!name || *conversion == no_conversion) { /* a system without this set: as it stands */
        add(converter, bytes, length);
        return;
    }
    char *from = (char *)(uintptr_t)bytes; /* iconv(3) changes the pointer only */
    iconv(*conversion, NULL, NULL, NULL, NULL);
    while (length > 0) {
        size_t room = CHARACTER_BYTES * length;
        char *to = room_for(converter, room);
        if (iconv(*conversion, &from, &length, &to, &room) == (size_t)-1 && length > 0 &&
            errno != E2BIG) {
            converter->used = (size_t)(to - converter->out);
            add(converter, "\xef\xbf\xbd", 3);
            from++;
            length--;
        } else {
            converter->used = (size_t)(to - converter->out);
        }
    }
}

/* the term's letters and digits: pydicom knows "ISO-IR 144" and "ISO 2022-IR-58" too */
static void key_of(const char *term, size_t length, char key[TERM_BYTES]) {
    static const char *const parts[] = {"ISO", "2022", "IR"};
    size_t used = 0;
    for (size_t i = 0; i < length && term[i] != '\\' && used < TERM_BYTES - 1; i++) {
        if (isalnum((unsigned char)term[i])) {
            key[used++] = (char)toupper((unsigned char)term[i]);
        }
    }
    key[used] = '\0';
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t part = strlen(parts[i]);
        if (strncmp(key, parts[i], part) == 0) {
            memmove(key, key + part, strlen(key + part) + 1);
        }
    }
}

static size_t set_named(const char *term, size_t length) {
    char key[TERM_BYTES];
    key_of(term, length, key);
    for (size_t i = 0; i < SETS; i++) {
        for (size_t j = 0; j < 4 && sets[i].names[j]; j++) {
            if (strcmp(sets[i].names[j], key) == 0) {
                return i;
            }
        }
    }
    return SET_LATIN_1;
}

/* G1 has no set of its own at first where the first is one of G0 */
static size_t first_of(const struct state *state, enum side side) {
    return sets[state->first].side == side && side == SIDE_G1 ? state->first : SET_ASCII;
}

static void reset(struct state *state) {
    state->invoked[SIDE_G0] = first_of(state, SIDE_G0);
    state->invoked[SIDE_G1] = first_of(state, SIDE_G1);
}

static bool is_first(const struct state *state) {
    return state->invoked[SIDE_G0] == first_of(state, SIDE_G0) &&
           state->invoked[SIDE_G1] == first_of(state, SIDE_G1);
}

/* the escape sequence at bytes: invokes its set, if we know it; its length (ISO/IEC 2022 13) */
static size_t take_escape(struct state *state, const char *bytes, size_t length) {
    for (size_t i = 0; i < SETS; i++) {
        for (size_t j = 0; j < 2 && sets[i].escapes[j]; j++) {
            size_t sequence = strlen(sets[i].escapes[j]);
            if (sequence <= length && memcmp(bytes, sets[i].escapes[j], sequence) == 0) {
                state->invoked[sets[i].side] = i;
                return sequence;
            }
        }
    }
    size_t at = 1;
    while (at < length && bytes[at] >= 0x20 && bytes[at] <= 0x2f) {
        at++;
    }
    return at > 1 && at < length && bytes[at] >= 0x30 && bytes[at] <= 0x7e ? at + 1 : 1;
}

static bool is_high(char c) {
    return (unsigned char)c >= 0x80;
}

/* a byte that G0 gives a meaning: no control, no space */
static bool is_graphic(char c) {
    return c > ' ' && c < 0x7f;
}

static bool ends_sets(char c, const char *delimiters) {
    return c && (strchr("\t\n\f\r", c) || strchr(delimiters, c));
}

static bool is_paired(const struct state *state, char c) {
    return is_graphic(c) && sets[state->invoked[SIDE_G0]].pairs;
}

/* how many bytes from the first on are read in the same way: high ones, pairs of G0, one other */
static size_t run_of(const struct state *state, const char *bytes, size_t length) {
    size_t at = 0;
    if (is_high(*bytes)) {
        while (at < length && is_high(bytes[at])) {
            at++;
        }
    } else if (is_paired(state, *bytes)) {
#ifdef PLANTED_FAULT
        while (is_graphic(bytes[at]) && is_graphic(bytes[at + 1])) {
#else
        while (at + 1 < length && is_graphic(bytes[at]) && is_graphic(bytes[at + 1])) {
#endif
            at += 2;
        }
    }
    return at ? at : 1;
}

/* pairs of a set in G0 get the high bit, as iconv wants them */
static void add_pairs(struct state *state, const char *bytes, size_t length) {
    size_t which = state->invoked[SIDE_G0];
    for (size_t at = 0; at < length; at += 2) {
        char character[3] = {sets[which].prefix};
        size_t used = sets[which].prefix != 0;
        for (size_t i = at; i < at + 2 && i < length; i++) {
            character[used++] = (char)(bytes[i] | 0x80);
        }
        convert(state->converter, which, character, used);
    }
}

static void add_run(struct state *state, const char *bytes, size_t length) {
    if (is_high(*bytes)) {
        convert(state->converter, state->invoked[SIDE_G1], bytes, length);
    } else if (is_paired(state, *bytes)) {
        add_pairs(state, bytes, length);
    } else {
        add(state->converter, bytes, length);
    }
}

const char *charset_utf8(const struct charset *charset, const char *delimiters, const char *bytes,
                         size_t *length) {
    struct state state = {.converter = charset->converter,
                          .first = set_named(charset->text ? charset->text : "", charset->length)};
    state.converter->used = 0;
    reset(&state);
    for (size_t at = 0; at < *length;) {
        const char *here = bytes + at;
        size_t left = *length - at, taken;
        if (*here == ESCAPE) {
            at += take_escape(&state, here, left);
            continue;
        }
        if (is_first(&state)) { /* all up to an escape: second bytes may look like delimiters */
            const char *escape = memchr(here, ESCAPE, left);
            taken = escape ? (size_t)(escape - here) : left;
            convert(state.converter, first_of(&state, SIDE_G1), here, taken);
        } else if (ends_sets(*here, delimiters) && !is_paired(&state, *here)) {
            reset(&state);
            continue;
        } else {
            taken = run_of(&state, here, left);
            add_run(&state, here, taken);
        }
        at += taken;
    }
    *length = state.converter->used;
    room_for(state.converter, 1); /* of nothing but escapes nothing is left */
    return state.converter->out;
}
