#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Folders and files that come, move and go in every way: each complete file is counted once."""
from mrqart_test import *

EVENTS = 20000  # more than the kernel keeps (fs.inotify.max_queued_events, 16384)


class InotifyTest(DaemonTest):
    def total(self, client, wanted, counted=()):
        """Waits until that many images are counted in all series; no error may come meanwhile."""
        counts = dict(counted)

        def complete(event):
            self.assertNotEqual(event["type"], "error", event)
            counts[event["series"]["key"]] = event["series"]["count"]
            return sum(counts.values()) >= wanted

        client.events_until(complete)
        self.assertEqual(sum(counts.values()), wanted)
        return counts

    def nothing_more(self, daemon, client, count, series=99):
        """One more series goes through behind all that is on its way; the others have not grown."""
        write_dicom(daemon.folder / f"sentinel-{series}.dcm", SeriesNumber=series,
                    Station="sentinel")
        client.events_until(lambda e: e["series"] and e["series"]["number"] == series)
        counts = [entry["count"] if "count" in entry else entry["series"]["count"]
                  for station, value in daemon.state().items() if station != "sentinel"
                  for entry in value["history"]]
        self.assertEqual(sum(counts), count)

    def source(self, daemon):
        return daemon.health()["instances"]["source-inotify"]

    def wait_for_state(self, daemon, folder, state):
        """The answer of /healthz may be a second old."""
        entry = (str(folder), state)
        wait_for(lambda: entry in self.states(self.source(daemon)), f"{folder} to be {state}")

    @staticmethod
    def states(source):
        return [(folder["name"], folder["state"]) for folder in source["folders"]]

    def fill(self, folder, count, **values):
        """Many small files fast: the same bytes but for the instance."""
        folder.mkdir(parents=True, exist_ok=True)
        for instance in range(1, count + 1):
            write_dicom(folder / f"001_000001_{instance:06}.dcm", InstanceNumber=instance, **values)


class NewFolders(InotifyTest):
    def test_a_file_60_new_folders_deep_is_announced_once(self):
        daemon = self.daemon()
        client = daemon.websocket()
        write_dicom(daemon.folder.joinpath(*map(str, range(60))) / "001.dcm")
        self.total(client, 1)
        self.nothing_more(daemon, client, 1)

    def test_2000_new_folders_of_one_file_each_are_all_counted_once(self):
        daemon = self.daemon()
        client = daemon.websocket()
        for number in range(2000):
            write_dicom(daemon.folder / f"{number}" / "001.dcm", InstanceNumber=number)
        self.total(client, 2000)
        self.nothing_more(daemon, client, 2000)
        wait_for(lambda: self.source(daemon)["watches"] == 2001, "2,001 watches")

    def test_a_folder_moved_in_is_announced_and_a_rename_is_not(self):
        outside = self.where / "outside"
        self.fill(outside / "deeper", 5)  # older than the watching, and yet new
        daemon = self.daemon()
        client = daemon.websocket()
        outside.rename(daemon.folder / "in")
        self.total(client, 5)
        (daemon.folder / "in").rename(daemon.folder / "renamed")
        write_dicom(daemon.folder / "renamed/deeper/new.dcm", InstanceNumber=6)
        self.total(client, 6)
        self.nothing_more(daemon, client, 6)

    def test_a_folder_removed_and_made_again_is_watched_again(self):
        daemon = self.daemon()
        client = daemon.websocket()
        for number in range(1, 6):
            write_dicom(daemon.folder / f"a/b/{number}.dcm", InstanceNumber=number)
            self.total(client, number) if number == 1 else client.events_until(
                lambda e: e["series"]["count"] == number)
            shutil.rmtree(daemon.folder / "a")
        self.nothing_more(daemon, client, 5)


