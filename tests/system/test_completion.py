#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bash completion offers what the programs have."""
from mrqart_test import *


def complete(*words):
    script = f"""
        compopt() {{ :; }}
        source "{SOURCE}/cli/completion/mrqart"
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        case "$1" in *d) _mrqartd "$1" ;; *) _mrqart "$1" ;; esac
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script, "bash", *map(str, words)], capture_output=True,
                          text=True)
    return done.stdout.split()


class Completion(unittest.TestCase):
    def test_subcommands(self):
        self.assertEqual(complete(MRQART, "ch"), ["check"])
        self.assertEqual(complete(MRQART, "db", "im"), ["import"])

    def test_options_come_from_the_program(self):
        self.assertEqual(complete(MRQART, "simulate", "--onc"), ["--once"])
        self.assertEqual(complete(MRQARTD, "--check"), ["--check-config"])

    def test_plugins_are_those_that_are_there(self):
        self.assertEqual(complete(MRQARTD, "--dump-plugin", "source-in"), ["source-inotify"])

    def test_every_subcommand_is_offered(self):
        text = subprocess.run([MRQART, "--help"], capture_output=True, text=True).stdout
        for word in complete(MRQART, ""):
            self.assertIn(word, text)


main()
