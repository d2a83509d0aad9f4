#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sink-websocket on the whole daemon: who gets what, and what becomes of those who misbehave."""
from mrqart_test import *


def config(folder, **options):
    more = " ".join(f"{key} = {value};" for key, value in options.items())
    return f"""
workers = 2;
update_interval = 0;
sources  = ( {{ plugin = "source-inotify"; paths = [ "{folder}" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
             {{ plugin = "sink-websocket"; listen = [ "127.0.0.1:0/ws", "127.0.0.1:0" ]; {more} }} );
"""


HANDSHAKE = {"Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}


def shake(daemon, changes, method="GET"):
    """Status and headers of the answer to a handshake that is not as usual."""
    client = WebSocket(*daemon.address("websocket"), handshake=False)
    try:
        return client.request("/", {**HANDSHAKE, **changes}, method)
    finally:
        client.close()


class WebsocketTest(DaemonTest):
    def configured(self, **options):
        return self.daemon(config=config(self.where / "watched", **options))

    def sink_health(self, daemon):
        """What the sink says of itself in /healthz, wherever it stands there."""
        return find(daemon.health(), "dropped_slow")


def find(value, key):
    """The innermost object with that key."""
    if isinstance(value, dict):
        if key in value:
            return value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            found = find(item, key)
            if found is not None:
                return found
    return None


class Clients(WebsocketTest):
    def test_all_clients_get_all_events_in_order(self):
        daemon = self.configured()
        clients = [daemon.websocket() for _ in range(10)]
        clients += [daemon.websocket("/ws", label="http") for _ in range(10)]
        for number in range(1, 31):
            write_dicom(daemon.folder / f"{number}.dcm", SeriesNumber=number % 5 + 1,
                        InstanceNumber=number)
        streams = []
        for client in clients:
            count, seqs = 0, []
            while count < 30:
                event = client.event("new", "update")
                seqs.append(event["seq"])
                count += 1
            streams.append(seqs)
            client.close()
        self.assertEqual(streams[0], list(range(streams[0][0], streams[0][0] + 30)))
        self.assertTrue(all(stream == streams[0] for stream in streams))

    def test_a_client_may_take_one_station(self):
        daemon = self.configured()
        one = daemon.websocket("/?station=" + urllib.parse.quote("B & C/1"))
        everything = daemon.websocket()
        for number in range(1, 6):
            write_dicom(daemon.folder / f"a{number}.dcm", Station="A", SeriesNumber=number)
            write_dicom(daemon.folder / f"b{number}.dcm", Station="B & C/1", SeriesNumber=number,
                        SeriesInstanceUID=f"1.2.4.{number}")
        events = [one.event("new") for _ in range(5)]
        self.assertEqual({event["station"] for event in events}, {"B & C/1"})
        self.assertEqual([event["station_seq"] for event in events], [1, 2, 3, 4, 5])
        stations = [everything.event("new")["station"] for _ in range(10)]
        self.assertEqual(sorted(stations), ["A"] * 5 + ["B & C/1"] * 5)

    def test_clients_that_vanish_do_not_disturb_the_others(self):
        daemon = self.configured()
        steady = daemon.websocket()
        reset = struct.pack("ii", 1, 0)
        for number in range(1, 61):
            guests = [daemon.websocket() for _ in range(3)]
            write_dicom(daemon.folder / f"{number}.dcm", InstanceNumber=number)
            for guest in guests:
                guest.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                guest.close()
        events = steady.events_until(lambda e: e["series"]["count"] == 60)
        self.assertEqual([event["series"]["count"] for event in events], list(range(1, 61)))
        wait_for(lambda: self.sink_health(daemon)["clients"] == 1, "the guests to be gone")

    def test_the_end_is_said(self):
        daemon = self.configured()
        clients = [daemon.websocket() for _ in range(5)]
        self.assertEqual(daemon.stop(), 0)
        for client in clients:
            while client.message() is not None:
                pass
            self.assertEqual(client.closed, 1001)

    def test_another_start_is_another_epoch(self):
        daemon = self.configured()
        first = daemon.websocket().hello["content"]
        daemon.kill()
        daemon.start()
        second = daemon.websocket().hello["content"]
        self.assertNotEqual(first["epoch"], second["epoch"])
        self.assertEqual(first["version"], second["version"])

    def test_silence_is_broken(self):
        daemon = self.configured(alive_interval=0.1)
        client = daemon.websocket()
        alive = client.event("alive")
        self.assertEqual(set(alive), {"type", "epoch", "seq", "time"})
        self.assertEqual(alive["epoch"], client.hello["content"]["epoch"])
        self.assertRegex(alive["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$")

    def test_the_dead_are_dropped_and_the_living_stay(self):
        daemon = self.configured(ping_interval=0.2, alive_interval=0.2)
        living, dead = daemon.websocket(), daemon.websocket()
        while self.sink_health(daemon)["dropped_silent"] == 0:
            living.event("alive")  # answers pings meanwhile
        self.assertEqual(self.sink_health(daemon)["clients"], 1)
        dead.close()
        write_dicom(daemon.folder / "1.dcm")
        living.event("new")


class Bounds(WebsocketTest):
    def test_too_many_clients(self):
        daemon = self.configured(max_clients=2)
        clients = [daemon.websocket() for _ in range(2)]
        self.assertEqual(shake(daemon, {})[0], 503)
        clients[0].close()
        wait_for(lambda: self.sink_health(daemon)["clients"] == 1, "room for another")
        daemon.websocket()

    def deaf(self, daemon):
        """A client whose kernel takes little, and that reads nothing."""
        client = WebSocket.__new__(WebSocket)
        client.socket, client.buffer, client.closed = socket.socket(), b"", None
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.socket.settimeout(WAIT)
        client.socket.connect(daemon.address("websocket"))
        self.assertEqual(client.request("/", HANDSHAKE)[0], 101)
        return client

    def test_who_does_not_read_is_dropped_and_nobody_waits(self):
        daemon = self.configured(unsent_bytes=8192)
        deaf, reader = self.deaf(daemon), daemon.websocket()
        number = 0
        while self.sink_health(daemon)["dropped_slow"] == 0:
            number += 1
            write_dicom(daemon.folder / f"{number}.dcm", SeriesNumber=number)
            self.assertEqual(reader.event("new")["series"]["number"], number)
        seen = []
        while (message := deaf.message()) is not None:
            if message["type"] == "new":
                seen.append(message["series"]["number"])
        self.assertEqual(deaf.closed, 1013)
        self.assertEqual(seen, list(range(1, len(seen) + 1)))  # what it got was whole
        self.assertLess(len(seen), number)
        deaf.close()

    def test_what_a_client_sends_is_ignored(self):
        daemon = self.configured()
        client = daemon.websocket()
        client.send('{"type": "new"}')
        client.send(b"\0\xff" * 1000, opcode=2)
        client.send(b"are you there", opcode=9)
        self.assertEqual(client.frame(), (10, b"are you there"))
        write_dicom(daemon.folder / "1.dcm")
        client.event("new")

    def test_violations_are_answered_with_their_code(self):
        daemon = self.configured()
        steady = daemon.websocket()
        violations = [
            (1002, dict(payload=b"hi", mask=False)), (1002, dict(payload=b"hi", reserved=4)),
            (1002, dict(payload=b"hi", opcode=3)), (1002, dict(payload=b"hi", opcode=0)),
            (1002, dict(payload=b"x" * 126, opcode=9)),
            (1002, dict(payload=b"x", opcode=9, final=False)),
            (1002, dict(payload=b"\3", opcode=8)), (1007, dict(payload=b"\xff")),
            (1009, dict(payload=b"x" * 4097)), (1000, dict(payload=b"\3\xe8", opcode=8)),
            (1005, dict(payload=b"", opcode=8)),
        ]
        for code, frame in violations:
            client = daemon.websocket()
            client.send(**frame)
            self.assertIsNone(client.message())
            self.assertEqual(client.closed, code, frame)
            self.assertEqual(client.socket.recv(1), b"")  # and the connection ends
            client.close()
        write_dicom(daemon.folder / "1.dcm")
        steady.event("new")

    def test_handshakes_that_are_none(self):
        daemon = self.configured()
        cases = [(400, "GET", {"Sec-WebSocket-Key": "x"}), (400, "GET", {"Connection": "close"}),
                 (426, "GET", {"Sec-WebSocket-Version": "12"}), (426, "GET", {"Upgrade": None}),
                 (405, "POST", {}), (403, "GET", {"Origin": "http://evil.example"})]
        for status, method, change in cases:
            answer, headers = shake(daemon, change, method)
            self.assertEqual(answer, status, change)
            if status == 426:
                self.assertEqual(headers["sec-websocket-version"], "13")

    def test_origins_change_while_clients_stay(self):
        daemon = self.configured()
        steady = daemon.websocket()
        page = {"Origin": "https://dash.example"}
        self.assertEqual(shake(daemon, page)[0], 403)
        daemon.config = config(daemon.folder, origins='[ "https://dash.example" ]')
        daemon.command()  # writes the file
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: shake(daemon, page)[0] == 101, "the new configuration")
        write_dicom(daemon.folder / "1.dcm")
        steady.event("new")


main()
