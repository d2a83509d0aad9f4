# SPDX-License-Identifier: Apache-2.0
"""A daemon that receives over DICOM, and what is sent to it."""
from dimse import *
from mrqart_test import *

CONFIG = """
sources = ( {{ plugin = "source-dicom"; spool = "{spool}"; listen = "127.0.0.1:0"; {more} }} );
checkers = ( {{ plugin = "checker-template"; }} );
sinks = ( {{ plugin = "sink-http"; listen = "127.0.0.1:0"; }},
          {{ plugin = "sink-websocket"; listen = "127.0.0.1:0"; }} );
database = "{database}";
"""


def need_program(name, folders=":/usr/sbin:/sbin"):
    path = shutil.which(name, path=os.environ["PATH"] + folders)
    if not path:
        raise unittest.SkipTest(f"{name} is not installed (tools/packages.txt names its package)")
    return path


def data_set(**values):
    """The data set of an object, in explicit VR little endian; see dicom_bytes()."""
    data = dicom_bytes(**{"InstanceNumber": 1, **values})
    length, = struct.unpack("<I", data[140:144])
    return data[144 + length:]


class Receiver(DaemonTest):
    def setUp(self):
        super().setUp()
        self.spool = self.where / "spool"
        self.associations = []

    def tearDown(self):
        for association in self.associations:
            association.close()
        super().tearDown()

    def receiver(self, more="", **options):
        config = CONFIG.format(spool=self.spool, more=more, database=self.where / "db.sqlite")
        daemon = self.daemon(config=config, **options)
        wait_for(lambda: self.source(daemon)["state"] == "listening", "the receiver to listen")
        return daemon

    @staticmethod
    def source(daemon):
        return daemon.health()["instances"]["source-dicom"]

    def counted(self, daemon, key, number):
        wait_for(lambda: self.source(daemon)[key] == number, f"{key} to be {number}")

    def associate(self, daemon, **options):
        association = Association(daemon.address("dicom"), **options)
        self.associations.append(association)
        return association

    def stored(self):
        """Files of the spool, temporary ones too, as paths below it."""
        return sorted(str(path.relative_to(self.spool)) for path in self.spool.rglob("*")
                      if not path.is_dir())

    @staticmethod
    def process(daemon):
        return next(pid for pid, line in daemon.children().items() if "mrqart-receiver" in line[0])

    @staticmethod
    def run_client(daemon, name, *files, options=(), called="MRQART"):
        """One of DCMTK's clients against daemon: (exit status, what it says)."""
        host, port = daemon.address("dicom")
        done = subprocess.run([need_program(name), "-v", "-aec", called, *map(str, options), host,
                               str(port), *map(str, files)],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr
