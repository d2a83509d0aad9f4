# SPDX-License-Identifier: Apache-2.0
"""What the tests of catch-up share: a daemon with one source, a burst of files, counts."""
import random

from mrqart_test import *

PATIENCE = 240  # seconds for a burst on a loaded machine, sanitizers and all
SERIES = 100
STATION = "AWP167046"

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


MARK = b"0000099999"  # stands for the image, in its number and its UID


class Stream:
    """Files of many series, a folder each, written in turn as fast as it goes."""

    def __init__(self, folder, files, series=SERIES):
        self.folder, self.files, self.series = folder, files, series
        self.data = {}
        for number in range(1, series + 1):
            self.data[number] = dicom_bytes(SeriesNumber=number, InstanceNumber=MARK.decode(),
                                            pixels=8)

    def write(self, first=0, last=None):
        for index in range(first, self.files if last is None else last):
            number = index % self.series + 1
            folder = self.folder / f"session/{number:03}"
            if index < self.series:
                folder.mkdir(parents=True, exist_ok=True)
            with open(folder / f"{index:06}.dcm", "wb", buffering=0) as file:
                file.write(self.data[number].replace(MARK, b"%010d" % index))

    def expected(self):
        return {number: len(range(number - 1, self.files, self.series))
                for number in range(1, self.series + 1)}


class CatchUp:
    """The cases, for one source."""
    plugin = None
    more = ""  # options of the source
    core = ""  # and of the daemon

    def setUp(self):
        super().setUp()
        if not built(self.plugin):
            self.skipTest(f"{self.plugin} is not built")
        make_database(self.where / "db.sqlite", TEMPLATE)

    def config(self, more="", checker="", where=None):
        return self.core + CONFIG.format(where=where or self.where, plugin=self.plugin,
                                         more=self.more + more, checker=checker)

    def start(self, more="", checker="", where=None, **options):
        daemon = self.daemon(config=self.config(more, checker, where), where=where, ready=False,
                             **options)
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

    def burst(self, daemon, end, files):
        """Ends the daemon by end() somewhere in a burst; (files counted before, seconds after)."""
        self.saved(daemon)
        stream = Stream(daemon.folder, files)
        writer = threading.Thread(target=stream.write)
        writer.start()
        point = random.randrange(files // 10, files // 2)
        try:
            before = wait_for(lambda: (n := self.total(daemon)) >= point and n, "files", PATIENCE)
            end()
            began = time.monotonic()
            daemon.start()
        finally:
            writer.join()
        self.reached(daemon, stream.expected())
        return before, time.monotonic() - began
