#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Templates over the life of a series, and databases that mean no good."""
import contextlib

from mrqart_test import *

CONFIG = """
workers = 1; database = "{where}/db.sqlite"; state_dir = "{where}/state"; update_interval = 0;
sources = ( {{ plugin = "source-inotify"; paths = [ "{where}/watched" ]; }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
          {{ plugin = "sink-websocket"; listen = "127.0.0.1:0"; }} );
"""

ENDLESS = """drop table template_by_count;
    create view template_by_count as with recursive r(x) as (select 1 union all select x + 1 from r)
    select x as n, 'Brain^wpc-8620' as Project, 'RewardedAnti' as SequenceName, x as param_id,
    '' as first, '' as last, '' as multiecho_tes from r;"""


class Templates(DaemonTest):
    def started(self, *templates):
        make_database(self.where / "db.sqlite", *templates)
        return self.daemon(config=CONFIG.format(where=self.where))

    def status(self, daemon, client, name, **values):
        """The status of a new series of its own."""
        write_dicom(daemon.folder / name, **values)
        return client.event("new")["content"]["status"]

    def test_an_endless_view_stops_nobody_and_is_a_warning(self):
        daemon = self.started(TEMPLATE)
        client = daemon.websocket()
        self.assertEqual(self.status(daemon, client, "MR.1", SeriesNumber=1), "conforms")
        with contextlib.closing(sqlite3.connect(self.where / "db.sqlite")) as database:
            database.executescript(ENDLESS)
        self.assertEqual(self.status(daemon, client, "MR.2", SeriesNumber=2), "conforms")
        wait_for(lambda: any("db.sqlite" in w for w in daemon.health()["warnings"]), "a warning")
        self.assertEqual(self.status(daemon, client, "MR.3", SeriesNumber=3, TR="2000"), "deviates")


main()
