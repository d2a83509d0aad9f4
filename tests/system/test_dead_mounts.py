#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mounts whose server does not answer: they hold up nobody but what lies on them."""
from fuse import Fuse
from mrqart_test import *

CONFIG = """
database = "{where}/db.sqlite";
update_interval = 0;
sources = ( {{ plugin = "source-inotify"; name = "local"; paths = [ "{local}" ]; }},
            {{ plugin = "source-{source}"; name = "other"; paths = [ "{path}" ];
               {interval} = 0.1; follow_links = true; {more} }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks = ( {{ plugin = "sink-http"; listen = [ "127.0.0.1:0" ]; }},
          {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0" ]; }} );
"""


class DeadMount(DaemonTest):
    source = None  # set below

    def setUp(self):
        super().setUp()
        self.number = 0
        self.local = self.where / "local"
        self.other = self.where / "disk/other"
        self.local.mkdir()
        self.other.parent.mkdir()
        if self.source == "fanotify":
            self.mount_disk(self.other.parent)
        self.other.mkdir()
        self.fuse = Fuse(self, self.where / "behind", self.where / "mount")

    def tearDown(self):
        self.fuse.signal(signal.SIGCONT)  # or the daemon may not end
        super().tearDown()

    def mount_disk(self, folder):
        """A file system of its own, for fanotify to mark."""
        done = subprocess.run(["mount", "-t", "tmpfs", "mrqart-test", folder], capture_output=True)
        if done.returncode:
            self.skipTest("a tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], capture_output=True)

    def configure(self, path, more=""):
        timed = "answer_timeout = 0.5; settle = 0.1;" if self.source == "poll" else ""
        interval = "interval" if self.source == "poll" else "poll_interval"
        return CONFIG.format(where=self.where, local=self.local, source=self.source, path=path,
                             interval=interval, more=timed + more)

    def start(self, path):
        self.watcher = self.daemon(config=self.configure(path))
        self.client = self.watcher.websocket()

    def stop_server(self):
        self.fuse.signal(signal.SIGSTOP)

    def announced(self, folder):
        """Waits until one more file, in folder, is."""
        self.number += 1
        write_dicom(folder / f"{self.number}.dcm", SeriesNumber=self.number)
        self.told(self.number)

    def told(self, number):
        self.client.events_until(lambda e: e["series"] and e["series"]["number"] == number)

    def said(self, text):
        """Waits until /healthz warns of it."""
        return wait_for(lambda: [warning for warning in self.watcher.health()["warnings"]
                                 if text in warning], text)

    def is_silent(self, path):
        self.said(f"{path} does not answer")
        for _ in range(3):
            self.announced(self.local)

    def comes_back(self, written=None):
        """The server goes on; what was written meanwhile is found, and what comes now."""
        if written:
            self.number += 1
            write_dicom(written / "late.dcm", SeriesNumber=self.number)
        self.fuse.signal(signal.SIGCONT)
        if written:
            self.told(self.number)
        wait_for(lambda: not any("answer" in warning
                                 for warning in self.watcher.health()["warnings"]), "no warning")
        wait_for(lambda: self.state_of(self.fuse.at) in ("watched", "polled"), "the folder")
        self.announced(self.fuse.at)

    def state_of(self, path):
        for folder in self.watcher.health()["instances"]["other"]["folders"]:
            if folder["name"] == str(path):
                return folder["state"]
        return None

    def link(self, name):
        (self.other / name).symlink_to(self.fuse.at)

    def linked(self):
        """What is told of a link that leads to the mount."""
        return str(self.other / "link") if self.source == "poll" else f"{self.fuse.at}"


class Folders:
    """A watched folder is, or is reached through, the mount."""

    def test_a_watched_folder_that_hangs_while_it_is_watched(self):
        self.start(self.fuse.at)
        self.announced(self.fuse.at)
        self.stop_server()
        self.is_silent(self.fuse.at)
        self.assertEqual(self.state_of(self.fuse.at), "not answering")
        self.comes_back(written=self.fuse.behind)

    def test_a_watched_folder_that_hangs_at_the_start_and_at_a_reload(self):
        self.stop_server()
        self.start(self.fuse.at)
        self.is_silent(self.fuse.at)
        (self.where / "mrqart.conf").write_text(self.configure(self.fuse.at, "max_depth = 9;"))
        self.watcher.signal(signal.SIGHUP)
        self.watcher.logged("the configuration is in force")
        self.is_silent(self.fuse.at)
        self.comes_back(written=self.fuse.behind)

    def test_a_watched_folder_that_is_reached_through_what_hangs(self):
        (self.fuse.behind / "link").symlink_to(self.fuse.at)
        self.stop_server()
        way = self.where / "way"
        way.symlink_to(self.fuse.at / "link")
        self.start(way)
        self.is_silent(way)
        self.comes_back()


class Links:
    """A link below a watched folder leads to the mount."""

    def test_a_link_that_leads_to_a_mount_that_hangs(self):
        self.stop_server()
        self.link("link")
        self.start(self.other)
        self.announced(self.other)
        self.said(self.linked())
        self.announced(self.other)
        self.announced(self.local)
        self.comes_back()

    def test_a_link_that_comes_while_the_mount_hangs(self):
        self.start(self.other)
        self.announced(self.other)
        self.stop_server()
        self.link("link")
        self.said(self.linked())
        self.announced(self.other)
        self.announced(self.local)
        self.comes_back()


class Below:
    """The mount lies below a watched folder."""

    def test_a_mount_below_a_watched_folder_that_hangs(self):
        nested = Fuse(self, self.where / "deep", self.other / "nested")
        nested.signal(signal.SIGSTOP)
        try:
            self.start(self.other)
            self.said("nested")
            self.announced(self.other)
            self.announced(self.local)
        finally:
            nested.signal(signal.SIGCONT)
        wait_for(lambda: not any("nested" in warning
                                 for warning in self.watcher.health()["warnings"]), "no warning")


class Inotify(Folders, Links, Below, DeadMount):
    source = "inotify"


class Poll(Folders, Links, DeadMount):
    source = "poll"


class Fanotify(Links, DeadMount):
    source = "fanotify"

    def comes_back(self, written=None):
        """FUSE has no handles that last: it says so when it is looked at."""
        self.fuse.signal(signal.SIGCONT)
        self.watcher.logged("cannot be watched: its file system has no handles")


del DeadMount
main()
