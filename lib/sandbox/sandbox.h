/* SPDX-License-Identifier: Apache-2.0 */
/* What a child of the daemon gives up before its first byte from outside. */
#pragma once

#include <stdbool.h>

/**
 * No new privileges, no core dumps, few descriptors, 512 MiB of memory, first to go when memory
 * is short, dead when the daemon is, deaf to signals that are meant for the daemon. parent: its
 * process, as it was before. Says why and returns false when one cannot be had.
 */
bool sandbox_enter(int parent);

/** The limits alone, for `mrqart-worker --describe`: there is no daemon to die with. */
bool sandbox_limit(void);

/** Less memory than that for a process that needs less; false: see errno. */
bool sandbox_limit_memory(unsigned mebibytes);

/** Has this process killed when parent, which started it, dies; false: it is dead already. */
bool sandbox_die_with(int parent);

/** What sandbox_confine() has come to. */
enum sandbox_confined {
    SANDBOX_CONFINED,
    SANDBOX_NOT_HERE, /* the kernel has no Landlock that can do it (before 5.19, or turned off) */
    SANDBOX_FAILED,   /* it has, and said no: see errno */
};

/**
 * From now on this process and its children can open, make, rename and remove what lies below the
 * folder open at writable, read what lies below that open at readable (-1: none), and nothing else
 * in the file system; what is open stays open. Built with
 * sanitizers it does nothing, since they read and write where they like.
 */
enum sandbox_confined sandbox_confine(int writable, int readable);

/** From this descriptor on, some checker keeps files open. */
enum { SANDBOX_MANY_DESCRIPTORS = 40 };
