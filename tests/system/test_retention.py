#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Retention: what was looked at and is old is removed, and nothing else."""
import contextlib

from catchup import *
from dicom_daemon import Receiver, data_set

SOON = "retention = 0.0001;"

# Runs a program whose renameat2(2) is that of a file system without flags (EINVAL), by a filter of
# system calls (seccomp(2)): load the number of the call, then its fifth argument, and decide.
WITHOUT_NOREPLACE = """
import ctypes, os, platform, struct, sys
call = {"x86_64": 316, "aarch64": 276}[platform.machine()]
code = [(0x20, 0, 0, 0), (0x15, 0, 3, call), (0x20, 0, 0, 16 + 4 * 8), (0x15, 1, 0, 0),
        (0x06, 0, 0, 0x00050000 | 22), (0x06, 0, 0, 0x7fff0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in code))
class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_void_p)]
prctl = ctypes.CDLL(None, use_errno=True).prctl
assert prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
filter = Filter(len(code), ctypes.addressof(program))
assert prctl(22, 2, ctypes.byref(filter), 0, 0) == 0  # PR_SET_SECCOMP
os.execv(sys.argv[1], sys.argv[1:])
"""


class Watched(CatchUp):
    plugin = "source-inotify"

    def start(self, more=SOON, **options):
        return super().start(more, **options)

    def shown(self, daemon):
        folder, = self.source(daemon)["folders"]
        return folder.get("retention", {})

    def record(self, daemon):
        return daemon.health()["pipeline"]["record"]["files"]

    def passes(self, daemon, folder=None):
        """Waits until a pass that began later than now has ended: what is written now goes in it."""
        path = write_dicom((folder or daemon.folder) / "witness" / "1.dcm", SeriesNumber=99)
        wait_for(lambda: not path.parent.exists(), "the witness to be removed")

    def names(self, folder):
        return sorted(os.path.relpath(os.path.join(at, name), folder)  # what goes meanwhile is gone
                      for at, folders, files in os.walk(folder) for name in folders + files)


class OfEachSource(Watched):
    def test_what_was_looked_at_goes_with_its_folders_and_its_record(self):
        made = self.where / "a"
        for number in range(1, 21):
            write_dicom(made / f"b{number % 3}/line\n\"{number}\".dcm", InstanceNumber=number)
        daemon = self.start()
        made.rename(daemon.folder / "a")
        wait_for(lambda: self.names(daemon.folder) == [], "an empty folder")
        wait_for(lambda: self.record(daemon) == 0, "an empty record")
        daemon.logged(r"watched: retention has removed \d+ files \(\d+ bytes\) and \d+ folders")
        self.assertNotRegex(daemon.log(), r"\d\.dcm")
        shown = wait_for(lambda: self.shown(daemon)["folders"] == 4 and self.shown(daemon), "4 folders")
        self.assertEqual((shown["files"], shown["dry_run"]), (20, False))
        self.assertEqual(sum(entry["series"]["count"]
                             for entry in daemon.state()["AWP167046"]["history"]), 20)

    def test_what_was_changed_since_stays(self):
        daemon = self.start("")
        changed = write_dicom(daemon.folder / "a/1.dcm")
        touched = write_dicom(daemon.folder / "a/2.dcm", InstanceNumber=2)
        replaced = write_dicom(daemon.folder / "a/3.dcm", InstanceNumber=3)
        wait_for(lambda: self.record(daemon) == 3, "the record")
        daemon.stop()
        changed.write_bytes(changed.read_bytes()[:-4] + b"1234")
        touched.chmod(0o600)  # as what sets rights at night does: it is the file still
        other = replaced.with_suffix(".new")
        other.write_bytes(replaced.read_bytes())
        times = replaced.stat()
        os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))  # only its inode tells
        other.rename(replaced)
        daemon.config = self.config(SOON + ' backlog = "none";')
        daemon.start()
        self.passes(daemon)
        self.assertEqual(self.names(daemon.folder), ["a", "a/1.dcm", "a/3.dcm"])


class OfFanotify(OfEachSource, DaemonTest):
    plugin = "source-fanotify"


class OfPoll(OfEachSource, DaemonTest):
    plugin, more = "source-poll", "interval = 0.2; settle = 0.2; "


class OfDicom(Receiver):
    def test_what_was_received_goes_and_can_be_received_again(self):
        daemon = self.receiver(SOON)
        client = daemon.websocket()
        for _ in range(2):  # only what was looked at is removed; the second time it is no news
            one = self.associate(daemon)
            self.assertEqual(one.store("1.2.3.7.1", data_set(SeriesNumber=7))[0], 0)
            wait_for(lambda: not list(self.spool.iterdir()), "an empty spool")
            one.release()
        self.assertEqual(client.event("new")["series"]["count"], 1)
        self.assertEqual(self.source(daemon)["stored"], 2)


