#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Catch-up: after a stop or an upgrade every file is counted once, by each source alike."""
from catchup import *
from site_checker import build_checker


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
        self.core += "queue = 100;\n"  # which the backlog alone would fill
        daemon = self.start('backlog = "all";', f', {{ plugin = "{slow}"; name = "site"; }}')
        daemon.workers_ready()
        wait_for(lambda: self.total(daemon) > 0, "the backlog to begin")
        for number in range(2, 6):
            write_dicom(self.where / f"watched/live/{number}.dcm", SeriesNumber=number)
            wait_for(lambda: number in self.counts(daemon), "a live file")
        write_dicom(self.where / "watched/session/001/live.dcm", SeriesNumber=6)
        wait_for(lambda: 6 in self.counts(daemon), "a live file among old ones")
        self.assertLess(self.counts(daemon)[1], 1000)


class CasesInotify(Cases, DaemonTest):
    plugin = "source-inotify"


class CasesFanotify(Cases, DaemonTest):
    plugin = "source-fanotify"


class CasesPoll(Cases, DaemonTest):
    plugin, more = "source-poll", "interval = 0.2; settle = 0.2; "


main()
