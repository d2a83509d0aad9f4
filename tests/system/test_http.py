#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sink-http on the whole daemon: pages, /state without holes, and clients that mean no good."""
import gzip

from mrqart_test import *


def config(folder, http='"127.0.0.1:0"', websocket='[ "127.0.0.1:0/ws", "127.0.0.1:0" ]'):
    return f"""
workers = 2;
update_interval = 0;
sources  = ( {{ plugin = "source-inotify"; paths = [ "{folder}" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks    = ( {{ plugin = "sink-http"; listen = {http}; }},
             {{ plugin = "sink-websocket"; listen = {websocket}; }} );
"""


class Pages(DaemonTest):
    def test_the_page_and_all_it_names_are_served(self):
        daemon = self.daemon()
        for path in ("/", "/station/AWP167046", "/AWP167046"):
            status, headers, body = daemon.get(path)
            self.assertEqual(status, 200, body)
            self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        names = set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', body))
        self.assertTrue(names, body)
        for name in names:
            status, headers, content = daemon.get(name.decode())
            self.assertEqual((status, bool(content)), (200, True), name)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            again, _, nothing = daemon.get(name.decode(), headers={"If-None-Match": headers["ETag"]})
            self.assertEqual((again, nothing), (304, b""))

    def test_texts_are_compressed_for_those_who_ask_for_it(self):
        daemon = self.daemon()
        _, plain_headers, plain = daemon.get("/static/main.js")
        self.assertNotIn("Content-Encoding", plain_headers)
        self.assertEqual(plain, (SOURCE / "static/main.js").read_bytes())
        ask = {"Accept-Encoding": "gzip, deflate, br"}
        _, headers, body = daemon.get("/static/main.js", headers=ask)
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(headers["Vary"], "Accept-Encoding")
        self.assertEqual(gzip.decompress(body), plain)
        self.assertLess(len(body), len(plain) / 2)
        self.assertNotEqual(headers["ETag"], plain_headers["ETag"])
        status, _, body = daemon.get("/static/main.js",
                                     headers={**ask, "If-None-Match": headers["ETag"]})
        self.assertEqual((status, body), (304, b""))
        _, headers, _ = daemon.get("/static/main.js", headers={"Accept-Encoding": "gzip;q=0"})
        self.assertNotIn("Content-Encoding", headers)
        _, headers, body = daemon.get("/static/main.js", method="HEAD", headers=ask)
        self.assertEqual((headers["Content-Encoding"], body), ("gzip", b""))

    def test_every_file_of_the_page_has_a_type(self):
        daemon = self.daemon()
        types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
                 ".html": "text/html", ".png": "image/png", ".webmanifest": "application/manifest"}
        for path in (SOURCE / "static").rglob("*"):
            if path.is_file() and path.name != "CMakeLists.txt" and path.suffix in types:
                name = path.relative_to(SOURCE / "static").as_posix()
                status, headers, _ = daemon.get("/static/" + urllib.parse.quote(name))
                self.assertEqual(status, 200, name)
                self.assertTrue(headers["Content-Type"].startswith(types[path.suffix]), name)

    def test_nothing_but_get_and_head(self):
        daemon = self.daemon()
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            status, headers, _ = daemon.get("/state", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))
        status, headers, body = daemon.get("/state", "HEAD")
        self.assertEqual((status, headers["Content-Length"], body), (200, "2", b""))

    def test_nothing_outside_the_folder(self):
        daemon = self.daemon("--static-dir", self.where / "static")
        (self.where / "static").mkdir()
        (self.where / "secret").write_text("secret")
        (self.where / "static" / "link").symlink_to("../secret")
        for name in ("../secret", "%2e%2e/secret", "..%2fsecret", "link", ".", "%00"):
            status, _, body = daemon.get("/static/" + name)
            self.assertEqual(status, 404, name)
            self.assertNotIn(b"secret", body)
        status, _, body = daemon.get("/")
        self.assertEqual(status, 500)
        self.assertIn(str(self.where / "static").encode(), body)

    def test_another_folder_needs_no_restart(self):
        def text(folder):
            return config(self.where / "watched", http=f'"127.0.0.1:0"; static_dir = "{folder}"')

        for name in ("one", "two"):
            (self.where / name).mkdir()
            (self.where / name / "index.html").write_text(name)
        daemon = self.daemon(config=text(self.where / "one"))
        self.assertEqual(daemon.get("/")[2], b"one")
        daemon.config = text(self.where / "two")
        daemon.command()  # writes the file
        daemon.signal(signal.SIGHUP)
        wait_for(lambda: daemon.get("/")[2] == b"two", "the other folder")

    def test_health_says_who_is_connected(self):
        daemon = self.daemon()
        client = daemon.websocket()
        health = daemon.health()
        self.assertEqual(len(health["http"]["addresses"]), 2, health)
        wait_for(lambda: '"clients": 1' in json.dumps(daemon.health()), "the client in /healthz")
        client.close()
        wait_for(lambda: '"clients": 0' in json.dumps(daemon.health()), "the client to be gone")