class OfInotify(OfEachSource, DaemonTest):
    def test_nothing_is_removed_by_default_or_before_it_is_old(self):
        for more in ("", "retention = 1;"):
            daemon = self.start(more)
            path = write_dicom(daemon.folder / "a/1.dcm")
            wait_for(lambda: self.record(daemon) == 1, "the record")
            daemon.stop()
            self.assertTrue(path.exists())

    def test_what_was_not_looked_at_stays(self):
        daemon = self.start()
        keep = daemon.folder / "keep"
        write_dicom(keep / "before.dcm")
        daemon.stop()
        shutil.rmtree(self.where / "state")
        daemon.start()  # older than the following: never looked at
        (keep / "notes.txt").write_text("not wanted")
        (keep / "empty").mkdir()
        (keep / "broken.dcm").write_bytes(b"no DICOM")
        (keep / "cut.dcm").write_bytes(dicom_bytes()[:-10])
        client = daemon.websocket()
        write_dicom(keep / "gone.dcm", SeriesNumber=2)
        self.passes(daemon)
        client.close()
        wait_for(lambda: not (keep / "gone.dcm").exists(), "one file to go")
        wait_for(lambda: daemon.health()["pipeline"]["queues"]["settling"] == 0, "all settled")
        self.passes(daemon)
        self.assertEqual(self.names(keep), ["before.dcm", "broken.dcm", "cut.dcm", "empty",
                                            "notes.txt"])

    def test_links_are_not_followed_and_hard_links_stay(self):
        outside = self.where / "outside"
        write_dicom(outside / "1.dcm")
        daemon = self.start()
        (daemon.folder / "folder").symlink_to(outside)
        (daemon.folder / "2.dcm").symlink_to(outside / "1.dcm")
        linked = write_dicom(self.where / "3.dcm", SeriesNumber=3)
        os.link(linked, daemon.folder / "3.dcm")
        self.passes(daemon)
        self.passes(daemon)
        self.assertEqual(self.names(daemon.folder), ["2.dcm", "3.dcm", "folder"])
        self.assertTrue((outside / "1.dcm").exists() and linked.exists())

    def test_a_folder_swapped_for_a_link_leads_nowhere(self):
        daemon = self.start("")
        write_dicom(daemon.folder / "a/1.dcm")
        wait_for(lambda: self.record(daemon) == 1, "the record")
        daemon.stop()
        (daemon.folder / "a").rename(self.where / "a")
        (daemon.folder / "a").symlink_to(self.where / "a")
        daemon.config = self.config(SOON)
        daemon.start()
        self.passes(daemon)
        self.assertTrue((self.where / "a/1.dcm").exists())

    def test_a_dry_run_only_says_what_would_be(self):
        daemon = self.start(SOON + " retention_dry_run = true;")
        path = write_dicom(daemon.folder / "a/1.dcm")
        daemon.logged(r"retention would remove 1 files \(\d+ bytes\) and 1 folders")
        self.assertTrue(path.exists())
        self.assertEqual(self.record(daemon), 1)
        self.assertTrue(self.shown(daemon)["dry_run"])
        daemon.config = self.config(SOON)
        daemon.command()
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: not path.parent.exists(), "the folder to be removed")
        self.assertNotIn("closed, to be opened anew", daemon.log())

    def test_what_was_left_aside_by_a_kill_is_put_back_at_the_next_start(self):
        for more in (SOON, ""):
            daemon = self.start(SOON)
            self.passes(daemon)
            wait_for(lambda: b'"removing:' in (daemon.state_dir / "state.jsonl").read_bytes(),
                     "a state that knows of it")
            daemon.kill()
            aside = daemon.folder / "a/.mrqart-removing"
            aside.mkdir(parents=True)
            write_dicom(aside / "1.dcm", pixels=None)  # it is not removed again: it is cut
            daemon.config = self.config(more)
            daemon.start()
            wait_for(lambda: self.names(daemon.folder) == ["a", "a/1.dcm"], "the file in its place")
            daemon.stop()
            shutil.rmtree(daemon.folder / "a")

    def test_where_others_could_be_replaced_nothing_is_removed(self):
        daemon = self.start(SOON, wrapper=(sys.executable, "-B", "-c", WITHOUT_NOREPLACE))
        path = write_dicom(daemon.folder / "a/1.dcm")
        daemon.logged("retention removes nothing: .*RENAME_NOREPLACE")
        wait_for(lambda: any("RENAME_NOREPLACE" in text for text in daemon.health()["warnings"]),
                 "a warning")
        self.assertEqual(self.names(daemon.folder), ["a", "a/1.dcm"])

    def test_the_right_to_remove_is_asked_for(self):
        daemon = self.start("")
        write_dicom(daemon.folder / "a/1.dcm")
        wait_for(lambda: self.record(daemon) == 1, "the record")
        daemon.stop()
        daemon.config = self.config(SOON)
        with self.locked(daemon.folder):
            daemon.start()
            daemon.logged("retention cannot remove .*ReadWritePaths=")
            wait_for(lambda: any("ReadWritePaths" in text for text in daemon.health()["warnings"]),
                     "a warning")
            self.assertTrue((daemon.folder / "a/1.dcm").exists())
        wait_for(lambda: not (daemon.folder / "a").exists(), "the file to be removed")
        wait_for(lambda: not daemon.health()["warnings"], "the end of the warning")
        self.assertLess(daemon.log().count("retention cannot remove"), 4)  # not at every pass

    @contextlib.contextmanager
    def locked(self, folder):
        """Nobody can remove anything there: by its rights, or for root by a mount."""
        if os.geteuid() != 0:
            (folder / "a").chmod(0o500)
            yield
            (folder / "a").chmod(0o700)
            return
        flags = ["mount", "--bind", folder / "a", folder / "a"]
        if subprocess.run(flags, capture_output=True).returncode != 0:
            self.skipTest("no right to mount")
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder / "a"], check=True)
            yield
        finally:
            subprocess.run(["umount", "--lazy", folder / "a"], check=True)

    def test_a_source_that_is_taken_away_removes_nothing_any_more(self):
        daemon = self.start()
        self.passes(daemon)
        daemon.config = self.config(SOON).replace('/watched"', '/other"')
        (self.where / "other").mkdir()
        daemon.command()
        daemon.signal(signal.SIGHUP)
        daemon.logged("other is watched")
        stays = write_dicom(daemon.folder / "stays.dcm")
        self.passes(daemon, self.where / "other")
        self.passes(daemon, self.where / "other")
        self.assertTrue(stays.exists())

    def test_what_is_mounted_on_a_folder_is_no_fault(self):
        daemon = self.start()
        mounted = daemon.folder / "mounted"
        mounted.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "mrqart-test", mounted],
                          capture_output=True).returncode != 0:
            self.skipTest("no right to mount")
        self.addCleanup(subprocess.run, ["umount", "-l", mounted])
        daemon.stop()
        daemon.start()
        path = write_dicom(mounted / "1.dcm", SeriesNumber=5)
        wait_for(lambda: not path.exists(), "the file to be removed")
        self.passes(daemon)
        self.assertTrue(mounted.is_dir())
        self.assertNotIn("retention cannot remove", daemon.log())

    def test_a_watched_folder_below_another_has_its_own_retention(self):
        inner = self.where / "watched/kept/inner"
        inner.mkdir(parents=True)
        more = SOON + f' }}, {{ plugin = "{self.plugin}"; name = "inner"; paths = [ "{inner}" ];'
        daemon = self.start(more)
        stays = write_dicom(inner / "a/1.dcm")
        wait_for(lambda: self.record(daemon) == 1, "the record")
        self.passes(daemon)
        self.passes(daemon)
        self.assertTrue(stays.exists())
        daemon.config = self.config(more + SOON)
        daemon.command()
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: not stays.parent.exists(), "the inner folder's turn")
        self.assertTrue(inner.exists())


