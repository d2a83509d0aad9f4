# SPDX-License-Identifier: Apache-2.0
"""A FUSE mount of one folder at another, whose server can be stopped and killed."""
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess


class Fuse:
    """Unmounted when the test is over, and let go on before: nothing hangs for ever."""

    def __init__(self, test, behind, at):
        self.behind, self.at = behind, at
        for folder in (behind, at):
            folder.mkdir(parents=True, exist_ok=True)
        if not shutil.which("bindfs"):
            test.skipTest("bindfs is not installed")
        test.addCleanup(self.unmount)
        self.mount(test)

    def mount(self, test=None):
        done = subprocess.run(["bindfs", "--no-allow-other", self.behind, self.at],
                              capture_output=True, text=True)
        if done.returncode and test:
            test.skipTest(f"FUSE cannot be mounted here: {done.stderr.strip()}")
        assert done.returncode == 0, done

    def unmount(self):
        self.signal(signal.SIGCONT)
        subprocess.run(["fusermount", "-uz", self.at], capture_output=True)

    def signal(self, number):
        """To its server."""
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if words[0].endswith(b"bindfs") and os.fsencode(self.at) in words:
                    os.kill(int(entry.name), number)
