#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the daemon's children must not be able to do, should one of them be taken over."""
import contextlib

from mrqart_test import *

# of capabilities(7): CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_LEASE
ROOT_FILES = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 28
CONFIG = """
database = "{where}/db.sqlite";
sources = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }},
            {{ plugin = "source-poll"; paths = [ "{where}/polled" ]; }},
            {{ plugin = "source-dicom"; listen = "127.0.0.1:0"; spool = "{where}/spool"; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks = ( {{ plugin = "sink-http"; listen = [ "127.0.0.1:0" ]; }},
          {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0" ]; }} );
"""


class Children(DaemonTest):
    def setUp(self):
        super().setUp()
        for name in ("polled", "spool"):
            (self.where / name).mkdir()
        self.watcher = self.daemon(config=CONFIG.format(where=self.where))

    def names(self):
        """Process numbers of all children, by the name that each has given itself."""
        found = {}
        for pid in self.watcher.children():
            with contextlib.suppress(OSError):
                found[pathlib.Path(f"/proc/{pid}/comm").read_text().strip()] = pid
        return found

    def kept(self, pid):
        """Its capabilities beyond those it may have, by the name of their set."""
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        allowed = ROOT_FILES if os.geteuid() == 0 else 0
        sets = re.findall(r"(Cap(?:Inh|Prm|Eff|Amb)):\s+(\w+)", status)
        return {name: bits for name, bits in sets if int(bits, 16) & ~allowed}

    def test_none_has_capabilities_but_root_its_rights_to_files(self):
        wanted = {"mrqart-worker", "mrqart-keeper", "mrqart-poll", "mrqart-receiver"}
        children = wait_for(lambda: wanted <= set(found := self.names()) and found, "all children")
        for name, pid in children.items():  # they may not have come to their main() yet
            wait_for(lambda: not self.kept(pid), f"{name} to give up all but {ROOT_FILES:#x}")

    def test_the_memory_that_a_worker_shares_keeps_its_size(self):
        pid = wait_for(lambda: self.names().get("mrqart-worker"), "a worker")
        with open(f"/proc/{pid}/fd/4", "r+b") as page:
            size = os.fstat(page.fileno()).st_size
            for other in (0, size * 2):
                self.assertRaises(PermissionError, os.ftruncate, page.fileno(), other)
        client = self.watcher.websocket()
        os.kill(pid, signal.SIGKILL)  # the daemon reads the page now
        write_dicom(self.watcher.folder / "1.dcm")
        client.event("new")


main()
