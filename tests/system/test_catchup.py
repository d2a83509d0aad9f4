#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Catch-up: after a stop, a crash or an upgrade every file is counted once, by each source alike.

MRQART_REPEAT=20 python3 tests/system/test_catchup.py KillInotify
repeats kill -9 in the middle of a burst of 20,000 files and prints what it found.
"""
import random

from mrqart_test import *
from site_checker import build_checker

REPEAT = int(os.environ.get("MRQART_REPEAT", "1"))
PATIENCE = 240  # seconds for a burst on a loaded machine, sanitizers and all
SERIES = 100
STATION = "AWP167046"
# a worker whose daemon is killed dies too, which LeakSanitizer mistakes for a fault
KILLED = {"environment": {"ASAN_OPTIONS": "detect_leaks=0"}}

CONFIG = """
settle = 100;
history = 200;
workers = 2;
database = "{where}/db.sqlite";
sources = ( {{ plugin = "{plugin}"; paths = [ "{where}/watched" ]; {more} }} );
checkers = ( {{ plugin = "checker-template"; context = "realtime"; }} {checker} );
sinks = ( {{ plugin = "sink-http"; listen = [ "127.0.0.1:0" ]; }},
          {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0" ]; }} );
"""


def built(plugin):
    listed = subprocess.run([MRQARTD, "--list-plugins"], capture_output=True, text=True).stdout
    return f"name={plugin} " in listed


class Stream:
    """Files of many series, a folder each, written in turn as fast as it goes."""

    def __init__(self, folder, files, series=SERIES):
        self.folder, self.files, self.series = folder, files, series
        self.data = {}
        for number in range(1, series + 1):
            data = dicom_bytes(SeriesNumber=number, InstanceNumber="0000099999", pixels=8)
            at = data.rindex(b"0000099999")
            self.data[number] = data[:at], data[at + 10:]

    def write(self, first=0, last=None):
        for index in range(first, self.files if last is None else last):
            number = index % self.series + 1
            folder = self.folder / f"session/{number:03}"
            if index < self.series:
                folder.mkdir(parents=True, exist_ok=True)
            before, behind = self.data[number]
            with open(folder / f"{index:06}.dcm", "wb", buffering=0) as file:
                file.write(before + b"%010d" % index + behind)

    def expected(self):
        return {number: len(range(number - 1, self.files, self.series))
                for number in range(1, self.series + 1)}


class CatchUp:
    """The cases, for one source."""
    plugin = files = None
    more = ""

    def setUp(self):
        super().setUp()
        if not built(self.plugin):
            self.skipTest(f"{self.plugin} is not built")
        make_database(self.where / "db.sqlite", TEMPLATE)

    def start(self, more="", checker="", where=None, **options):
        where = where or self.where
        config = CONFIG.format(where=where, plugin=self.plugin, more=self.more + more,
                               checker=checker)
        daemon = self.daemon(config=config, where=where, ready=False, **options)
        try:
            return daemon.start()
        except AssertionError:
            needs = re.search(r"CAP_SYS_ADMIN.*|does not support.*|not supported.*", daemon.log())
            if not needs:
                raise
            self.daemons.remove(daemon)
            self.skipTest(needs[0])

    def source(self, daemon):
        return daemon.health()["instances"][self.plugin]

    def counts(self, daemon):
        history = daemon.state().get(STATION, {}).get("history", [])
        return {entry["series"]["number"]: entry["series"]["count"] for entry in history}

    def total(self, daemon):
        return sum(self.counts(daemon).values())

    def reached(self, daemon, expected):
        wait_for(lambda: self.total(daemon) >= sum(expected.values()), "all files", PATIENCE)
        wait_for(lambda: not any(daemon.health()["pipeline"]["queues"][name]
                                 for name in ("live", "backlog", "checking", "held", "settling")),
                 "empty queues", PATIENCE)
        self.assertEqual(self.counts(daemon), expected)

    def saved(self, daemon):
        """The following of the folder is in the state file."""
        path = daemon.state_dir / "state.jsonl"
        wait_for(lambda: path.exists() and b'"root:' in path.read_bytes(), "a saved state")

    def burst(self, daemon, end):
        """Ends the daemon by end() somewhere in a burst; (files counted before, seconds after)."""
        self.saved(daemon)
        stream = Stream(daemon.folder, self.files)
        writer = threading.Thread(target=stream.write)
        writer.start()
        point = random.randrange(self.files // 10, self.files // 2)
        try:
            before = wait_for(lambda: (n := self.total(daemon)) >= point and n, "files", PATIENCE)
            end()
            began = time.monotonic()
            daemon.start()
        finally:
            writer.join()
        self.reached(daemon, stream.expected())
        return before, time.monotonic() - began


class Kill(CatchUp):
    def test_kill_9_in_a_burst_counts_each_file_once(self):
        for turn in range(REPEAT):
            where = self.where / f"turn-{turn}"
            where.mkdir()
            make_database(where / "db.sqlite", TEMPLATE)
            daemon = self.start(where=where, **KILLED)
            before, took = self.burst(daemon, daemon.kill)
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
        self.burst(daemon, lambda: self.assertEqual(daemon.stop(), 0))


class Cases(CatchUp):
    def test_files_written_while_stopped_are_counted_once(self):
        daemon = self.start()
        self.saved(daemon)
        stream = Stream(daemon.folder, 40, series=4)
        stream.write(last=20)
        wait_for(lambda: self.total(daemon) == 20, "the first half")
        daemon.stop()
        stream.write(first=20)
        daemon.start()
        self.reached(daemon, stream.expected())

    def test_another_program_goes_on_with_the_state(self):
        daemon = self.start()
        self.saved(daemon)
        stream = Stream(daemon.folder, 40, series=4)
        stream.write(last=20)
        wait_for(lambda: self.total(daemon) == 20, "the first half")
        daemon.stop()
        stream.write(first=20)
        other = self.where / "upgraded"
        for name in ("bin", "libexec"):
            shutil.copytree(BUILD / name, other / name)
        for name in ("lib", "share"):
            (other / name).symlink_to(BUILD / name)
        daemon.program = other / "bin/mrqartd"
        daemon.start()
        self.assertIn(str(other), os.readlink(f"/proc/{daemon.pid}/exe"))
        self.reached(daemon, stream.expected())

    def backlog(self, word):
        """One file from before it all, one counted, one written while stopped, one live."""
        folder = self.where / "watched"
        for number in (1, 2):
            write_dicom(folder / f"{number}/1.dcm", SeriesNumber=number)
        daemon = self.start(f'backlog = "{word}";')
        self.saved(daemon)
        write_dicom(folder / "3/1.dcm", SeriesNumber=3)
        wait_for(lambda: 3 in self.counts(daemon), "the first live file")
        daemon.stop()
        write_dicom(folder / "4/1.dcm", SeriesNumber=4)
        time.sleep(0.02)  # the kernel's stamps are coarse
        daemon.start()
        write_dicom(folder / "5/1.dcm", SeriesNumber=5)
        wait_for(lambda: 5 in self.counts(daemon), "the second live file")
        self.assertEqual(self.source(daemon)["backlog"], word)
        wait_for(lambda: not self.source(daemon).get("scanning"), "the end of the scan")
        return daemon

    def test_backlog_none_is_what_came_since_the_start(self):
        daemon = self.backlog("none")
        self.reached(daemon, {3: 1, 5: 1})

    def test_backlog_since_last_is_what_came_since_the_following(self):
        self.reached(self.backlog("since-last"), {3: 1, 4: 1, 5: 1})

    def test_backlog_all_is_all_of_it_once(self):
        daemon = self.backlog("all")
        self.reached(daemon, {1: 1, 2: 1, 3: 1, 4: 1, 5: 1})
        daemon.stop()
        daemon.start()
        self.reached(daemon, {1: 1, 2: 1, 3: 1, 4: 1, 5: 1})

    def test_live_files_pass_in_front(self):
        slow = build_checker(self.where, """
            const struct timespec pause = {.tv_nsec = 20000000};
            if (strstr(file->path, "session")) { nanosleep(&pause, NULL); }""")
        Stream(self.where / "watched", 1000, series=1).write()
        daemon = self.start('backlog = "all";', f', {{ plugin = "{slow}"; name = "site"; }}')
        daemon.workers_ready()
        wait_for(lambda: self.total(daemon) > 0, "the backlog to begin")
        for number in range(2, 6):
            write_dicom(self.where / f"watched/live/{number}.dcm", SeriesNumber=number)
            wait_for(lambda: number in self.counts(daemon), "a live file")
        write_dicom(self.where / "watched/session/001/live.dcm", SeriesNumber=6)
        wait_for(lambda: 6 in self.counts(daemon), "a live file among old ones")
        self.assertLess(self.counts(daemon)[1], 1000)


class KillInotify(Kill, DaemonTest):
    plugin, files = "source-inotify", 20000


class KillFanotify(Kill, DaemonTest):
    plugin, files = "source-fanotify", 5000


class KillPoll(Kill, DaemonTest):
    plugin, files, more = "source-poll", 5000, "interval = 0.2; settle = 0.2; "


class CasesInotify(Cases, DaemonTest):
    plugin = "source-inotify"


class CasesFanotify(Cases, DaemonTest):
    plugin = "source-fanotify"


class CasesPoll(Cases, DaemonTest):
    plugin, more = "source-poll", "interval = 0.2; settle = 0.2; "


main()
