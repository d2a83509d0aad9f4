/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that something is wrong with. */
#include "path_list.h"

#include "memory.h"

void path_list_finish(struct path_list *list) {
    for (size_t i = 0; i < PATH_LIST_KEPT; i++) {
        free(list->paths[i]);
    }
    *list = (struct path_list){0};
}

/* Where path is, or the first free place; PATH_LIST_KEPT: neither. */
static size_t place_of(const struct path_list *list, const char *path) {
    size_t place = PATH_LIST_KEPT;
    for (size_t i = PATH_LIST_KEPT; i-- > 0;) {
        if (list->paths[i] && strcmp(list->paths[i], path) == 0) {
            return i;
        }
        place = list->paths[i] ? place : i;
    }
    return place;
}

bool path_list_has(const struct path_list *list, const char *path) {
    size_t place = list->count > 0 ? place_of(list, path) : PATH_LIST_KEPT;
    return place < PATH_LIST_KEPT && list->paths[place];
}

void path_list_add(struct path_list *list, const char *path) {
    size_t place = place_of(list, path);
    if (place < PATH_LIST_KEPT && list->paths[place]) {
        return;
    }
    if (place < PATH_LIST_KEPT) {
        list->paths[place] = mem_dup(path);
    }
    list->count++;
}

void path_list_remove(struct path_list *list, const char *path) {
    size_t place = place_of(list, path);
    if (place < PATH_LIST_KEPT && list->paths[place]) {
        free(list->paths[place]);
        list->paths[place] = NULL;
    }
    list->count -= list->count > 0;
}

char *path_list_text(const struct path_list *list) {
    char *text = mem_dup("");
    size_t named = 0;
    for (size_t i = 0; i < PATH_LIST_KEPT; i++) {
        if (list->paths[i]) {
            char *longer = mem_printf("%s%s%s", text, named++ ? ", " : "", list->paths[i]);
            free(text);
            text = longer;
        }
    }
    if (list->count > named) {
        char *longer = mem_printf("%s%s%zu more", text, named ? " and " : "", list->count - named);
        free(text);
        text = longer;
    }
    return text;
}
