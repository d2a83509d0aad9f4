#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong while objects are received: senders, receiver and daemon that end in the middle."""
from dicom_daemon import *

MANY = 400  # records, more than the socket to the plugin holds


class Faults(Receiver):
    def half(self, daemon, instance="1.2.3.1.1"):
        """An association in the middle of an object, of which something is on the disk already."""
        one = self.associate(daemon)
        one.begin_store(instance)
        one.send_pieces(1, data_set(pixels=200_000), False, end=False)
        wait_for(lambda: any(".receiving-" in name and (self.spool / name).stat().st_size > 100_000
                             for name in self.stored()), "half of the object in the spool")
        return one

    def send(self, daemon, *numbers):
        one = self.associate(daemon)
        for number in numbers:
            self.assertEqual(one.store(f"1.2.3.1.{number}", data_set(InstanceNumber=number)),
                             (0, ""))
        one.release()

    def counts(self, client, number):
        """Waits for the last count of the series: no file twice, none missing."""
        events = client.events_until(lambda event: event["series"]["count"] >= number)
        self.assertEqual(events[-1]["series"]["count"], number)
        self.assertEqual(sum(event["type"] == "new" for event in events), 1)


class Senders(Faults):
    def test_one_that_aborts_in_mid_object(self):
        daemon = self.receiver()
        self.half(daemon).abort()
        wait_for(lambda: self.stored() == [], "the half object to go")
        daemon.logged("has ended: it was aborted by the sender")
        self.send(daemon, 1)

    def test_one_that_vanishes_in_mid_object(self):
        daemon = self.receiver()
        one = self.half(daemon)
        one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()
        wait_for(lambda: self.stored() == [], "the half object to go")
        self.counted(daemon, "lost", 1)
        self.counted(daemon, "associations", 0)
        self.send(daemon, 1)

    def test_one_that_falls_silent_in_mid_object(self):
        daemon = self.receiver("dimse_timeout = 1;")
        with self.assertRaises(Aborted):
            self.half(daemon).read_pdu()
        wait_for(lambda: self.stored() == [], "the half object to go")

    def test_many_that_say_nothing_keep_nobody_out(self):
        daemon = self.receiver("associations = 1;")  # acse_timeout is 30 s, longer than we wait
        for _ in range(100):
            silent = socket.create_connection(daemon.address("dicom"))
            self.addCleanup(silent.close)
        one = self.associate(daemon, contexts=[(VERIFICATION, [IMPLICIT])])
        self.assertEqual(one.echo(), 0)
        one.release()
        daemon.logged("somebody opens many")
        self.assertEqual(self.source(daemon)["lost"], 0)

    def test_pieces_that_are_longer_than_agreed(self):
        daemon = self.receiver("pdu_bytes = 4096;")
        one = self.associate(daemon)
        one.begin_store("1.2.3.1.1")
        with self.assertRaises(Aborted):
            one.send_pieces(1, data_set(pixels=200_000), False, piece=100_000)
            one.response()
        self.counted(daemon, "lost", 1)
        self.assertEqual(self.stored(), [])

    def test_a_process_of_an_association_that_dies(self):
        daemon = self.receiver()
        self.half(daemon)
        children = pathlib.Path(f"/proc/{self.process(daemon)}/task/{self.process(daemon)}/children")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        wait_for(lambda: self.stored() == [], "the half object to go")
        daemon.logged("an association was ended by signal 9")
        self.send(daemon, 1)

    def test_four_at_once_while_a_fifth_is_in_mid_object(self):
        daemon = self.receiver("associations_per_peer = 5;")
        client = daemon.websocket()
        held = self.half(daemon, "1.2.3.1.999")
        four = [self.associate(daemon) for _ in range(4)]
        for turn in range(5):
            for index, one in enumerate(four):
                number = 5 * index + turn + 1
                one.begin_store(f"1.2.3.1.{number}")
            for index, one in enumerate(four):
                number = 5 * index + turn + 1
                one.send_pieces(1, data_set(InstanceNumber=number), False)
            for one in four:
                self.assertEqual(one.response()[0x0900], b"\0\0")
        self.counts(client, 20)
        held.abort()


class Killed(Faults):
    def test_a_receiver_that_is_killed_comes_back(self):
        daemon = self.receiver()
        client = daemon.websocket()
        self.send(daemon, 1)
        half, before = self.half(daemon, "1.2.3.1.2"), self.process(daemon)
        os.kill(before, signal.SIGKILL)
        with self.assertRaises(Aborted):
            half.response()
        self.send(daemon, 2, 3)  # waits in the listening socket until there is a receiver again
        self.assertNotEqual(self.process(daemon), before)
        self.counts(client, 3)
        self.assertEqual(len(self.stored()), 3)
        daemon.logged(r"the receiver was ended by signal 9 \(Killed\); it is started again")
        self.assertEqual(self.source(daemon)["status"], "ok")

    def test_one_that_dies_again_and_again_is_waited_for_longer(self):
        daemon = self.receiver()
        for restarts in range(1, 5):
            os.kill(self.process(daemon), signal.SIGKILL)
            wait_for(lambda: (self.source(daemon)["restarts"], self.source(daemon)["state"]) ==
                     (restarts, "listening"), f"start number {restarts}")
        self.send(daemon, 1)

    def test_what_was_stored_while_nobody_listened_is_found(self):
        """More than the socket holds, and the receiver dies before it could tell."""
        daemon = self.receiver()
        client = daemon.websocket()
        receiver = self.process(daemon)
        daemon.signal(signal.SIGSTOP)
        self.send(daemon, *range(1, MANY + 1))
        os.kill(receiver, signal.SIGKILL)
        daemon.signal(signal.SIGCONT)
        self.counts(client, MANY)

    def test_a_daemon_that_was_stopped_misses_nothing(self):
        daemon = self.receiver()
        client = daemon.websocket()
        daemon.signal(signal.SIGSTOP)
        self.send(daemon, *range(1, MANY + 1))
        daemon.signal(signal.SIGCONT)
        self.counts(client, MANY)

    def test_a_daemon_that_is_killed_catches_up(self):
        daemon = self.receiver()
        self.send(daemon, 1, 2)
        wait_for(lambda: self.source(daemon)["stored"] == 2, "two objects")
        daemon.signal(signal.SIGSTOP)
        self.send(daemon, 3, 4)
        half = self.half(daemon, "1.2.3.1.5")
        daemon.kill()
        with self.assertRaises(Aborted):
            half.response()
        daemon.start()
        wait_for(lambda: b'"count":4' in daemon.get("/state")[2], "four files in the series")
        self.send(daemon, 5)
        wait_for(lambda: b'"count":5' in daemon.get("/state")[2], "five files in the series")
        self.assertEqual(len(self.stored()), 5)

    def test_the_end_of_the_daemon_is_the_end_of_all(self):
        daemon = self.receiver()
        half, receiver = self.half(daemon), self.process(daemon)
        self.assertEqual(daemon.stop(), 0)
        with self.assertRaises(Aborted):
            half.response()
        wait_for(lambda: not pathlib.Path(f"/proc/{receiver}").exists(), "the receiver to end")
        self.assertEqual(self.stored(), [])


main()
