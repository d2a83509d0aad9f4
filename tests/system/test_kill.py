#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9, or a stop, in the middle of a burst: every file is counted once, by each source alike.

MRQART_REPEAT=20 python3 tests/system/test_kill.py KillInotify
repeats kill -9 in a burst of 20,000 files and prints what it found.
"""
from catchup import *

REPEAT = int(os.environ.get("MRQART_REPEAT", "1"))
STOPPED = 3000  # files of the burst in which the daemon is stopped
# a worker whose daemon is killed dies too, which LeakSanitizer mistakes for a fault
KILLED = {"environment": {"ASAN_OPTIONS": "detect_leaks=0"}}


class Kill(CatchUp):
    def test_kill_9_in_a_burst_counts_each_file_once(self):
        for turn in range(REPEAT):
            where = self.where / f"turn-{turn}"
            where.mkdir()
            make_database(where / "db.sqlite", TEMPLATE)
            daemon = self.start(where=where, **KILLED)
            before, took = self.burst(daemon, daemon.kill, self.files)
            daemon.kill()
            daemon.start()
            expected = Stream(daemon.folder, self.files).expected()
            self.reached(daemon, expected)  # nothing again
            self.assertEqual(daemon.stop(), 0)
            if REPEAT > 1:
                print(f"{self.plugin} {turn + 1}: killed at {before} of {self.files}, all counted "
                      f"once {took:.1f} s after; lost 0, doubled 0", flush=True)
                shutil.rmtree(where / "watched")

    def test_a_stop_in_a_burst_counts_each_file_once(self):
        daemon = self.start()
        self.burst(daemon, lambda: self.assertEqual(daemon.stop(), 0),
                   STOPPED)


class KillInotify(Kill, DaemonTest):
    plugin, files = "source-inotify", 20000


class KillFanotify(Kill, DaemonTest):
    plugin, files = "source-fanotify", 20000 if REPEAT > 1 else 4000


class KillPoll(Kill, DaemonTest):
    plugin, files, more = "source-poll", 20000 if REPEAT > 1 else 4000, "interval = 0.2; settle = 0.2; "


main()
