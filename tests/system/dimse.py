# SPDX-License-Identifier: Apache-2.0
"""A DICOM sender small enough to break the rules on purpose (PS3.8 9.3, PS3.7 9.3)."""
import socket
import struct

WAIT = 30.0
VERIFICATION = "1.2.840.10008.1.1"
MR = "1.2.840.10008.5.1.4.1.1.4"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
ECHO_RQ, STORE_RQ = 0x0030, 0x0001


class Rejected(Exception):
    """A-ASSOCIATE-RJ: (result, source, reason)."""


class Aborted(Exception):
    """A-ABORT, or the connection has ended."""


def item(kind, body):
    return struct.pack(">BBH", kind, 0, len(body)) + body


def uid(text):
    data = text.encode("latin-1")
    return data + b"\0" * (len(data) % 2)


def element(group, number, data):
    """Implicit VR little endian, as commands are."""
    return struct.pack("<HHI", group, number, len(data)) + data


def command(elements):
    body = b"".join(element(0, number, data) for number, data in sorted(elements.items()))
    return element(0, 0, struct.pack("<I", len(body))) + body


class Association:
    """contexts: [(SOP class, [transfer syntax …])]; ids are 1, 3, 5 …"""

    def __init__(self, address, called="MRQART", calling="PYTHON", contexts=((MR, [EXPLICIT]),),
                 source=None):
        self.socket = socket.create_connection(address, timeout=WAIT,
                                               source_address=source and (source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.message = 0
        parts = item(0x10, b"1.2.840.10008.3.1.1.1")
        for index, (sop_class, syntaxes) in enumerate(contexts):
            body = struct.pack("BBBB", 2 * index + 1, 0, 0, 0) + item(0x30, sop_class.encode())
            parts += item(0x20, body + b"".join(item(0x40, one.encode()) for one in syntaxes))
        parts += item(0x50, item(0x51, struct.pack(">I", 16384)) + item(0x52, b"1.2.3.4"))
        fixed = struct.pack(">HH", 1, 0) + called.encode().ljust(16) + calling.encode().ljust(16)
        self.send_pdu(1, fixed + bytes(32) + parts)
        kind, body = self.read_pdu()
        if kind == 3:
            self.socket.close()
            raise Rejected(tuple(body[1:4]))
        assert kind == 2, kind
        self.contexts = self._accepted(body[68:])  # {id: (result, transfer syntax)}

    @staticmethod
    def _accepted(body):
        found = {}
        while body:
            kind, _, length = struct.unpack(">BBH", body[:4])
            part, body = body[4:4 + length], body[4 + length:]
            if kind == 0x21:
                found[part[0]] = (part[2], part[8:].rstrip(b"\0").decode())
        return found

    def send_pdu(self, kind, body):
        self.socket.sendall(struct.pack(">BBI", kind, 0, len(body)) + body)

    def _take(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise Aborted("the connection has ended")
            data += piece
        return data

    def read_pdu(self):
        try:
            kind, _, length = struct.unpack(">BBI", self._take(6))
            body = self._take(length)
        except ConnectionError as error:
            raise Aborted(str(error)) from error
        if kind == 7:
            raise Aborted(f"A-ABORT {body.hex()}")
        return kind, body

    def send_pieces(self, context, data, is_command, piece=16000, end=True):
        """Data in pieces; end=False: the last of them is still to come."""
        for begin in range(0, max(len(data), 1), piece):
            part = data[begin:begin + piece]
            last = end and begin + piece >= len(data)
            head = bytes([context, (1 if is_command else 0) | (2 if last else 0)])
            self.send_pdu(4, struct.pack(">I", len(part) + 2) + head + part)

    def response(self):
        """{element: bytes} of the next response."""
        kind, body = self.read_pdu()
        assert kind == 4, kind
        data, found = body[6:], {}
        while data:
            _, number, length = struct.unpack("<HHI", data[:8])
            found[number], data = data[8:8 + length], data[8 + length:]
        return found

    def begin_store(self, instance, sop_class=MR, context=1):
        self.message += 1
        self.send_pieces(context, command({
            0x0002: uid(sop_class), 0x0100: struct.pack("<H", STORE_RQ),
            0x0110: struct.pack("<H", self.message), 0x0700: struct.pack("<H", 0),
            0x0800: struct.pack("<H", 1), 0x1000: uid(instance)}), True)

    def store(self, instance, data, sop_class=MR, context=1):
        """(status, comment) of one object whose data set is data."""
        self.begin_store(instance, sop_class, context)
        self.send_pieces(context, data, False)
        answer = self.response()
        return (struct.unpack("<H", answer[0x0900])[0],
                answer.get(0x0902, b"").decode().rstrip())

    def echo(self, context=1):
        self.message += 1
        self.send_pieces(context, command({
            0x0002: uid(VERIFICATION), 0x0100: struct.pack("<H", ECHO_RQ),
            0x0110: struct.pack("<H", self.message), 0x0800: struct.pack("<H", 0x0101)}), True)
        return struct.unpack("<H", self.response()[0x0900])[0]

    def release(self):
        self.send_pdu(5, bytes(4))
        kind, _ = self.read_pdu()
        assert kind == 6, kind
        self.socket.close()

    def abort(self):
        self.send_pdu(7, bytes(4))
        self.socket.close()

    def close(self):
        self.socket.close()