class State(DaemonTest):
    def test_state_and_the_stream_have_no_hole_and_no_overlap(self):
        daemon = self.daemon(config=config(self.where / "watched"))
        seen = set()
        for number in range(1, 41):
            client = daemon.websocket()
            write_dicom(daemon.folder / f"{number}.dcm", SeriesNumber=number)
            _, headers, body = daemon.get("/state")
            self.assertEqual(headers["MRQART-Epoch"], client.hello["content"]["epoch"])
            newest = int(headers["MRQART-Seq"])
            self.assertGreaterEqual(newest, client.hello["content"]["seq"])
            known = {entry["series"]["key"] for station in json.loads(body).values()
                     for entry in station["history"]}
            while len(known) < number:  # the stream goes on exactly where the state ends
                event = client.event("new")
                if event["seq"] > newest:
                    self.assertEqual(event["seq"], newest + 1)
                    self.assertNotIn(event["series"]["key"], known)
                    newest = event["seq"]
                    known.add(event["series"]["key"])
                else:
                    self.assertIn(event["series"]["key"], known)
            seen |= known
            client.close()
        self.assertEqual(len(seen), 40)


class Addresses(DaemonTest):
    def test_the_page_and_its_websocket_have_one_origin(self):
        daemon = self.daemon()
        self.assertEqual(set(daemon.addresses), {"http", "websocket"})
        self.assertNotEqual(daemon.address("http"), daemon.address("websocket"))
        self.assertEqual(daemon.websocket("/ws", label="http").hello["type"], "hello")
        self.assertEqual(daemon.get("/ws")[0], 426)

    def test_an_address_in_use_is_said_with_the_remedy(self):
        daemon = self.daemon()
        host, port = daemon.address()
        text = config(self.where / "watched", http=f'"{host}:{port}"')
        other = Daemon(self.where / "other", config=text, ready=False)
        result = subprocess.run(other.command(), capture_output=True, text=True, timeout=WAIT,
                                env=other.environment)
        self.assertNotEqual(result.returncode, 0)
        self.assertRegex(result.stderr, rf"cannot listen on {host}:{port}: .*another port")
        self.assertNotIn("ready", result.stdout)

    def test_what_is_no_address_is_said_with_the_remedy(self):
        text = config(self.where / "watched", http='"console.example:8080"')
        other = Daemon(self.where / "other", config=text, ready=False)
        result = subprocess.run(other.command(), capture_output=True, text=True, timeout=WAIT,
                                env=other.environment)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn('"console.example:8080" is no address', result.stderr)

    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError as error:
            self.skipTest(f"no IPv6 here: {error}")
        daemon = self.daemon(config=config(self.where / "watched", http='"[::1]:0"',
                                           websocket='[ "[::1]:0/ws", "127.0.0.1:0" ]'))
        self.assertTrue(daemon.addresses["http"].startswith("[::1]:"))
        self.assertEqual(daemon.get("/state")[0], 200)
        self.assertEqual(daemon.websocket("/ws", label="http").hello["type"], "hello")


class Hostile(DaemonTest):
    def test_many_slow_clients_do_not_starve_the_state(self):
        daemon = self.daemon()
        slow = []
        for number in range(700):  # more than there may be at a time
            client = socket.create_connection(daemon.address(), timeout=WAIT)
            client.sendall(b"GET /state HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            slow.append(client)
            if number % 100 == 0:
                self.assertEqual(daemon.get("/state")[0], 200)
        write_dicom(daemon.folder / "1.dcm")
        wait_for(lambda: daemon.state(), "the series in /state")
        self.assertLessEqual(daemon.health()["http"]["connections"], 512)
        wait_for(lambda: daemon.health()["http"]["cut"] >= 700 - 512, "the slow to be cut")
        for client in slow:
            client.close()

    def test_huge_requests_are_refused_and_do_not_stay(self):
        daemon = self.daemon()
        for head in (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
                     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n",
                     b"\0" * 100_000):
            client = socket.create_connection(daemon.address(), timeout=WAIT)
            try:
                client.sendall(head)
                answer = client.recv(100)
                self.assertNotIn(b" 200 ", answer)
            except ConnectionError:
                pass  # cut while we were still sending
            client.close()
        self.assertEqual(daemon.get("/state")[0], 200)

    def test_pipelined_requests_are_answered_in_order(self):
        daemon = self.daemon()
        client = socket.create_connection(daemon.address(), timeout=WAIT)
        client.sendall(b"GET /state HTTP/1.1\r\nHost: a\r\n\r\nGET /none/x HTTP/1.1\r\nHost: a\r\n\r\n"
                       b"HEAD /state HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while data := client.recv(65536):
            answer += data
        client.close()
        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+)", answer), [b"200", b"404", b"200"])


main()
