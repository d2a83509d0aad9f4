#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Order: however many workers there are and however long they take, events are the same."""
from mrqart_test import *
from site_checker import build_checker, configuration

SLEEP = """
    unsigned hash = 5381;
    for (const char *at = file->path; *at; at++) {
        hash = hash * 33 + (unsigned char)*at;
    }
    hash = hash * 1103515245u + (unsigned)getpid() * 12345u;
    const struct timespec pause = {.tv_nsec = (hash >> 16) % 8 * 1000000};
    nanosleep(&pause, NULL);
"""

CROSS = r"1\0\0\0\1\0", r"0\1\0\0\0\-1", r"1\0\0\0\0\-1"


COUNTS = {1: 9, 2: 10, 3: 10, 4: 18, 5: 10, 6: 10}


def session(folder):
    """Interleaved series: localizer, MPRAGE raw and corrected, echoes, diffusion; a change, an error."""
    number = 0

    def write(series, **values):
        nonlocal number
        number += 1
        write_dicom(folder / f"001_{series:06}_{number:06}.dcm", SeriesNumber=series,
                    InstanceNumber=number, SequenceName=f"series {series}", **values)

    for orientation in CROSS * 3:
        write(1, ImageOrientationPatient=orientation)
    for image in range(10):
        write(2)
        write(3, ImageType=r"DERIVED\PRIMARY\M\NORM")
    for volume in range(6):
        for echo, te in enumerate(("4.8", "7.4", "38.76"), 1):
            write(4, TE=te, EchoNumbers=str(echo))
    for volume in range(10):
        write(5, SequenceType=f"ep_b{volume * 150}#{volume}")
    (folder / "unreadable.dcm").write_bytes(bytes(1000))
    for volume in range(10):
        write(6, Comments=f"Motion: {volume}", TR="2000" if volume >= 5 else "1300")


class Order(DaemonTest):
    def run_session(self, workers, interval):
        where = self.where / f"{workers}-workers-{interval}"
        where.mkdir()
        checker = build_checker(where, SLEEP)
        daemon = self.daemon(where=where, config=configuration(
            where, checker, workers=workers, update_interval=interval, hold=60000))
        client = daemon.websocket()
        write_dicom(daemon.folder / "session" / "first.dcm", SeriesNumber=99)
        client.event("new")  # the folder is watched now: what follows is in the order of closing
        session(daemon.folder / "session")
        counts = {}

        def complete(event):
            if event["type"] != "error":
                counts[event["series"]["number"]] = event["series"]["count"]
            return counts == COUNTS
        events = client.events_until(complete)
        daemon.stop()
        return [self.essence(event) for event in events]

    @staticmethod
    def essence(event):
        if event["type"] == "error":
            return "error", event["content"]["file"].rpartition("/")[2]
        series = event["series"]
        content = event["content"]
        if event["type"] != "update":
            content = {key: content.get(key) for key in ("status", "errors", "changes")}
        return event["type"], series["number"], series["count"], series["status"], str(content)

    def test_each_file_an_event_the_same_with_one_worker_and_with_four(self):
        self.assertEqual(self.run_session(1, 0), self.run_session(4, 0))

    def test_coalesced_the_same_but_for_updates(self):
        def told(events):
            return [event for event in events if event[0] != "update"]
        one, four = self.run_session(1, 50), self.run_session(4, 50)
        self.assertEqual(told(one), told(four))
        self.assertIn("changed", [event[0] for event in one])
        for number in range(1, 7):
            last = [[e[2] for e in events if e[0] != "error" and e[1] == number][-1]
                    for events in (one, four)]
            self.assertEqual(last[0], last[1], f"series {number}")


main()
