#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Floods: more files than the kernel's queue holds, and a dump that must not starve a scanner."""
from mrqart_test import *
from site_checker import build_checker, configuration

FILES = 20000
PATIENCE = 240  # seconds for 20,000 files on a loaded machine, sanitizers and all


class Flood(DaemonTest):
    def dump(self, folder, files=FILES, **values):
        """Writes so many files of one series, quickly: only number and UID of the image differ."""
        folder.mkdir(parents=True, exist_ok=True)
        mark = "0000099999"
        data = dicom_bytes(InstanceNumber=mark, pixels=8, **values)
        for number in range(1, files + 1):
            with open(folder / f"{number:06}.dcm", "wb", buffering=0) as file:
                file.write(data.replace(mark.encode(), b"%010d" % number))

    def counts(self, daemon):
        return {station: {entry["series"]["number"]: entry["series"]["count"]
                          for entry in content["history"]}
                for station, content in daemon.state().items()}

    def test_after_an_overflow_each_file_is_counted_once(self):
        daemon = self.daemon()
        client = daemon.websocket()
        write_dicom(daemon.folder / "dump" / "before.dcm", SeriesNumber=1)
        client.event("new")  # the folder is watched now
        daemon.signal(signal.SIGSTOP)
        late = daemon.folder / "late" / "late.dcm"
        late.parent.mkdir()
        data = dicom_bytes(SeriesNumber=3, pixels=1000)
        kept_open = open(late, "wb", buffering=0)
        self.addCleanup(kept_open.close)
        kept_open.write(data[:-500])
        self.dump(daemon.folder / "dump", SeriesNumber=2)
        kept_open.write(data[-500:])  # complete, but who knows whether more is to come
        daemon.signal(signal.SIGCONT)
        wait_for(lambda: self.counts(daemon).get("AWP167046", {}).get(2) == FILES,
                 "all files counted", PATIENCE)
        self.assertTrue(any(instance.get("overflows")
                            for instance in daemon.health()["instances"].values()),
                        daemon.health()["instances"])
        self.assertEqual(self.counts(daemon)["AWP167046"], {1: 1, 2: FILES})
        kept_open.close()
        client.events_until(lambda e: e["type"] == "new" and e["series"]["number"] == 3, PATIENCE)
        self.assertEqual(self.counts(daemon)["AWP167046"], {1: 1, 2: FILES, 3: 1})
        self.assertNotIn("error", [e["type"] for e in self.rest(daemon, client)])

    def rest(self, daemon, client):
        write_dicom(daemon.folder / "after.dcm", SeriesNumber=4)
        return client.events_until(lambda e: e["type"] == "new" and e["series"]["number"] == 4)

    def test_a_dump_does_not_starve_the_other_scanner(self):
        slow = build_checker(self.where, """
            const struct timespec pause = {.tv_nsec = 2000000};
            if (strstr(file->path, "dump")) { nanosleep(&pause, NULL); }""")
        daemon = self.daemon(config=configuration(self.where, slow, workers=2))
        client = daemon.websocket("/?station=OTHER")
        self.dump(daemon.folder / "dump", SeriesNumber=2)
        write_dicom(daemon.folder / "other" / "1.dcm", SeriesNumber=1, Station="OTHER")
        client.event("new")
        self.assertLess(self.counts(daemon)["AWP167046"][2], FILES)
        for number in range(2, 11):  # and so it stays
            write_dicom(daemon.folder / "other" / f"{number}.dcm", SeriesNumber=number,
                        Station="OTHER")
            client.event("new")
        self.assertLess(self.counts(daemon)["AWP167046"][2], FILES)


main()
