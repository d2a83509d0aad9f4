#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM while connections are open, in every state they can be in: the daemon ends with 0.

A release build takes its plugins out of memory at the end, one with sanitizers does not: both run
this, the latter as release-stopping."""
from mrqart_test import *

if not MRQARTD.exists():
    skip(f"no daemon in {BUILD}: cmake --preset plain && cmake --build --preset plain")


def config(folder, static, source="source-inotify", sinks=("sink-http", "sink-websocket")):
    """All on one address; the sinks in the order given, which is that of their end."""
    entries = {
        "sink-http": f'{{ plugin = "sink-http"; listen = "127.0.0.1:0"; static_dir = "{static}"; }}',
        "sink-websocket": '{ plugin = "sink-websocket"; listen = "127.0.0.1:0/ws"; }'}
    return f"""
workers = 1;
update_interval = 0;
sources  = ( {{ plugin = "{source}"; paths = [ "{folder}" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {', '.join(entries[sink] for sink in sinks)} );
"""


HANDSHAKE = (b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")

# what has been sent, and what of the answer has been read, when SIGTERM comes
CONNECTIONS = {
    "only connected": (b"", None),
    "half a request": (b"GET /state HTTP/1.1\r\nHost: a\r\nX-Half: ", None),
    "half a body": (b"POST /acknowledge HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                    b"Content-Length: 400\r\n\r\n{", None),
    "kept alive": (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", b'"status"'),
    "the state, not read": (b"GET /state HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200"),
    "a file, not read": (b"GET /static/large.js HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200"),
    "a zipped file, not read": (b"GET /static/some.js HTTP/1.1\r\nHost: a\r\n"
                                b"Accept-Encoding: gzip\r\n\r\n" * 40, b"HTTP/1.1 200"),
    "many requests at once": (b"GET /state HTTP/1.1\r\nHost: a\r\n\r\n" * 20, b"HTTP/1.1 200"),
    "upgraded": (HANDSHAKE, b'"hello"'),
    "half a frame": (HANDSHAKE + b"\x81\xfe\x01", b'"hello"'),
    "pings, pongs not read": (HANDSHAKE + b"\x89\x80\0\0\0\0" * 500, b"HTTP/1.1 101"),
    "closing": (HANDSHAKE + b"\x83\x80\0\0\0\0", b"HTTP/1.1 101"),
}


class Stopping(DaemonTest):
    def setUp(self):
        super().setUp()
        self.static = self.where / "static"
        self.static.mkdir()
        (self.static / "index.html").write_text("<title>page</title>")
        (self.static / "large.js").write_bytes(b"//" + os.urandom(2_000_000).hex().encode())
        (self.static / "some.js").write_bytes(b"//" + os.urandom(60_000).hex().encode())
        self.connections = []

    def tearDown(self):
        for connection in self.connections:
            connection.close()
        super().tearDown()

    def started(self, name="daemon", **options):
        where = self.where / name
        return self.daemon(where=where, config=config(where / "watched", self.static, **options))

    def series(self, daemon, count=60):
        for number in range(1, count + 1):
            write_dicom(daemon.folder / f"{number}.dcm", SeriesNumber=number, Comments="c" * 10_000)
        wait_for(lambda: sum(len(s["history"]) for s in daemon.state().values()) == count,
                 "all series in /state")

    def connect(self, daemon, sent, read):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(WAIT)
        connection.connect(daemon.address())
        self.connections.append(connection)
        connection.sendall(sent)
        answer = b""
        while read and read not in answer:
            data = connection.recv(500)
            self.assertTrue(data, f"ended after {answer!r}")
            answer += data

    def test_it_ends_whatever_its_connections_are_doing(self):
        daemon = self.started()
        self.series(daemon)  # more than the kernel holds for who does not read
        for sent, read in CONNECTIONS.values():
            self.connect(daemon, sent, read)
        self.assertEqual(daemon.stop(), 0)

    def test_it_ends_with_each_kind_of_unread_answer_alone(self):
        for name in ("a file, not read", "a zipped file, not read", "pings, pongs not read"):
            with self.subTest(name):
                daemon = self.started(name)
                self.connect(daemon, *CONNECTIONS[name])
                self.assertEqual(daemon.stop(), 0)

    def test_it_ends_with_messages_that_nobody_reads(self):
        daemon = self.started()
        for _ in range(20):
            self.connect(daemon, *CONNECTIONS["upgraded"])
        unsent = lambda: daemon.health()["instances"]["sink-websocket"]["unsent_bytes"]
        number = 0
        while unsent() == 0:
            number += 1
            write_dicom(daemon.folder / f"{number}.dcm", SeriesNumber=number, Comments="c" * 10_000)
        self.assertEqual(daemon.stop(), 0)

    def test_it_ends_in_either_order_of_sinks_and_with_each_source(self):
        for source, sinks in (("source-inotify", ("sink-http", "sink-websocket")),
                              ("source-poll", ("sink-websocket", "sink-http"))):
            with self.subTest(source=source, sinks=sinks):
                daemon = self.started(source, source=source, sinks=sinks)
                for name in ("a file, not read", "upgraded", "half a request"):
                    self.connect(daemon, *CONNECTIONS[name])
                self.assertEqual(daemon.stop(), 0)

    def test_it_ends_at_once_when_told_twice(self):
        daemon = self.started()
        for name in ("a file, not read", "upgraded", "half a request"):
            self.connect(daemon, *CONNECTIONS[name])
        daemon.signal(signal.SIGTERM)
        daemon.signal(signal.SIGINT)
        self.assertEqual(daemon.wait(), 0)

    def test_a_source_that_went_at_a_reload_is_not_missed_at_the_end(self):
        daemon = self.started()
        for source in ("source-poll", "source-inotify", "source-poll"):
            daemon.config = config(daemon.folder, self.static, source=source)
            daemon.command()  # writes the file
            daemon.signal(signal.SIGHUP)
            wait_for(lambda: source in daemon.health()["instances"], f"{source} to be open")
        self.connect(daemon, *CONNECTIONS["a file, not read"])
        self.assertEqual(daemon.stop(), 0)

    def test_what_cannot_start_ends_without_a_crash(self):
        other = socket.create_server(("127.0.0.1", 0))
        text = config(self.where / "watched", self.static).replace(
            '"127.0.0.1:0/ws"', f'"127.0.0.1:{other.getsockname()[1]}"')
        daemon = Daemon(self.where / "other", config=text, ready=False)
        result = subprocess.run(daemon.command(), capture_output=True, text=True, timeout=WAIT,
                                env=daemon.environment)
        other.close()
        self.assertEqual(result.returncode, 1, result.stderr)


main()
