#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The hostile cases, the same for each source: whatever a file does, it is counted exactly once.

A source is added by a line in SOURCES. fanotify gets a file system of its own to mark."""
import ctypes

from mrqart_test import *

PATIENCE = 120  # seconds until a thing that must come has come, on a loaded machine
FLOOD = 20000  # more than the kernel's queues hold (16384)
PATH_MOST = 4095  # bytes of a path, without its end
PR_CAPBSET_DROP = 24
CAPABILITIES = {"CAP_SYS_ADMIN": 21, "CAP_DAC_READ_SEARCH": 2}
NOBODY = 65534
CONFIG = """
database = "{where}/db.sqlite";
update_interval = 0;
log_level = "info";
sources = ( {{ plugin = "source-{source}"; paths = [ "{folder}" ]; {options} }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks = ( {{ plugin = "sink-http"; listen = [ "127.0.0.1:0" ]; }},
          {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0" ]; }} );
"""
SOURCES = {
    # options: of the instance; settle: seconds for which a file must be left alone until it counts
    # as complete (0: the kernel tells when it is closed); queue: what is said of its overflow;
    # unmounted: what is said when the disk of the watched folder is
    "inotify": {"options": "poll_interval = 0.2;", "settle": 0, "queue": "fs.inotify",
                "unmounted": "is another folder now"},
    "poll": {"options": "interval = 0.1; settle = 0.3;", "settle": 0.3, "queue": "",
             "unmounted": "is gone: nothing is mounted there any more"},
    "fanotify": {"options": "poll_interval = 0.2;", "settle": 0, "queue": "fs.fanotify",
                 "unmounted": "is another folder now"},
}


class Source(DaemonTest):
    source = None  # set below, for each of SOURCES

    def setUp(self):
        super().setUp()
        self.about = SOURCES[self.source]
        self.disk = self.where / "disk"
        self.disk.mkdir()
        if self.source == "fanotify":
            self.mount(self.disk)
        self.folder = self.disk / "watched"
        self.outside = self.disk / "outside"
        for folder in (self.folder, self.outside):
            folder.mkdir()

    def mount(self, folder):
        """A tmpfs, in the mount namespace of this program: it goes with it."""
        if NO_NAMESPACE:
            self.skipTest(NO_NAMESPACE)
        subprocess.run(["mount", "-t", "tmpfs", "mrqart-test", folder], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", folder], capture_output=True)

    def start(self, options="", **more):
        self.watcher = self.daemon(config=self.config(options), **more)
        return self.watcher

    def config(self, options="", folder=None):
        return CONFIG.format(where=self.where, source=self.source, folder=folder or self.folder,
                             options=self.about["options"] + options)

    def health(self):
        return self.watcher.health()["instances"][f"source-{self.source}"]

    def folders(self):
        return [folder["name"] for folder in self.health()["folders"]]

    def counts(self):
        return {entry["series"]["number"]: entry["series"]["count"]
                for station, content in self.watcher.state().items() if station != "sentinel"
                for entry in content["history"]}

    def counted(self, **wanted):
        """Waits for so many files per series (s1=3), then makes sure that there are no more."""
        wanted = {int(series[1:]): count for series, count in wanted.items()}
        wait_for(lambda: self.counts() == wanted, f"the counts {wanted}", PATIENCE)
        self.sentinel()
        self.assertEqual(self.counts(), wanted)

    def sentinel(self):
        """One more file goes through, behind all that is on its way."""
        self.sentinels = getattr(self, "sentinels", 0) + 1
        number = 900 + self.sentinels
        write_dicom(self.folder / f"sentinel-{number}.dcm", SeriesNumber=number,
                    Station="sentinel")
        wait_for(lambda: any(entry["series"]["number"] == number for entry in
                             self.watcher.state().get("sentinel", {}).get("history", ())),
                 "a file behind all others", PATIENCE)


class Files:
    def test_a_slow_writer_is_waited_for(self):
        self.start()
        data = dicom_bytes(pixels=4000)
        with open(self.folder / "slow.dcm", "wb", buffering=0) as file:
            for at in range(0, len(data), 1000):
                file.write(data[at:at + 1000])
                if not self.about["settle"]:
                    self.sentinel()
                    self.assertEqual(self.counts(), {})
        self.counted(s1=1)

    def test_a_file_renamed_into_place(self):
        self.start()
        write_dicom(self.folder / "1.tmp").rename(self.folder / "1.dcm")
        write_dicom(self.outside / "2", InstanceNumber=2).rename(self.folder / "2.dcm")
        self.counted(s1=2)
        write_dicom(self.folder / "3.dcm", InstanceNumber=3).rename(self.folder / "4.dcm")
        self.counted(s1=3)

    def test_hard_links(self):
        file = write_dicom(self.outside / "old.dcm")
        self.start()
        os.link(file, self.folder / "1.dcm")
        self.counted(s1=1)
        (self.folder / "a").mkdir()
        os.link(file, self.folder / "a" / "2.dcm")  # a copy is no image
        write_dicom(self.folder / "a" / "3.dcm", InstanceNumber=3)
        self.counted(s1=2)

    def test_a_file_rewritten_in_place_three_times(self):
        self.start()
        client = self.watcher.websocket()
        path = write_dicom(self.folder / "1.dcm")
        client.event("new", wait=PATIENCE)
        for value in ("1400", "1500", "1600"):
            write_dicom(path, TR=value)
            event = client.event("changed", wait=PATIENCE)
            self.assertEqual(event["content"]["changes"]["TR"]["to"], value)
        self.counted(s1=1)

    def test_names_that_are_no_text_and_long_ones(self):
        self.start()
        names = (b"a\nb.dcm", b"\"'\\\t.dcm", b"\xff\xfe\x80.dcm", b"x" * 251 + b".dcm",
                 b"\xc3\xa4" * 125 + b".dcm")
        for number, name in enumerate(names, 1):
            with open(os.path.join(os.fsencode(self.folder), name), "wb") as file:
                file.write(dicom_bytes(InstanceNumber=number))
        self.counted(s1=len(names))

    def test_what_systems_put_beside_the_files_is_left_alone(self):
        names = ("._1.dcm", ".AppleDouble/1.dcm", "@eaDir/1.dcm/1.dcm", "#recycle/a/1.dcm",
                 ".snapshot/1.dcm", "MR.1.part", "Thumbs.db", ".1.dcm.Xy12aB", "a/@eaDir/2.dcm")

        def put():
            for name in names:
                path = self.folder / "s" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"\0\5\x16\7" + bytes(200))
        put()
        self.start(' backlog = "all";')
        put()
        write_dicom(self.folder / "s/1.dcm")
        write_dicom(self.folder / "s/@eaDir/3.dcm", InstanceNumber=2)
        self.counted(s1=1)
        series, = (entry["series"] for entry in self.watcher.state()["AWP167046"]["history"])
        self.assertEqual(series["unreadable"], 0)
        self.assertEqual(self.watcher.health()["pipeline"]["names"]["refused"], 0)
        self.assertNotRegex(self.watcher.log(), "no DICOM|left alone|fits none")
        (self.folder / "s/@eaDir").rename(self.folder / "s/images")
        self.counted(s1=2)  # it is no such folder any more

    def test_a_path_near_the_longest(self):
        self.start()
        folder, length = os.open(self.folder, os.O_RDONLY), len(os.fsencode(self.folder))
        names = []
        while length + 1 + 200 + 1 + 5 < PATH_MOST:
            names.append("d" * min(200, PATH_MOST - length - 2 - 5))
            length += 1 + len(names[-1])
        for name in names:
            os.mkdir(name, dir_fd=folder)
            below = os.open(name, os.O_RDONLY, dir_fd=folder)
            os.close(folder)
            folder = below
        for number in range(1, 4):  # as soon as the folder is there, and later
            name = str(number) * (PATH_MOST - length - 5) + ".dcm"
            file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=folder)
            os.write(file, dicom_bytes(InstanceNumber=number))
            os.close(file)
            self.counted(s1=number)
        os.close(folder)


class Rights:
    """What the daemon's user has no right to read is said, with the path, until it is mended."""

    def start_as_nobody(self, options=""):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can take rights away with setpriv")
        for path in (self.where, self.disk, self.folder, self.outside):
            os.chown(path, NOBODY, NOBODY)
        for name in ("state", "reports"):
            (self.where / name).mkdir(exist_ok=True)
            os.chown(self.where / name, NOBODY, NOBODY)
        return self.start(options, wrapper=("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                                            "--clear-groups"))

    def warned(self, path):
        return [text for text in self.watcher.health()["warnings"]
                if str(path) in text and "cannot be read" in text]

    def test_a_watched_folder_that_cannot_be_read_is_broken(self):
        if self.source == "fanotify":
            self.skipTest("it reads every folder, by its capabilities")
        os.chmod(self.folder, 0o300)
        os.chown(self.folder, 0, 0)
        self.start_as_nobody()
        os.chown(self.folder, 0, 0)
        wait_for(lambda: self.warned(self.folder), "a warning")
        self.assertEqual(self.watcher.health()["status"], "broken")
        self.watcher.logged(r"cannot (be read|read .*): Permission denied.*r-x")
        os.chmod(self.folder, 0o777)
        wait_for(lambda: not self.warned(self.folder), "the end of the warning", PATIENCE)
        write_dicom(self.folder / "1.dcm")
        self.counted(s1=1)

    def test_folders_and_files_that_cannot_be_read_are_counted_and_named(self):
        if self.source == "fanotify":
            self.skipTest("it reads every folder, by its capabilities")
        self.start_as_nobody()
        closed, blind = self.folder / "closed", self.folder / "blind"
        closed.mkdir(mode=0o700)
        blind.mkdir(mode=0o744)  # its names can be read, and its files cannot
        wait_for(lambda: self.health()["unreadable"] == 2, "both to be counted", PATIENCE)
        self.assertTrue(self.warned(closed) and self.warned(blind))
        path = write_dicom(self.outside / "1.dcm")
        path.chmod(0o600)
        path.rename(self.folder / "1.dcm")
        wait_for(lambda: self.warned(self.folder / "1.dcm"), "the file to be named", PATIENCE)
        self.assertEqual(self.watcher.health()["pipeline"]["denied"], 1)
        (self.folder / "1.dcm").chmod(0o644)
        (self.folder / "1.dcm").rename(self.folder / "2.dcm")
        for folder in (closed, blind):
            folder.chmod(0o755)
        wait_for(lambda: self.health()["unreadable"] == 0, "none to be counted", PATIENCE)
        write_dicom(closed / "3.dcm", InstanceNumber=3)
        wait_for(lambda: self.counts() == {1: 2}, "both files", PATIENCE)


class Hostile:
    def test_a_file_that_takes_a_deleted_ones_identity_is_checked(self):
        self.start()
        client = self.watcher.websocket()
        old = write_dicom(self.folder / "old.dcm")
        client.event("new", wait=PATIENCE)
        self.counted(s1=1)
        told = old.stat()
        old.unlink()
        made = []
        for number in range(100):  # until one is given the inode that has become free
            path = self.outside / f"{number}.dcm"
            path.write_bytes(dicom_bytes(TR="1400"))
            made.append(path)
            if path.stat().st_ino == told.st_ino:
                break
        else:
            self.skipTest("the file system gives no inode twice")
        born = subprocess.run(["stat", "-c", "%W", path], capture_output=True, text=True).stdout
        if born.strip() in ("", "0", "-", "?"):
            self.skipTest("the file system knows no birth time")
        self.assertEqual(path.stat().st_size, told.st_size)
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
        path.rename(self.folder / "new.dcm")
        event = client.event("changed", wait=PATIENCE)
        self.assertEqual(event["content"]["changes"]["TR"]["to"], "1400")


class Folders:
    def test_a_folder_moved_in_with_its_files(self):
        for number in range(1, 4):
            write_dicom(self.outside / "a" / f"b{number}" / "1.dcm", InstanceNumber=number)
        self.start()
        (self.outside / "a").rename(self.folder / "a")
        self.counted(s1=3)
        write_dicom(self.folder / "a/b1/2.dcm", InstanceNumber=4)
        self.counted(s1=4)
        (self.folder / "a").rename(self.folder / "renamed")
        write_dicom(self.folder / "renamed/b1/3.dcm", InstanceNumber=5)
        self.counted(s1=5)

    def test_old_files_stay_old_when_their_folder_is_renamed(self):
        write_dicom(self.folder / "a" / "b" / "1.dcm")
        self.start()
        self.sentinel()
        (self.folder / "a").rename(self.folder / "c")
        write_dicom(self.folder / "c" / "b" / "2.dcm", InstanceNumber=2)
        self.counted(s1=1)

    def test_a_folder_moved_out_is_followed_no_more(self):
        write_dicom(self.folder / "a" / "b" / "1.dcm")
        self.start()
        self.sentinel()
        write_dicom(self.folder / "a" / "b" / "2.dcm", InstanceNumber=2)
        self.counted(s1=1)
        (self.folder / "a").rename(self.outside / "a")
        write_dicom(self.outside / "a" / "b" / "3.dcm", InstanceNumber=3)
        self.counted(s1=1)

    def test_a_folder_removed_and_made_again(self):
        self.start()
        for number in range(1, 6):
            write_dicom(self.folder / "a" / "b" / f"{number}.dcm", InstanceNumber=number)
            wait_for(lambda: self.counts() == {1: number}, f"{number} files", PATIENCE)
            shutil.rmtree(self.folder / "a")
        self.counted(s1=5)

    def test_the_watched_folder_removed_and_made_again(self):
        self.start()
        write_dicom(self.folder / "1.dcm")
        self.counted(s1=1)
        shutil.rmtree(self.folder)
        self.watcher.logged("is gone")
        write_dicom(self.folder / "a" / "2.dcm", InstanceNumber=2)
        self.counted(s1=2)

    def test_the_watched_folder_renamed_and_another_in_its_place(self):
        self.start()
        write_dicom(self.folder / "1.dcm")
        self.counted(s1=1)
        self.folder.rename(self.disk / "away")
        self.watcher.logged("is gone")
        write_dicom(self.disk / "away" / "2.dcm", InstanceNumber=2)
        write_dicom(self.folder / "3.dcm", InstanceNumber=3)
        self.counted(s1=2)


class Links:
    def link(self):
        """A link to a folder, to one in a circle, and to a file."""
        write_dicom(self.outside / "file" / "1.dcm", SeriesNumber=9)
        (self.outside / "folder" / "deep").mkdir(parents=True)
        os.symlink(self.outside / "folder", self.folder / "linked")
        os.symlink(self.folder, self.outside / "folder" / "circle")
        os.symlink(self.outside / "folder", self.folder / "again")
        self.sentinel()

    def test_links_are_not_followed(self):
        self.start()
        self.link()
        os.symlink(self.outside / "file" / "1.dcm", self.folder / "link.dcm")
        write_dicom(self.outside / "folder" / "deep" / "1.dcm")
        self.counted()

    def test_links_are_followed_with_follow_links(self):
        self.start("follow_links = true;")
        self.link()
        write_dicom(self.outside / "folder" / "deep" / "1.dcm")
        self.counted(s1=1)
        os.symlink(self.outside / "file" / "1.dcm", self.folder / "link.dcm")
        self.counted(s1=1, s9=1)
        linked = str(self.outside / "folder")
        self.assertIn(linked, self.folders())
        for name in ("linked", "again"):
            (self.folder / name).unlink()
        wait_for(lambda: linked not in self.folders(), "the end of what no link leads to any more")
        write_dicom(self.outside / "folder" / "deep" / "2.dcm", InstanceNumber=2)
        self.counted(s1=1, s9=1)

    def test_links_that_are_there_at_the_start_are_followed(self):
        linked = self.outside / "folder"
        linked.mkdir()
        os.symlink(linked, self.folder / "linked")
        self.start("follow_links = true;")
        wait_for(lambda: {str(linked), str(self.folder)} <= set(self.folders()), "both folders")
        write_dicom(linked / "1.dcm")
        write_dicom(self.folder / "2.dcm", InstanceNumber=2)
        self.counted(s1=2)

    def test_what_a_link_leads_to_may_come_later(self):
        self.start("follow_links = true;")
        os.symlink(self.outside / "later", self.folder / "linked")
        self.sentinel()
        (self.outside / "later").mkdir()
        wait_for(lambda: str(self.outside / "later") in self.folders(), "where the link leads")
        write_dicom(self.outside / "later" / "1.dcm")
        self.counted(s1=1)


class Mounts:
    def test_the_watched_disk_unmounted_and_mounted_again(self):
        self.folder = self.folder / "disk"
        self.folder.mkdir()
        self.mount(self.folder)
        self.start()
        write_dicom(self.folder / "a" / "1.dcm")
        self.counted(s1=1)
        wait_for(lambda: subprocess.run(["umount", self.folder]).returncode == 0,
                 "nothing to keep the disk")
        self.watcher.logged(self.about["unmounted"])
        self.mount(self.folder)
        write_dicom(self.folder / "a" / "2.dcm", InstanceNumber=2)
        self.counted(s1=2)


class Burst:
    def test_each_file_of_a_burst_that_overflows_the_queue(self):
        self.start()
        write_dicom(self.folder / "dump" / "before.dcm")
        self.counted(s1=1)
        write_dicom(self.outside / "in" / "old.dcm", SeriesNumber=3)
        mark = b"0000099999"
        data = dicom_bytes(SeriesNumber=2, InstanceNumber=mark.decode(), pixels=8)
        self.watcher.signal(signal.SIGSTOP)
        for number in range(FLOOD):
            with open(self.folder / "dump" / f"{number}.dcm", "wb", buffering=0) as file:
                file.write(data.replace(mark, b"%010d" % number))
        (self.outside / "in").rename(self.folder / "in")  # told by no event
        write_dicom(self.folder / "made" / "late.dcm", SeriesNumber=4)
        self.watcher.signal(signal.SIGCONT)
        wait_for(lambda: self.counts().get(2) == FLOOD, "all of the burst", 2 * PATIENCE)
        self.counted(s1=1, s2=FLOOD, s3=1, s4=1)
        if self.about["queue"]:
            wait_for(lambda: self.health()["overflows"] >= 1, "the overflow in /healthz")
            self.watcher.logged(rf"overflowed .*{self.about['queue']}\.max_queued_events")


class Marks(Source):
    """What only a source has that marks whole file systems."""
    source = "fanotify"

    def refused(self, folder, lacking=()):
        """The error lines of a daemon that does not start."""
        daemon = Daemon(self.where, config=self.config(folder=folder), ready=False)

        def drop():  # from the bounding set: exec takes them
            for number in lacking:
                ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, number, 0, 0, 0)

        with open(daemon.log_file, "wb") as output:
            done = subprocess.run(daemon.command(), stdout=output, stderr=output,
                                  timeout=PATIENCE, preexec_fn=drop, env=daemon.environment)
        self.assertNotEqual(done.returncode, 0)
        return [line for line in daemon.log().splitlines() if " error: " in line]

    def test_without_the_capabilities_it_says_which_and_how(self):
        for lacking in (["CAP_SYS_ADMIN"], ["CAP_DAC_READ_SEARCH"], list(CAPABILITIES)):
            with self.subTest(lacking=lacking):
                lines = self.refused(self.folder, [CAPABILITIES[name] for name in lacking])
                self.assertEqual(len(lines), 1, lines)
                self.assertIn(f"; {' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} "
                              "missing", lines[0])
                self.assertRegex(lines[0], "AmbientCapabilities=.*CapabilityBoundingSet=.*"
                                           "source-inotify")

    def test_a_file_system_without_handles_is_refused(self):
        lines = self.refused("/proc/sys")
        self.assertRegex(lines[0], "/proc/sys cannot be watched: .*source-inotify")

    def test_a_user_with_the_two_capabilities_may_and_workers_do_not_have_them(self):
        if not shutil.which("setpriv"):
            self.skipTest("no setpriv to give capabilities with")
        caps = "+sys_admin,+dac_read_search"
        for path in (self.where, self.disk, self.folder, self.outside):
            os.chown(path, NOBODY, NOBODY)
        for name in ("state", "reports"):
            (self.where / name).mkdir()
            os.chown(self.where / name, NOBODY, NOBODY)
        self.start(wrapper=("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                            f"--inh-caps={caps}", f"--ambient-caps={caps}"))
        write_dicom(self.folder / "a" / "1.dcm")
        self.counted(s1=1)
        for pid, line in self.watcher.children().items():
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            for key in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(re.search(rf"{key}:\s+(\w+)", status)[1], 16), 0, line)

    def test_what_is_mounted_below_a_watched_folder_is_followed(self):
        before, later = self.folder / "before", self.folder / "later"
        for folder in (before, later):
            folder.mkdir()
        self.mount(before)
        self.start()
        self.assertEqual(self.health()["marks"], 2)
        write_dicom(before / "a" / "1.dcm")
        self.counted(s1=1)
        self.mount(later)
        wait_for(lambda: self.health()["marks"] == 3, "the mark of what was mounted later")
        write_dicom(later / "a" / "2.dcm", InstanceNumber=2)
        self.counted(s1=2)
        subprocess.run(["umount", later], check=True)  # nothing keeps it
        self.mount(later)
        write_dicom(later / "a" / "3.dcm", InstanceNumber=3)
        self.counted(s1=3)

    def test_a_bind_mount_of_a_folder_elsewhere(self):
        bound = self.folder / "bound"
        bound.mkdir()
        (self.outside / "deep").mkdir()
        self.start()
        subprocess.run(["mount", "--bind", self.outside, bound], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", bound])
        write_dicom(bound / "deep" / "1.dcm")
        self.counted(s1=1)

    def test_a_cache_that_is_too_small_for_all_folders(self):
        self.start("cache = 16;")
        for turn in range(3):
            for number in range(50):
                write_dicom(self.folder / f"{number}" / f"{turn}.dcm",
                            InstanceNumber=turn * 50 + number)
        self.counted(s1=150)
        self.assertLessEqual(self.health()["cached"], 16)


def enter_namespace():
    """Starts this program again in a mount namespace of its own; else says why not."""
    if "MRQART_IN_NAMESPACE" in os.environ:
        return ""
    if os.geteuid() != 0:
        return "only root may mount and mark a file system"
    done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "test", "/mnt"],
                          capture_output=True, text=True)
    if done.returncode:
        return f"no file system can be mounted here: {done.stderr.strip()}"
    os.environ["MRQART_IN_NAMESPACE"] = "1"
    os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])


NO_NAMESPACE = enter_namespace()
for name in SOURCES:
    for cases in (Files, Rights, Hostile, Folders, Links, Mounts, Burst):
        title = f"{name.capitalize()}{cases.__name__}"
        globals()[title] = type(title, (cases, Source), {"source": name})
del Source  # it has no test of its own

main()