class Process(Watched, DaemonTest):
    """The process that removes, and what becomes of it."""
    core = "worker_timeout = 1000;"

    def caught(self, daemon):
        """Stops such a process, pass after pass, until it is caught at work."""
        for number in range(3000):  # not wanted, but looked at: a pass takes a while
            (daemon.folder / f"{number}.txt").touch()

        def state(pid):
            """Its letter in proc(5), where it is such a process."""
            name, rest = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)
            return name.endswith("(mrqart-remove") and rest.split()[0]

        def stopped():
            for pid in daemon.children():
                with contextlib.suppress(OSError):
                    if state(pid):
                        os.kill(pid, signal.SIGSTOP)
                        if wait_for(lambda: state(pid) in "TZX" and state(pid), "its stop") == "T":
                            return pid  # else it had ended and was not yet fetched
        return wait_for(stopped, "a process that removes")

    def test_one_that_hangs_is_ended_and_another_takes_its_place(self):
        daemon = self.start()
        pid = self.caught(daemon)
        daemon.logged(rf"pid {pid}\) has given no sign of life .* Does the file server answer")
        wait_for(lambda: pid not in daemon.children(), "its end")
        self.passes(daemon)
        daemon.logged("retention goes through it again")

    def test_one_that_is_killed_is_followed_by_another(self):
        daemon = self.start()
        os.kill(self.caught(daemon), signal.SIGKILL)
        self.passes(daemon)
        self.assertNotIn("no sign of life", daemon.log())

    def test_one_that_hangs_does_not_outlive_the_daemon(self):
        daemon = self.start()
        pid = self.caught(daemon)
        self.assertEqual(daemon.stop(), 0)
        wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "its end")


main()
