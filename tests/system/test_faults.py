#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults: what a file or a checker does to a worker costs that file only, and is told once."""
import socket
import stat

from mrqart_test import *
from site_checker import build_checker, configuration

# a checker that crashes is no fault of ours: the sanitizer shall not report it
QUIET = {"ASAN_OPTIONS": "handle_segv=0:handle_abort=0"}


class Faulty(DaemonTest):
    def start(self, body, files=40, bad=17, **options):
        """Writes files, one of them bad, with a checker whose check() has this body."""
        checker = build_checker(self.where, body)
        self.running = self.daemon(config=configuration(self.where, checker, **options),
                                   environment=QUIET)
        self.client = self.running.websocket()
        self.before = self.ready(self.running)
        for number in range(1, files + 1):
            name = "bad" if number == bad else "good"
            write_dicom(self.running.folder / "session" / f"{name}-{number:06}.dcm",
                        InstanceNumber=number)
        return self.running

    def ready(self, daemon, other_than=None):
        """Process numbers of the workers, once all are there."""
        def all_of_them():
            workers = daemon.health()["pipeline"]["workers"]
            pids = {process["pid"] for process in workers["processes"]}
            return (workers["ready"] == workers["configured"] == len(pids) and
                    pids != other_than and pids)
        return wait_for(all_of_them, "workers")

    def events(self, files, errors=0):
        """All events until so many files are counted and errors told, and one more file after."""
        counted, told = set(), []

        def done(event):
            if event["type"] == "error":
                told.append(event)
            else:
                counted.add(event["series"]["count"])
            return files in counted and len(told) >= errors
        events = self.client.events_until(done)
        write_dicom(self.running.folder / "later" / "after.dcm", SeriesNumber=99)
        return events + self.client.events_until(
            lambda e: e["type"] == "new" and e["series"]["number"] == 99)

    def assert_one_error(self, events, words):
        errors = [e for e in events if e["type"] == "error"]
        self.assertEqual(len(errors), 1, errors)
        self.assertEqual(errors[0]["content"]["count"], 1)
        self.assertIn("bad-000017.dcm", errors[0]["content"]["file"])
        self.assertRegex(errors[0]["content"]["message"], words)
        self.assertEqual([e["series"]["number"] for e in events if e["type"] == "new"], [1, 99])
        self.ready(self.running, other_than=self.before)

    def forgive(self, words):
        """Reports of a fault that was the test's own."""
        for path in self.running.reports.iterdir():
            if words in path.read_text(errors="replace"):
                path.unlink()

    def test_a_checker_that_crashes_on_a_file(self):
        self.start('if (chosen(file)) { raise(SIGSEGV); }')
        self.assert_one_error(self.events(39, errors=1), "died, twice, in site")

    def test_a_checker_that_loops_for_ever(self):
        self.start('volatile int forever = chosen(file); while (forever) {}', worker_timeout=1000)
        self.assert_one_error(self.events(39, errors=1), "longer than 1 s, twice, in site")

    def test_a_checker_that_takes_all_memory(self):
        self.start("""while (chosen(file)) {
                          char *more = malloc(1 << 24);
                          memset(more, 1, 1 << 24); /* where there is none: the end */
                          const struct timespec pause = {.tv_nsec = 5000000};
                          nanosleep(&pause, NULL);
                      }""")
        self.assert_one_error(self.events(39, errors=1), "died, twice, in site")
        self.forgive("hard rss limit exhausted")

    def test_a_checker_that_leaves_descriptors_open(self):
        daemon = self.start('if (open("/dev/null", O_RDONLY) < 0) { return false; }', files=200,
                            bad=0, workers=1)
        events = self.events(200)
        self.assertFalse([e for e in events if e["type"] == "error"])
        self.ready(daemon, other_than=self.before)
        daemon.logged("keeps descriptors open")

    def test_a_checker_that_crashes_on_every_file_is_disabled(self):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.start('raise(SIGSEGV);', files=20, bad=0, workers=1)
        new = self.client.event("new")
        self.assertEqual(new["content"]["status"], "conforms")  # the other one goes on
        self.client.events_until(lambda e: e["type"] in ("new", "update") and
                                 e["series"]["count"] == 18)  # two files it took with it
        self.assert_disabled(daemon)

    def assert_disabled(self, daemon):
        wait_for(lambda: daemon.health()["pipeline"]["disabled"] == ["site"], "its name")
        self.assertTrue(any("site is disabled" in text for text in daemon.health()["warnings"]))
        daemon.logged("site is disabled")

    def test_a_checker_that_fails_loses_its_own_verdict_and_is_named(self):
        make_database(self.where / "db.sqlite", TEMPLATE)
        daemon = self.start('mrq_deviates(verdict, "FA", "1", "2"); return !chosen(file);',
                            files=1, bad=1)
        content = self.client.event("new", "error")["content"]
        self.assertEqual((content["status"], content["findings"], content["failed"]),
                         ("conforms", [], ["site"]))
        self.assertEqual(daemon.state()["AWP167046"]["content"], content)
        wait_for(lambda: any("site failed on 1 files" in text
                             for text in daemon.health()["warnings"]), "a warning")
        daemon.logged("site: failed on bad-000001.dcm")
        for _ in range(4):  # the same file again and again is one reason, not five
            write_dicom(daemon.folder / "session" / "bad-000001.dcm", InstanceNumber=1)
        write_dicom(daemon.folder / "session" / "good.dcm", InstanceNumber=2)
        content = self.client.event("changed")["content"]
        self.assertEqual((content["status"], [f["checker"] for f in content["findings"]]),
                         ("deviates", ["site"]))
        self.assertNotIn("failed", content)
        self.assertEqual(daemon.health()["pipeline"]["disabled"], [])

    def test_a_checker_that_fails_on_three_files_is_disabled(self):
        daemon = self.start('return false;', files=10, bad=0, workers=1)
        self.assertEqual(self.client.event("new", "error")["content"]["failed"], ["site"])
        self.assert_disabled(daemon)
        self.client.events_until(lambda e: e["series"]["count"] == 10)
        self.assertEqual([c["failed"] for c in daemon.health()["pipeline"]["checkers"]], [0, 3])

    def test_workers_that_are_killed(self):
        daemon = self.start("", files=10, bad=0)
        self.client.events_until(lambda e: e["type"] in ("new", "update") and
                                 e["series"]["count"] == 10)
        for pid in self.before:
            os.kill(pid, signal.SIGKILL)
        after = self.ready(daemon, other_than=self.before)
        self.assertFalse(after & self.before)
        write_dicom(daemon.folder / "session" / "11.dcm", InstanceNumber=11)
        self.client.events_until(lambda e: e["type"] == "update" and e["series"]["count"] == 11)

    def test_workers_end_with_a_killed_daemon(self):
        daemon = self.start("", files=1, bad=0)
        self.client.event("new")
        workers = daemon.workers()
        daemon.kill()

        def gone():
            return not any(pathlib.Path(f"/proc/{pid}/cmdline").exists() and
                           pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in workers)
        wait_for(gone, "the end of the workers")