class Files(InotifyTest):
    def test_a_hard_link_to_a_complete_file_is_read_and_a_second_one_is_a_copy(self):
        daemon = self.daemon()
        client = daemon.websocket()
        file = write_dicom(self.where / "outside" / "001.dcm")
        os.link(file, daemon.folder / "001.dcm")
        self.total(client, 1)
        os.link(file, daemon.folder / "002.dcm")
        self.nothing_more(daemon, client, 1)

    def test_names_that_are_no_text_are_announced(self):
        daemon = self.daemon()
        client = daemon.websocket()
        for number, name in enumerate((b"a\nb.dcm", b"\xff\xfe.dcm", b"\"\\ .dcm"), 1):
            with open(os.path.join(os.fsencode(daemon.folder), name), "wb") as file:
                file.write(dicom_bytes(InstanceNumber=number))
        self.total(client, 3)

    def test_links_and_pipes_are_left_alone(self):
        daemon = self.daemon()
        client = daemon.websocket()
        file = write_dicom(self.where / "outside" / "001.dcm")
        os.symlink(file, daemon.folder / "link.dcm")
        os.symlink(file.parent, daemon.folder / "folder")
        os.mkfifo(daemon.folder / "pipe.dcm")
        self.nothing_more(daemon, client, 0)

    def test_what_is_written_while_the_daemon_is_down_is_caught_up(self):
        daemon = self.daemon()
        client = daemon.websocket()
        self.fill(daemon.folder / "a", 3)
        self.total(client, 3)
        self.assertEqual(daemon.stop(), 0)
        write_dicom(daemon.folder / "a" / "4.dcm", InstanceNumber=4)
        write_dicom(daemon.folder / "b" / "c" / "5.dcm", InstanceNumber=5)
        client = daemon.start().websocket()
        client.events_until(lambda e: e["series"]["count"] == 5)
        self.nothing_more(daemon, client, 5)

    def test_files_from_before_the_first_start_are_not_announced(self):
        self.fill(self.where / "watched" / "old", 3)
        daemon = self.daemon()
        client = daemon.websocket()
        self.nothing_more(daemon, client, 0)


class Overflow(InotifyTest):
    def test_what_comes_and_moves_during_an_overflow_is_found(self):
        outside = self.where / "outside"
        self.fill(outside, 3)  # older than the watching
        daemon = self.daemon()
        client = daemon.websocket()
        self.fill(daemon.folder / "a/deep", 3, SeriesNumber=2)
        counted = self.total(client, 3)
        daemon.signal(signal.SIGSTOP)
        for number in range(EVENTS):  # two names in turn: the kernel merges equal events
            open(daemon.folder / f"flood-{number % 2}", "ab").close()
        (daemon.folder / "a").rename(daemon.folder / "b")
        write_dicom(daemon.folder / "b/deep/4.dcm", InstanceNumber=4, SeriesNumber=2)
        outside.rename(daemon.folder / "in")
        write_dicom(daemon.folder / "made/here/1.dcm", SeriesNumber=3)
        daemon.signal(signal.SIGCONT)
        daemon.logged("event queue has overflowed .*max_queued_events")
        self.total(client, 4 + 3 + 1, counted=counted)
        write_dicom(daemon.folder / "b/deep/5.dcm", InstanceNumber=5, SeriesNumber=2)
        client.events_until(lambda e: e["series"]["count"] == 5)
        self.nothing_more(daemon, client, 5 + 3 + 1)
        wait_for(lambda: self.source(daemon)["overflows"] >= 1, "the overflow in /healthz")


class WatchedFolders(InotifyTest):
    def test_a_missing_folder_is_waited_for(self):
        missing = self.where / "not/yet/there"
        daemon = self.daemon("--watch", missing)
        client = daemon.websocket()
        daemon.logged("there cannot be watched yet")
        status, _, body = daemon.get("/healthz")
        self.assertEqual(status, 503)
        self.assertIn((str(missing), "waiting"),
                      self.states(json.loads(body)["instances"]["source-inotify"]))
        write_dicom(missing / "001.dcm")
        self.total(client, 1)
        self.wait_for_state(daemon, missing, "watched")
        self.assertEqual(daemon.get("/healthz")[0], 200)

    def test_a_folder_that_vanishes_is_told_and_waited_for(self):
        daemon = self.daemon()
        client = daemon.websocket()
        write_dicom(daemon.folder / "1.dcm")
        self.total(client, 1)
        shutil.rmtree(daemon.folder)
        daemon.logged("is gone")
        self.wait_for_state(daemon, daemon.folder, "gone")
        write_dicom(daemon.folder / "sub" / "2.dcm", InstanceNumber=2)
        client.events_until(lambda e: e["series"]["count"] == 2)
        self.wait_for_state(daemon, daemon.folder, "watched")

    def test_folders_beyond_the_watch_limit_are_polled(self):
        wrapper = ("unshare", "--user", "--map-root-user", "sh", "-c",
                   'echo 5 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh")
        if subprocess.run([*wrapper, "true"], capture_output=True).returncode:
            self.skipTest("the kernel gives no user namespace in which limits can be set")
        for number in range(20):
            (self.where / f"watched/{number}").mkdir(parents=True)
        daemon = self.daemon(wrapper=wrapper)
        client = daemon.websocket()
        daemon.logged("fs.inotify.max_user_watches")
        wait_for(lambda: self.source(daemon)["polled"] == 16, "all that have no watch")
        self.assertEqual(self.source(daemon)["watches"], 5)
        for number in range(20):
            write_dicom(daemon.folder / f"{number}/001.dcm", InstanceNumber=number)
        self.total(client, 20)
        self.nothing_more(daemon, client, 20)
        self.assertEqual(daemon.log().count("fs.inotify.max_user_watches"), 1)


main()
