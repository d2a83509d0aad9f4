#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of the daemon when nobody reads: bounded in bytes, whatever is scanned and whoever asks.

The numbers are a fraction of what tools/test --long takes (MRQART_LONG=1): 64 stations of 100 series
with headers of 25 KB, 500 slow readers of /state and 1,000 clients that ping and never read."""
import resource

from mrqart_test import *

LONG = "MRQART_LONG" in os.environ
STATIONS, SERIES, READERS, CLIENTS = (64, 100, 500, 1000) if LONG else (8, 25, 60, 100)
LARGE = {name: name[0] * 4000 for name in ("Comments", "SequenceType", "Operator", "PatientName",
                                           "PatientID", "Project")}  # 25 KB as JSON
MOST_BYTES = 512 * 1024 * 1024

# sanitizers take several times the memory: what is installed is measured
if not (BUILD / "bin/mrqartd").exists():
    skip(f"no daemon in {BUILD}: cmake --preset plain && cmake --build --preset plain")

HANDSHAKE = (b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
PING = b"\x89\x80\0\0\0\0"


def resident(pid):
    """Bytes of memory that a process has had at most."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def text(folder):
    return f"""
workers = 2;
update_interval = 0;
sources  = ( {{ plugin = "source-inotify"; paths = [ "{folder}" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
             {{ plugin = "sink-websocket"; listen = "127.0.0.1:0/ws"; max_clients = 2000; }} );
"""


class Memory(DaemonTest):
    def setUp(self):
        super().setUp()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.deaf = []

    def tearDown(self):
        for client in self.deaf:
            client.close()
        super().tearDown()

    def connect(self, daemon, sent):
        """A client that sends and never reads."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(WAIT)
        client.connect(daemon.address())
        client.sendall(sent)
        client.setblocking(False)
        self.deaf.append(client)
        return client

    def ping_all(self, clients):
        for client in clients:
            try:
                client.send(PING * 100)
            except OSError:
                pass  # it has been dropped, or the kernel holds all it may

    def test_nobody_reads(self):
        daemon = self.daemon(config=text(self.where / "watched")).workers_ready()
        clients = [self.connect(daemon, HANDSHAKE) for _ in range(CLIENTS)]
        reader = daemon.websocket("/ws", label="http")
        readers = []
        for series in range(1, SERIES + 1):
            for station in range(STATIONS):
                write_dicom(daemon.folder / f"{station}.{series}.dcm", Station=f"S{station}",
                            SeriesNumber=series, SeriesInstanceUID=f"1.2.{station}.{series}",
                            **LARGE)
            for _ in range(STATIONS):
                reader.event("new")
            self.ping_all(clients)
            while len(readers) < READERS * series // SERIES:
                readers.append(self.connect(daemon, b"GET /state HTTP/1.1\r\nHost: a\r\n\r\n"))
            self.assertLess(resident(daemon.pid), MOST_BYTES, f"after {series} series a station")
        print(f"{resident(daemon.pid) >> 20} MiB at most", file=sys.stderr)
        sink = daemon.health()["instances"]["sink-websocket"]
        self.assertLessEqual(sink["unsent_memory"], 64 << 20)
        self.assertIn(daemon.get("/state")[0], (200, 503))


main()
