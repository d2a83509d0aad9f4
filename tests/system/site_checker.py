# SPDX-License-Identifier: Apache-2.0
"""Checkers of a site's own, built in the test from a few lines of C."""
import os
import shutil
import subprocess

from mrqart_test import SOURCE, skip

TEXT = """
#include <mrqart/plugin.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int self;
static void *start(struct mrq_host *host, const struct mrq_settings *settings) {
    (void)host, (void)settings;
    return &self;
}
static void finish(void *at) { (void)at; }
static int chosen(const struct mrq_file *file) { return strstr(file->path, "bad") != NULL; }
static bool check(void *at, const struct mrq_file *file, struct mrq_verdict *verdict) {
    (void)at, (void)verdict, (void)chosen;
    %s
    return true;
}
static const struct mrq_option options[] = {{0}};
MRQ_PLUGIN(.kind = MRQ_CHECKER, .name = "checker-site", .version = "1", .options = options,
           .description = "of the test", .open = start, .close = finish, .check = check);
"""


def build_checker(where, body):
    """A shared object whose check() has this body; chosen(file): its path has "bad" in it."""
    compiler = os.environ.get("CC") or shutil.which("cc")
    if not compiler:
        skip("no C compiler (cc)")
    source, made = where / "checker-site.c", where / "checker-site.so"
    source.write_text(TEXT % body)
    subprocess.run([compiler, "-shared", "-fPIC", "-D_GNU_SOURCE", "-O1", "-Wall", "-Werror",
                    f"-I{SOURCE / 'core/include'}", "-o", made, source], check=True)
    return made


def configuration(where, checker=None, **options):
    """Watched folder, checker-template, a checker of the site's and sinks on free ports."""
    lines = [f'{name} = {str(value).lower() if isinstance(value, bool) else value};'
             for name, value in options.items()]
    site = f', {{ plugin = "{checker}"; name = "site"; }}' if checker else ""
    return "\n".join(lines) + f"""
database = "{where}/db.sqlite";
sources = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }} );
checkers = ( {{ plugin = "checker-template"; }}{site} );
sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
          {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; }} );
"""
