#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""source-poll: mounts of which the kernel reports nothing, that hang, vanish and return.

What all sources have in common is in test_sources.py and test_catchup.py."""
import contextlib

from fuse import Fuse
from mrqart_test import *

CONFIGURATION = """
sources  = ( {{ plugin = "source-poll"; paths = [ {paths} ]; interval = 0.1; settle = {settle};
               {more} }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
             {{ plugin = "sink-websocket"; listen = "127.0.0.1:0"; }} );
database = "{where}/db.sqlite";
"""


class PollTest(DaemonTest):
    def poll(self, *folders, more="", settle=0.2, core="", **options):
        """A daemon that polls folders, or its own."""
        folders = folders or (self.where / "watched",)
        paths = ", ".join(json.dumps(str(folder)) for folder in folders)
        config = CONFIGURATION.format(paths=paths, settle=settle, more=more, where=self.where)
        daemon = self.daemon(config=config + core, **options)
        wait_for(lambda: self.states(daemon) != {"scanning"}, "the end of the first scan")
        return daemon

    def source(self, daemon):
        return daemon.health()["instances"]["source-poll"]

    def states(self, daemon):
        return {folder["state"] for folder in self.source(daemon)["folders"]}

    def wait_for_state(self, daemon, folder, state):
        entry = {"name": str(folder), "state": state}
        wait_for(lambda: any(entry.items() <= each.items()
                             for each in self.source(daemon)["folders"]), f"{folder}: {state}")

    def total(self, client, wanted):
        """Waits until that many images are counted in all series; no error may come meanwhile."""
        counts = {}

        def complete(event):
            self.assertNotEqual(event["type"], "error", event)
            counts[event["series"]["key"]] = event["series"]["count"]
            return sum(counts.values()) >= wanted

        client.events_until(complete)
        self.assertEqual(sum(counts.values()), wanted)

    def nothing_more(self, daemon, client, folder, count):
        """One more series goes through behind all that is on its way; the others have not grown."""
        write_dicom(folder / "sentinel.dcm", SeriesNumber=99, Station="sentinel")
        client.events_until(lambda e: e["series"] and e["series"]["number"] == 99)
        counts = [entry["count"] if "count" in entry else entry["series"]["count"]
                  for station, value in daemon.state().items() if station != "sentinel"
                  for entry in value["history"]]
        self.assertEqual(sum(counts), count)

    def scans(self, daemon):
        """The processes that scan, by their names."""
        return [pid for pid in daemon.children() if self.name(pid) == "mrqart-poll"]

    @staticmethod
    def name(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        except OSError:  # it has ended since it was listed
            return None

    def scan(self, daemon):
        return wait_for(lambda: self.scans(daemon), "a scan")[0]


class Files(PollTest):
    def test_a_slow_writer_is_not_announced_before_it_rests(self):
        daemon = self.poll(settle=5)
        client = daemon.websocket()
        content = dicom_bytes(SeriesNumber=1)
        with open(daemon.folder / "slow.dcm", "wb", buffering=0) as file:
            for part in range(0, len(content), len(content) // 10):
                file.write(content[part:part + len(content) // 10])
                wait_for(lambda: self.source(daemon)["settling"] == 1, "the file to be known")
                self.assertEqual(daemon.state(), {})
        client.events_until(lambda e: self.assertEqual(e["type"], "new") or True)
        self.nothing_more(daemon, client, daemon.folder, 1)
        self.assertNotIn("error", daemon.log())

    def test_3000_files_at_once_with_a_queue_that_is_full(self):
        daemon = self.poll(core="queue = 100;")
        client = daemon.websocket()
        content = dicom_bytes(InstanceNumber="0000099999")
        for number in range(3000):
            folder = daemon.folder / f"{number % 10}"
            folder.mkdir(exist_ok=True)
            image = content.replace(b"0000099999", b"%010d" % number)
            (folder / f"{number}.dcm").write_bytes(image)
        client.events_until(lambda e: e["series"]["count"] == 3000)
        self.nothing_more(daemon, client, daemon.folder, 3000)


class Scans(PollTest):
    def test_a_scan_that_hangs_is_replaced_and_holds_up_no_other_folder(self):
        one, two = self.where / "one", self.where / "two"
        one.mkdir()
        two.mkdir()
        daemon = self.poll(one, two, more="answer_timeout = 0.5;")
        client = daemon.websocket()
        for pid in self.scans(daemon):
            os.kill(pid, signal.SIGSTOP)
        daemon.logged(f"{one} does not answer")
        daemon.logged(f"{two} does not answer")
        write_dicom(one / "1.dcm", InstanceNumber=1)
        write_dicom(two / "2.dcm", InstanceNumber=2)
        self.total(client, 2)
        self.wait_for_state(daemon, one, "polled")
        self.nothing_more(daemon, client, one, 2)
        self.assertGreaterEqual(self.source(daemon)["replaced_scans"], 2)
        self.assertEqual(daemon.log().count("does not answer"), 2)

    def test_a_scan_that_hangs_again_and_again_is_shown(self):
        daemon = self.poll(more="answer_timeout = 0.5;")

        def stop_all():
            for pid in self.scans(daemon):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGSTOP)
            return self.source(daemon)["replaced_scans"] >= 3

        wait_for(stop_all, "the third scan that hangs")
        daemon.logged("does not answer")
        client = daemon.websocket()
        write_dicom(daemon.folder / "1.dcm")
        self.total(client, 1)
        self.wait_for_state(daemon, daemon.folder, "polled")

    def test_a_scan_that_is_killed_is_begun_anew(self):
        daemon = self.poll()
        client = daemon.websocket()
        write_dicom(daemon.folder / "1.dcm", InstanceNumber=1)
        self.total(client, 1)
        os.kill(self.scan(daemon), signal.SIGKILL)
        write_dicom(daemon.folder / "2.dcm", InstanceNumber=2)
        client.events_until(lambda e: e["series"]["count"] == 2)
        daemon.logged(r"has ended by itself \(signal 9\)")
        self.nothing_more(daemon, client, daemon.folder, 2)

    def test_a_scan_ends_with_the_daemon_and_has_only_its_own_descriptors(self):
        daemon = self.poll()
        pid = self.scan(daemon)
        wait_for(lambda: sorted(map(int, os.listdir(f"/proc/{pid}/fd"))) == [0, 1, 2, 3],
                 "no descriptor more than those")  # but folders, while they are read
        daemon.kill()
        wait_for(lambda: not os.path.exists(f"/proc/{pid}") or
                 "(mrqart-poll) Z" in pathlib.Path(f"/proc/{pid}/stat").read_text(), "its end")

    def test_a_reload_with_other_options_leaves_no_scan_behind(self):
        daemon = self.poll()
        client = daemon.websocket()
        first = self.scan(daemon)
        config = daemon.where / "mrqart.conf"
        config.write_text(config.read_text().replace("settle = 0.2", "settle = 0.3"))
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: self.scans(daemon) not in ([], [first]), "another scan")
        self.assertEqual(len(self.scans(daemon)), 1)
        write_dicom(daemon.folder / "1.dcm")
        self.total(client, 1)


class Missing(PollTest):
    def test_a_missing_folder_is_waited_for_and_one_that_vanishes_too(self):
        missing = self.where / "not/yet/there"
        daemon = self.poll(missing)
        client = daemon.websocket()
        daemon.logged("there cannot be watched yet")
        self.assertEqual(daemon.get("/healthz")[0], 503)
        write_dicom(missing / "1.dcm", InstanceNumber=1)
        self.total(client, 1)
        self.wait_for_state(daemon, missing, "polled")
        shutil.rmtree(missing)
        daemon.logged("is gone")
        self.wait_for_state(daemon, missing, "gone")
        write_dicom(missing / "sub/2.dcm", InstanceNumber=2)
        client.events_until(lambda e: e["series"]["count"] == 2)
        self.wait_for_state(daemon, missing, "polled")
        self.nothing_more(daemon, client, missing, 2)

    def test_a_folder_named_twice_is_scanned_once(self):
        folder = self.where / "watched"
        folder.mkdir()
        os.symlink(folder, self.where / "other")
        daemon = self.poll(folder, folder / "below", self.where / "other")
        daemon.logged("below is watched once only: it lies in")
        daemon.logged("other is watched once only: it leads to")
        wait_for(lambda: len(self.scans(daemon)) == 1, "one scan")


class Mounts(PollTest):
    def fuse(self):
        fuse = Fuse(self, self.where / "behind", self.where / "mount")
        return fuse

    def test_files_written_behind_a_fuse_mount_are_found(self):
        fuse = self.fuse()
        daemon = self.poll(fuse.at)
        client = daemon.websocket()
        for number in range(1, 4):
            write_dicom(fuse.behind / f"series/{number}.dcm", InstanceNumber=number)
        self.total(client, 3)
        write_dicom(fuse.behind / "series/1.dcm", InstanceNumber=1, SeriesNumber=2)
        client.events_until(lambda e: e["series"]["number"] == 2)
        self.nothing_more(daemon, client, fuse.behind, 4)

    def test_a_mount_whose_server_dies_is_gone_until_it_is_mounted_again(self):
        fuse = self.fuse()
        daemon = self.poll(fuse.at)
        client = daemon.websocket()
        write_dicom(fuse.behind / "a/1.dcm", InstanceNumber=1)
        self.total(client, 1)
        fuse.signal(signal.SIGKILL)  # whoever looks is told that it is not connected
        daemon.logged("is gone: Transport endpoint is not connected.*Unmount and mount it again")
        self.wait_for_state(daemon, fuse.at, "gone")
        fuse.unmount()
        write_dicom(fuse.behind / "a/2.dcm", InstanceNumber=2)
        write_dicom(fuse.behind / "b/3.dcm", InstanceNumber=3)
        fuse.mount()
        client.events_until(lambda e: e["series"]["count"] == 3)
        self.wait_for_state(daemon, fuse.at, "polled")
        self.nothing_more(daemon, client, fuse.behind, 3)
        self.assertEqual(daemon.log().count("is gone"), 1)

    def test_what_is_below_an_unmounted_mount_is_not_scanned(self):
        fuse = self.fuse()
        daemon = self.poll(fuse.at)
        client = daemon.websocket()
        write_dicom(fuse.behind / "a/1.dcm", InstanceNumber=1)
        self.total(client, 1)
        fuse.unmount()
        daemon.logged("nothing is mounted there any more")
        self.wait_for_state(daemon, fuse.at, "gone")
        os.kill(self.scan(daemon), signal.SIGKILL)  # and what was known of it is lost
        daemon.logged("has ended by itself")
        fuse.mount()
        self.wait_for_state(daemon, fuse.at, "polled")
        write_dicom(fuse.behind / "a/2.dcm", InstanceNumber=2)
        client.events_until(lambda e: e["series"]["count"] == 2)
        self.nothing_more(daemon, client, fuse.behind, 2)

    def test_a_fuse_mount_whose_server_stops_does_not_answer(self):
        fuse = self.fuse()
        daemon = self.poll(fuse.at, more="answer_timeout = 0.5;")
        client = daemon.websocket()
        fuse.signal(signal.SIGSTOP)
        daemon.logged("does not answer")
        self.wait_for_state(daemon, fuse.at, "not answering")
        write_dicom(fuse.behind / "1.dcm", InstanceNumber=1)
        fuse.signal(signal.SIGCONT)
        self.total(client, 1)
        self.wait_for_state(daemon, fuse.at, "polled")

    def test_a_loop_back_nfs_mount(self):
        kernel = pathlib.Path("/proc/filesystems").read_text()
        if not re.search(r"\bnfsd?\b", kernel):
            self.skipTest("this kernel has no NFS")
        if os.geteuid() != 0:
            self.skipTest("only root can export and mount")
        behind, at = self.where / "behind", self.where / "nfs"
        behind.mkdir()
        at.mkdir()
        for command in (["exportfs", "-o", "rw,fsid=77,insecure,no_root_squash",
                         f"127.0.0.1:{behind}"],
                        ["mount", "-t", "nfs", "-o", "soft,timeo=20", f"127.0.0.1:{behind}", at]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                self.skipTest(f"no NFS here: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["exportfs", "-u", f"127.0.0.1:{behind}"])
        self.addCleanup(subprocess.run, ["umount", "-l", at])
        daemon = self.poll(at)
        client = daemon.websocket()
        for number in range(1, 4):
            write_dicom(behind / f"series/{number}.dcm", InstanceNumber=number)
        self.total(client, 3)
        self.nothing_more(daemon, client, behind, 3)


main()