class Repeated(Faulty, DaemonTest):
    """What somebody outside can repeat as often as he likes does not fill the log."""

    def test_what_a_checker_prints_is_told_within_bounds(self):
        daemon = self.start('if (chosen(file)) { for (int i = 0; i < 200000; i++) '
                            '{ if (write(1 + i % 2, "noise\\n", 6)) {} } }', files=2, bad=1)
        self.client.events_until(lambda event: event["series"]["count"] == 2)
        daemon.logged(r"workers have printed \d+ lines more")
        self.assertLess(daemon.log().count("noise"), 200)
        self.assertIn("noise", daemon.log())

    def test_names_that_are_no_files_are_told_within_bounds(self):
        daemon = self.daemon()
        links = daemon.folder / "links"
        links.mkdir()
        for number in range(1500):
            (links / f"MR.{number}").symlink_to("nowhere")
            (daemon.folder / f"{number}/MR.folder").mkdir(parents=True)
            (daemon.folder / f"{number}/notes.txt").touch()
        client = daemon.websocket()
        write_dicom(daemon.folder / "1.dcm")
        client.event("new")
        daemon.logged(r"\d+ more .* in \d+ s; that is over")
        self.assertLess(daemon.log_file.stat().st_size, 100_000)


class Incomplete(DaemonTest):
    """A file cut off at 50 places, from its first byte to its last."""

    def write_parts(self, daemon):
        whole = {}
        for number in range(1, 51):
            data = dicom_bytes(SeriesNumber=number)
            whole[daemon.folder / "session" / f"{number:06}.dcm"] = data
            path = daemon.folder / "session" / f"{number:06}.dcm"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data[:(len(data) - 1) * (number - 1) // 49])
        return whole

    def complete(self, whole):
        for path, data in whole.items():
            with open(path, "ab") as file:
                file.write(data[file.tell():])

    def assert_new_once(self, events):
        new = [e["series"]["number"] for e in events if e["type"] == "new"]
        self.assertEqual(sorted(new), list(range(1, 51)))
        self.assertEqual({e["series"]["count"] for e in events if e["type"] == "new"}, {1})

    def until_all_are_new(self, client):
        numbers = set()

        def complete(event):
            if event["type"] == "new":
                numbers.add(event["series"]["number"])
            return len(numbers) == 50
        return client.events_until(complete)

    def test_completed_in_time_it_is_new_once_and_no_error(self):
        daemon = self.daemon(config=configuration(self.where, settle=120000))
        client = daemon.websocket()
        whole = self.write_parts(daemon)
        wait_for(lambda: daemon.health()["pipeline"]["queues"]["settling"] == 50, "50 parts")
        self.complete(whole)
        events = self.until_all_are_new(client)
        self.assert_new_once(events)
        self.assertFalse([e for e in events if e["type"] == "error"])

    def test_completed_late_it_is_an_error_first_and_new_once(self):
        daemon = self.daemon(config=configuration(self.where, settle=100))
        client = daemon.websocket()
        whole = self.write_parts(daemon)
        counts = [0]
        while counts[-1] < 50:
            event = client.event("new", "error")
            self.assertEqual(event["type"], "error")
            counts.append(event["content"]["count"])  # of the folder, so far
        self.assertEqual(counts, sorted(counts))
        self.assertEqual(counts[-1], 50)
        self.complete(whole)
        self.assert_new_once(self.until_all_are_new(client))


class NoFiles(DaemonTest):
    def test_what_is_no_file_is_left_alone_and_said(self):
        daemon = self.daemon()
        client = daemon.websocket()
        folder = daemon.folder / "session"
        write_dicom(folder / "first.dcm", SeriesNumber=6)
        client.event("new")  # from now on the folder is watched, and not scanned
        outside = write_dicom(self.where / "outside.dcm", SeriesNumber=7)
        os.mkfifo(self.where / "fifo")
        (self.where / "link").symlink_to(outside)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.where / "socket"))
            for name in ("fifo", "link", "socket"):
                os.rename(self.where / name, folder / f"{name}.dcm")
            (folder / "folder.dcm").mkdir()
            write_dicom(folder / "file.dcm", SeriesNumber=8)
            self.assertEqual(client.event("new", "error")["series"]["number"], 8)
        self.assertTrue(stat.S_ISFIFO(os.stat(folder / "fifo.dcm").st_mode))
        os.mkfifo(folder / "MR.made")  # no close, no rename: only that it was made
        (folder / "links").mkdir()
        (folder / "links" / "made.IMA").symlink_to(outside)
        daemon.logged("folder.dcm is a folder")

        def told():  # the first by its name, those that follow soon by their number
            names = re.findall(r"is a (?:FIFO|socket|symbolic link)", daemon.log())
            return len(names) + sum(map(int, re.findall(
                r"(\d+) (?:more names of what is no file|times more)", daemon.log())))
        wait_for(lambda: told() == 5, "what is no file to be told")
        write_dicom(folder / "folder.dcm" / "below.dcm", SeriesNumber=9)
        self.assertEqual(client.event("new", "error")["series"]["number"], 9)
        self.assertEqual(list(daemon.state()["AWP167046"]["content"]["errors"]), [])


main()
